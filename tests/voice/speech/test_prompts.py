"""What designers set in ``domain/``: layers, and a sentence for each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.seed import BRANCHES
from bot.model import Option, Reply
from bot.ports import TurnResult
from bot.transcript.wording import WordingError
from voice.gather.asking import Asker, again
from voice.speech.prompts import KEYS, PromptError, Prompts, checked

ROOT = Path(__file__).parents[3]
FORMS = {
    "forms": {"card_form": {"required_slots": ["digits", "full_name"]}},
    "intents": ["speak_to_person", "main_menu", "go_back"],
}


def folder(tmp_path: Path, voice: Any = None, responses: Any = None) -> Path:
    (tmp_path / "forms.yml").write_text(yaml.safe_dump({**FORMS, "responses": responses or {}}))
    (tmp_path / "_voice.yml").write_text(yaml.safe_dump({"voice": voice or {}}))
    return tmp_path


def voiced(**settings: object) -> dict[str, Any]:
    return {"utter_x": [{"text": "Hello", "channel": "voice", "metadata": {"voice": settings}}]}


# -- the project's own ------------------------------------------------------------------------------------------------


def test_the_assistants_own_settings_are_good() -> None:
    made = Prompts.from_folder(ROOT / "domain")
    assert made.settings(Reply("", response="utter_ask_card_last4"), digits=True).with_keys
    assert made.settings(Reply("", response="utter_ask_full_name"), digits=False).count == "any"


def test_the_hints_name_every_branch() -> None:
    assert set(Prompts.from_folder(ROOT / "domain").hint_lists["branches"]) == {branch[1] for branch in BRANCHES}


def test_the_docs_have_every_setting() -> None:
    page = (ROOT / "docs" / "voice-prompts.md").read_text("utf-8")
    assert [key for key in KEYS if f"`{key}`" not in page] == []


# -- layers -----------------------------------------------------------------------------------------------------------


def test_the_response_wins_over_the_slot_over_the_kind_over_the_defaults(tmp_path: Path) -> None:
    voice = {
        "defaults": {"timeout": 4, "end_silence": 4, "no_input": 4, "barge_in": "keys"},
        "digits": {"end_silence": 3, "no_input": 5, "barge_in": "none"},
        "slots": {"digits": {"no_input": 2, "barge_in": "speech"}},
    }
    made = Prompts.from_folder(folder(tmp_path, voice))
    for name in ("utter_ask_digits", "utter_ask_card_form_digits"):
        how = made.settings(Reply("", response=name, prompt={"barge_in": "both"}), digits=True)
        assert (how.timeout, how.end_silence, how.no_input, how.barge_in) == (4, 3, 2, "both")
    plain = made.settings(Reply("", response="utter_other"), digits=False)
    assert (plain.timeout, plain.end_silence, plain.no_input, plain.barge_in) == (4, 4, 4, "keys")


def test_named_hints_are_filled_in(tmp_path: Path) -> None:
    made = Prompts.from_folder(folder(tmp_path, {"hints": {"cards": ["debit card", "credit card"]}}))
    assert made.settings(Reply("", prompt={"hints": ["$cards", "pin"]}), digits=False).hints == (
        "debit card",
        "credit card",
        "pin",
    )


def test_another_releases_settings_do_not_end_a_call() -> None:
    made = Prompts(defaults={"timeout": 9})
    assert made.settings(Reply("", prompt={"volume": 11}), digits=False).timeout == 9


# -- mistakes ---------------------------------------------------------------------------------------------------------

MISTAKES = [
    ({"bargein": "both"}, "there is no setting `bargein` (did you mean `barge_in`?)"),
    ({"barge_in": "shout"}, "barge_in must be both, speech, keys or none"),
    ({"listen": "eyes"}, "listen must be both, speech or keys"),
    ({"timeout": 0}, "timeout must be a whole number of seconds from 1 to 60"),
    ({"timeout": True}, "timeout must be a whole number of seconds from 1 to 60"),
    ({"timeout": "6"}, "timeout must be a whole number of seconds from 1 to 60"),
    ({"end_silence": "auto"}, "end_silence must be a whole number of seconds from 1 to 10 (Twilio takes no `auto`"),
    ({"count": 0}, "count must be a number of keys from 1 to 32, or `any`"),
    ({"count": "some"}, "count must be a number of keys from 1 to 32, or `any`"),
    ({"finish_key": "*"}, "finish_key must be"),
    ({"hints": "a word"}, "hints must be a list"),
    ({"hints": ["a, b"]}, "hints must be a list"),
    ({"hints": ["x" * 101]}, "hints must be a list"),
    ({"hints": [f"word {n}" for n in range(501)]}, "hints must be a list"),
    ({"hints": ["$branch"]}, "there is no list of hints `branch` (did you mean `branches`?) in domain/*/_voice.yml"),
    ({"speech_model": "telepathy"}, "speech_model must be a speech model of Twilio's Gather"),
    ({"language": "english"}, "language must be a language and a country"),
    ({"short": "The {name}?"}, "short must be a sentence of at most 1,000 characters without {values}"),
    ({"option_words": "Press {number}."}, "option_words must be a sentence with {title} and {number}"),
    ({"confirm_below": 40}, "confirm_below must be a number from 0 to 1"),
    ({"no_match": 9}, "no_match: Input should be less than or equal to 5"),
    ({"listen": "keys", "barge_in": "speech"}, "barge_in is speech, but the question listens for keys only"),
    ({"listen": "speech", "count": 4}, "count says how many keys are expected, but the question listens for speech only"),
]


@pytest.mark.parametrize(("settings", "sentence"), MISTAKES)
def test_a_wrong_setting_of_a_response_is_told(tmp_path: Path, settings: dict[str, Any], sentence: str) -> None:
    voice = {"hints": {"branches": ["Tribeca"]}}
    with pytest.raises(PromptError) as error:
        Prompts.from_folder(folder(tmp_path, voice, voiced(**settings)))
    assert str(error.value).startswith(f"domain/forms.yml, response utter_x: {sentence}")
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


PLACES = [
    ({"default": {}}, "domain/*/_voice.yml: there is no setting `default` (did you mean `defaults`?)."),
    ({"defaults": {"timeot": 3}}, "domain/*/_voice.yml, defaults: there is no setting `timeot` (did you mean `timeout`?)."),
    ({"digits": {"timeout": 99}}, "domain/*/_voice.yml, digits: timeout must be a whole number of seconds from 1 to 60."),
    ({"slots": {"digit": {}}}, "domain/*/_voice.yml: no form asks for the slot `digit` (did you mean `digits`?)."),
    ({"commands": {"menu": {"key": "12"}}}, "domain/*/_voice.yml: commands.menu.key: String should match"),
    ({"commands": {"menu": {"intent": "mainmenu"}}}, "domain/*/_voice.yml, commands: there is no intent `mainmenu` (did you"),
    ({"line": {"voice": "Robot"}}, "domain/*/_voice.yml: line.voice: String should match"),
    ([], "domain/_voice.yml: "),
]


@pytest.mark.parametrize(("voice", "sentence"), PLACES)
def test_a_mistake_in_the_one_place_is_told(tmp_path: Path, voice: Any, sentence: str) -> None:
    if voice == []:
        voice = ["defaults"]
    with pytest.raises(WordingError) as error:
        Prompts.from_folder(folder(tmp_path, voice))
    assert str(error.value).startswith(sentence)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    responses = {**voiced(timeout=0), "utter_y": [{"text": "Hi", "metadata": {"voice": ["timeout"]}}]}
    with pytest.raises(PromptError) as error:
        Prompts.from_folder(folder(tmp_path, None, responses))
    assert len(str(error.value).splitlines()) == 2


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "_voice.yml").write_text("voice: [")
    with pytest.raises(PromptError, match=r"_voice.yml: cannot be read"):
        Prompts.from_folder(tmp_path)


# -- questions --------------------------------------------------------------------------------------------------------


def question(*replies: Reply, prompts: Prompts | None = None, **more: Any) -> Any:
    return Asker(prompts or Prompts(), lambda reply: reply.text).question(TurnResult("c_1", replies, **more), "before")


OPTIONS = (Option("Balance", "/balance"), Option("My card", "/card"))


def test_options_are_read_or_kept_for_later() -> None:
    read = question(Reply("What?", OPTIONS)).prompt
    later = question(Reply("What?", OPTIONS, prompt={"options": "later"})).prompt
    assert read.text == "What? For balance, press or say 1. For my card, press or say 2." and read.menu == ""
    assert later.text == "What?" and later.hints == ("Balance", "My card")
    assert [again(later, n) for n in (1, 2)] == ["What?", "What? For balance, press or say 1. For my card, press or say 2."]


def test_the_sentence_for_an_option_is_the_designers() -> None:
    asked = question(Reply("What?", OPTIONS, prompt={"option_words": "{number}: {title}."})).prompt
    assert asked.text == "What? 1: balance. 2: my card."


def test_a_misunderstanding_is_said_before_the_question_and_not_with_it() -> None:
    how = {"short": "The digits?", "with_keys": "Key them in."}
    asked = question(Reply("Pardon?", prompt={"not_understood": True}), Reply("Which digits are on it?", prompt=how))
    assert asked.missed and asked.lead == ("Pardon?",) and asked.prompt.text == "Which digits are on it?"
    assert [again(asked.prompt, n) for n in (1, 2, 3)] == ["The digits?", "Key them in.", "Key them in."]
    alone = question(Reply("Pardon?", prompt={"not_understood": True}))
    assert alone.missed and alone.lead == () and alone.prompt.text == "Pardon?"


def test_a_count_of_keys_asks_for_figures() -> None:
    asked = question(Reply("The code?", prompt={"count": 6})).prompt
    assert asked.digits and asked.collecting and asked.settings.speech_model == "numbers_and_commands"


def test_a_silent_turn_asks_again() -> None:
    assert question().prompt.text == "before"


def test_a_good_setting_is_taken_as_it_is() -> None:
    assert checked({"timeout": 8, "hints": ["Tribeca"]}, "here").hints == ("Tribeca",)
