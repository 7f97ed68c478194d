"""What a prompt offers by key is understood when it is said; and no answer is taken for a wish."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Address, AddressKind, Option, Reply
from bot.ports import TurnResult
from tests.voice.conftest import World
from voice.gather.forms import VoiceForm
from voice.gather.hearing import Heard, hear
from voice.script import Prompt
from voice.speech.commands import Asks, Commands
from voice.speech.prompts import Prompts, PromptSettings

DESIGNED = Prompts.from_folder(Path(__file__).parents[3] / "domain")
COMMANDS = DESIGNED.commands
OPEN, MENU = Prompt("How can I help?"), Prompt("Which?", ("Balance", "My card"))
FIGURES = Prompt("The last four digits?", digits=True, count=4)
NAME = Prompt("Your name?", settings=DESIGNED.settings(Reply("", response="utter_ask_full_name"), digits=False))
JOB = Prompt("What do you do?", settings=PromptSettings(asks="text"))


def heard(speech: str, prompt: Prompt, commands: Commands = COMMANDS) -> Heard:
    form = VoiceForm("CA" + "a" * 32, Address(AddressKind.TEL, "+15550100123"), "in-progress", "", speech, "")
    return hear(form, prompt, commands)


PRESSED = [
    "press {}", "{} key", "the {} key, please", "Press {}.", "I'd like to press {}", "uh, press the {} button", "hit {} please",
]  # fmt: skip


@pytest.mark.parametrize("prompt", [OPEN, MENU])
@pytest.mark.parametrize("said", ["{}", *PRESSED])
@pytest.mark.parametrize(
    ("key", "wish"),
    [
        ("zero", "person"), ("0", "person"), ("hash", "menu"), ("pound", "menu"), ("#", "menu"), ("star", "repeat"),
        ("asterisk", "repeat"),
    ],
)  # fmt: skip
def test_a_key_that_is_named_is_as_good_as_pressed(prompt: Prompt, said: str, key: str, wish: str) -> None:
    assert heard(said.format(key), prompt).wish == wish


@pytest.mark.parametrize("said", PRESSED)
@pytest.mark.parametrize(("key", "wish"), [("eight", "slower"), ("8", "slower"), ("nine", "back"), ("oh", "person")])
def test_a_figure_is_a_wish_only_when_it_is_called_a_key(said: str, key: str, wish: str) -> None:
    assert heard(said.format(key), OPEN).wish == wish
    assert heard(key, OPEN).wish is None


@pytest.mark.parametrize("said", PRESSED)
@pytest.mark.parametrize(("key", "number"), [("one", "1"), ("two", "2"), ("2", "2")])
def test_an_option_by_its_key(said: str, key: str, number: str) -> None:
    assert heard(said.format(key), MENU).keys == number
    assert heard(said.format(key), OPEN) == Heard(text=said.format(key))  # nothing to choose: the assistant hears the words


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("zero", "0"), ("press zero", "0"), ("4 4 2 1.", "4421"), ("forty-four twenty-one", "4421"),
        ("Double four, two, one!", "4421"),
        ("four four two oh", "4420"), ("uh, four four um two one", "4421"), ("Four Four Two One", "4421"), ("4421 hash", "4421"),
        ("four four two one, then the hash key", "4421"), ("press four four two one", "4421"), ("it's 44 21, pound", "4421"),
        ("FOUR FOUR TWO ONE PLEASE", "4421"), ("4421#", "4421"), ("double-four two one.", "4421"), ("press 4 4 2 1", "4421"),
    ],
)  # fmt: skip
def test_where_figures_are_asked_a_figure_is_one(said: str, figures: str) -> None:
    assert heard(said, FIGURES).keys == figures and heard(said, FIGURES).wish is None


@pytest.mark.parametrize("prompt", [FIGURES, NAME])
@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("star, then zero, then the hash key", "person"), ("press star zero hash", "person"), ("star zero pound", "person"),
        ("star nine hash", "back"), ("star eight", "slower"), ("star star hash", "menu"), ("*0#", "person"),
        ("press star", "repeat"),
    ],
)  # fmt: skip
def test_the_keys_that_lead_out_of_figures_and_names_may_be_said(prompt: Prompt, said: str, wish: str) -> None:
    assert heard(said, prompt).wish == wish


def test_other_names_of_the_keys_are_the_designers() -> None:
    spanish = replace(COMMANDS, key_names={"#": ("almohadilla",), "*": ("asterisco",)})
    assert heard("almohadilla", OPEN, spanish).wish == "menu"
    assert heard("hash", OPEN, spanish) == Heard(text="hash")


@pytest.mark.parametrize("said", ["zero", "Press zero.", "The zero key, please."])
async def test_a_caller_who_says_zero_gets_a_person_without_the_assistant(world: World, said: str) -> None:
    world.conversations.script.append(TurnResult("", (Reply("For a person, press zero."),)))
    phone = world.phone()
    doc = await phone.rings()
    assert (await phone.answers(doc, SpeechResult=said, Confidence="0.9")).verbs == ["Say", "Enqueue"]
    assert world.conversations.turns == []


async def test_a_caller_who_says_press_two_picks_the_second(world: World) -> None:
    options = (Option("Balance", "/balance"), Option("My card", "/card"))
    world.conversations.script.append(TurnResult("", (Reply("Which?", options),)))
    phone = world.phone()
    doc = await phone.rings()
    world.conversations.will("Your card is on its way.")
    assert (await phone.answers(doc, SpeechResult="Press two, please.")).words == "Your card is on its way."
    assert world.conversations.turns == [("2", "")]


@pytest.mark.parametrize("prompt", [OPEN, MENU, FIGURES, NAME, JOB])
@pytest.mark.parametrize("noise", ["uh", "Um.", "hmm, uh", "Mm-hm.", "...", "Ah", "uh uh"])
def test_a_noise_is_no_answer(prompt: Prompt, noise: str) -> None:
    assert heard(noise, prompt).nothing


@pytest.mark.parametrize("said", ["bye", "Goodbye.", "OK, bye bye", "hang up, please", "Good bye"])
def test_a_goodbye_that_is_all_that_is_said_ends_the_call(said: str) -> None:
    assert [heard(said, prompt).wish for prompt in (OPEN, MENU, FIGURES)] == ["goodbye"] * 3


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("yes, that's right", True), ("yes please", True), ("Yeah, that is correct.", True), ("yep sure", True), ("right", True),
        ("yes, the same number", True), ("no thanks", False), ("no, another number please", False), ("no that's wrong", False),
        ("no it isn't", False), ("yes where is my card", None), ("no I want the branch in Astoria", None), ("right now", True),
        ("one", True), ("two", False), ("maybe", None), ("", None),
    ],
)  # fmt: skip
def test_yes_and_no_with_what_people_put_behind_them(said: str, meant: bool | None) -> None:
    assert COMMANDS.answer("", said) is meant


# -- a language -------------------------------------------------------------------------------------------------------

ASKED_FOR = [
    ("Spanish", "es-US"), ("Spanish please", "es-US"), ("en français", "fr-CA"), ("Do you speak Spanish?", "es-US"),
    ("no hablo inglés", "es-US"), ("Is there anyone who speaks Spanish?", "es-US"),
    ("I want to talk to someone in Spanish", "es-US"),
    ("français, s'il vous plaît", "fr-CA"), ("Español, por favor.", "es-US"), ("hello, can we speak French", "fr-CA"),
    ("a Spanish speaking agent", "es-US"), ("Parlez-vous français ?", "fr-CA"),
]  # fmt: skip


@pytest.mark.parametrize("prompt", [OPEN, MENU, FIGURES])
@pytest.mark.parametrize(("said", "language"), ASKED_FOR)
def test_a_wish_for_a_language_is_the_whole_utterance(prompt: Prompt, said: str, language: str) -> None:
    wished = heard(said, prompt).language
    assert wished is not None and wished[0] == language


def test_the_answer_names_the_keys_that_lead_to_a_person_there() -> None:
    at_words, at_figures, at_name = (heard("no hablo inglés", prompt).language for prompt in (OPEN, FIGURES, NAME))
    assert at_words and at_words[1].endswith("oprima el cero.")
    assert at_figures == at_name and at_figures and at_figures[1].endswith("oprima asterisco, cero y numeral.")


NO_WISH = [
    "my French card is lost", "my Spanish teacher stole it", "the Spanish Harlem branch", "I bought French shoes", "French toast",
    "where is the Spanish embassy branch", "charge from Café Français", "I lost my card in Spanish Town",
]  # fmt: skip


@pytest.mark.parametrize("said", NO_WISH)
def test_a_language_in_other_words_is_none(said: str) -> None:
    assert heard(said, OPEN) == Heard(text=said)


ANSWERS = [
    "Dawn French", "Kim English", "Jack Welsh", "Polish Street", "French", "Spanish", "Jean Français", "Agent Smith",
    "Hope Goodbye", "Repeat Road", "Main Street", "Back Street", "Menu Patel", "Mary Operator", "Ezra Pound", "Ringo Star",
    "Star", "Hash", "Ann Person", "Hello Kitty", "Will Again", "Number Ten",
]  # fmt: skip


@pytest.mark.parametrize("prompt", [NAME, JOB])
@pytest.mark.parametrize("said", ANSWERS)
def test_a_name_or_a_street_is_never_a_wish(prompt: Prompt, said: str) -> None:
    assert heard(said, prompt) == Heard(text=said)


@pytest.mark.parametrize("said", ["Operator", "agent", "Menu.", "Again", "back", "Human", "pardon"])
def test_one_word_may_be_the_answer_where_a_free_text_is_asked(said: str) -> None:
    assert heard(said, JOB).wish is None
    assert heard(said, NAME).wish is not None  # a name has two


@pytest.mark.parametrize(
    ("said", "wish"),
    [("main menu", "menu"), ("speak to a person", "person"), ("go back, please", "back"), ("say that again", "repeat")],
)
def test_whole_wishes_are_understood_everywhere(said: str, wish: str) -> None:
    assert [heard(said, prompt).wish for prompt in (OPEN, MENU, FIGURES, NAME, JOB)] == [wish] * 5


def test_who_cannot_speak_the_language_is_answered_at_a_name_too() -> None:
    assert heard("no hablo inglés", NAME).language is not None


WISHED = st.sampled_from([word for wish in (COMMANDS.menu, COMMANDS.back, COMMANDS.repeat, COMMANDS.person) for word in wish.say])
NAMES = st.text("abcdefgijklmnoprtuvwz", min_size=3, max_size=9).map(str.capitalize)
KINDS: st.SearchStrategy[Asks] = st.sampled_from(["name", "text"])
NOISES = {"please", "hmm", "uhm", "erm"}


@given(NAMES, WISHED, st.booleans(), KINDS)
def test_a_wish_beside_a_name_is_part_of_it(name: str, wish: str, first: bool, asks: Asks) -> None:
    said = f"{name} {wish}" if first else f"{wish} {name}"
    wishes = (COMMANDS.menu, COMMANDS.back, COMMANDS.repeat, COMMANDS.person, COMMANDS.slower)
    alone = {word for one in wishes for word in one.say}
    if name.casefold() in NOISES or said.casefold() in alone:
        return
    assert COMMANDS.by_word(said, asks) is None
