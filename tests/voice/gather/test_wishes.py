"""What callers may ask at any question, by key and by word, and what is decided for those who give no answer at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.assistant import PERSON
from bot.model import CallState, Option, Reply
from bot.ports import TurnResult
from tests.voice.conftest import World
from tests.voice.fakes import Doc, Phone
from voice.speech.commands import Commands, plain, without_swearing
from voice.speech.prompts import Prompts

MENU = TurnResult("", (Reply("What is it about?", (Option("Balance", "/balance"), Option("My card", "/card"))),))
DIGITS = TurnResult(
    "", (Reply("The last four digits?", prompt={"short": "The digits?", "with_keys": "Key them in."}),), collect=4
)
OPEN = TurnResult("", (Reply("How can I help?"),))
NAME = TurnResult("", (Reply("Your name?", prompt={"count": "any"}),))
PARDON = Reply("Pardon?", prompt={"not_understood": True})


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts.from_folder(Path(__file__).parents[3] / "domain")


async def asked(world: World, result: TurnResult) -> tuple[Phone, Doc]:
    """A call whose first question is this one."""
    world.conversations.script.append(result)
    phone = world.phone()
    return phone, await phone.rings()


# -- keys -------------------------------------------------------------------------------------------------------------

KEYS = [
    (OPEN, {"repeat": "*", "menu": "#", "slower": "8", "back": "9", "person": "0"}),
    (MENU, {"repeat": "*", "menu": "#", "slower": "8", "back": "9", "person": "0"}),
    (DIGITS, {"repeat": "*", "menu": "**", "slower": "*8", "back": "*9", "person": "*0"}),
    (NAME, {"repeat": "*", "menu": "**", "slower": "*8", "back": "*9", "person": "*0"}),
]
CASES = [(result, wish, keys) for result, table in KEYS for wish, keys in table.items()]
WORDS = {"repeat": "Say that again, please.", "menu": "Main menu", "slower": "slower", "back": "Go back", "person": "agent"}


async def check(world: World, wish: str, first: Doc, doc: Doc, *, by_key: bool) -> None:
    heard = world.conversations
    assert heard.turns == []  # no turn of the assistant's was spent on it
    if wish == "repeat":
        assert doc.words == first.words and heard.wished == [] and heard.reasons == []
    elif wish == "slower":
        assert doc.words == f"More slowly then. {first.words}" and len(doc.root.findall(".//Pause")) == doc.xml.count("<Say")
    elif wish == "person" and by_key:
        assert doc.verbs == ["Say", "Enqueue"] and heard.reasons == ["The caller pressed 0"]
    else:
        intent = {"menu": "/main_menu", "back": "/go_back", "person": "/speak_to_person"}[wish]
        assert [payload for payload, _ in heard.wished] == [intent]


@pytest.mark.parametrize(("result", "wish", "keys"), CASES)
async def test_by_key_at_every_kind_of_question(world: World, result: TurnResult, wish: str, keys: str) -> None:
    phone, first = await asked(world, result)
    await check(world, wish, first, await phone.answers(first, Digits=keys), by_key=True)


@pytest.mark.parametrize("result", [OPEN, MENU, DIGITS, NAME])
@pytest.mark.parametrize("wish", WORDS)
async def test_by_word_at_every_kind_of_question(world: World, result: TurnResult, wish: str) -> None:
    phone, first = await asked(world, result)
    await check(world, wish, first, await phone.answers(first, SpeechResult=WORDS[wish], Confidence="0.9"), by_key=False)


@pytest.mark.parametrize(("keys", "turn"), [("0", "0"), ("8", "8"), ("9090", "9090"), ("0000", "0000")])
async def test_figures_are_no_wishes_where_figures_are_asked(world: World, keys: str, turn: str) -> None:
    phone, first = await asked(world, DIGITS)
    await phone.answers(first, Digits=keys)
    assert world.conversations.turns == [(turn, "")] and world.conversations.wished == []


async def test_an_options_number_is_no_wish(world: World) -> None:
    options = tuple(Option(f"Thing {n}", f"/t{n}") for n in range(1, 9))
    phone, first = await asked(world, TurnResult("", (Reply("Which?", options),)))
    await phone.answers(first, Digits="8")
    assert world.conversations.turns == [("8", "")]


async def test_an_options_title_is_no_wish(world: World) -> None:
    phone, first = await asked(world, TurnResult("", (Reply("Which?", (Option("Operator", "/o"), Option("Menu", "/m"))),)))
    await phone.answers(first, SpeechResult="operator")
    assert world.conversations.turns == [(None, "operator")] and world.conversations.wished == []


async def test_slower_lasts_for_the_call_and_has_an_end(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    for _ in range(3):
        doc = await phone.answers(doc, SpeechResult="slow down")
    assert world.store.calls[phone.sid].slow == 2
    world.conversations.will("It is on its way. Anything else?")
    later = await phone.answers(doc, SpeechResult="where is my card")
    assert [say.text for say in later.root.iter("Say")] == ["It is on its way.", "Anything else?"]
    assert [pause.attrib["length"] for pause in later.root.iter("Pause")] == ["2", "2"]


WISHES = [
    ("Repeat.", "repeat"),
    ("can you repeat that please", "repeat"),
    ("Could you say that again?", "repeat"),
    ("please speak more slowly", "slower"),
    ("I want to speak to a person", "person"),
    ("uh, operator", "person"),
    ("can I go back", "back"),
    ("main menu, please", "menu"),
    ("I lost my card again", None),
    ("a person stole my card", None),
    ("go back to where my card is", None),
    ("", None),
]


@pytest.mark.parametrize(("said", "wish"), WISHES)
def test_a_wish_is_a_whole_utterance(prompts: Prompts, said: str, wish: str | None) -> None:
    assert prompts.commands.by_word(said) == wish


def test_the_codes_own_words_do_without_a_file() -> None:
    assert Commands().by_word("agent") == "person" and Commands().by_key("#", collecting=False, options=0) == "menu"
    assert plain("Well, OK: I'd like to go back, please!") == "go back"


# -- not understood, and silence, counted apart -------------------------------------------------------------------------


async def test_a_misunderstood_answer_is_asked_in_shorter_words_then_with_keys_then_a_person(world: World) -> None:
    question = Reply("What are the last four digits?", prompt={"short": "The digits?", "with_keys": "Key them in."})
    missed = TurnResult("", (PARDON, question), collect=4)
    world.conversations.script.extend([TurnResult("", (question,), collect=4), missed, missed, missed])
    phone = world.phone()
    doc = await phone.rings()
    said = []
    for _ in range(3):
        doc = await phone.answers(doc, SpeechResult="whatever", Confidence="0.9")
        said.append(doc.words)
    assert said[:2] == ["Pardon? The digits?", "Pardon? Key them in."]
    assert doc.verbs == ["Say", "Enqueue"] and said[2].startswith("I cannot make it out; a person can.")
    assert world.conversations.reasons == ["The caller was not understood"]


async def test_silence_and_misunderstanding_are_counted_apart(world: World) -> None:
    world.conversations.script.extend([OPEN, TurnResult("", (PARDON,)), TurnResult("", (PARDON,))])
    phone = world.phone()
    doc = await phone.answers(await phone.rings())
    doc = await phone.answers(doc, SpeechResult="mumble")
    assert (world.store.calls[phone.sid].silences, world.store.calls[phone.sid].misses) == (0, 1)
    doc = await phone.answers(await phone.answers(doc))
    assert (world.store.calls[phone.sid].silences, world.store.calls[phone.sid].misses) == (2, 1)
    assert doc.verbs == ["Gather", "Redirect"]
    doc = await phone.answers(doc, SpeechResult="mumble")
    assert (world.store.calls[phone.sid].silences, world.store.calls[phone.sid].misses) == (0, 2)
    doc = await phone.answers(doc, SpeechResult="my balance")  # understood: both begin anew
    assert (world.store.calls[phone.sid].silences, world.store.calls[phone.sid].misses) == (0, 0)


@pytest.mark.parametrize("fields", [{}, {"SpeechResult": "hm"}])
async def test_the_limits_are_the_designers(world: World, fields: dict[str, str]) -> None:
    impatient = Reply("Well?", prompt={"no_input": 1, "no_match": 1})
    phone, doc = await asked(world, TurnResult("", (impatient,)))
    world.conversations.script.append(TurnResult("", (PARDON, impatient)))
    assert (await phone.answers(doc, **fields)).verbs == ["Say", "Enqueue"]


async def test_silence_where_figures_are_asked_tells_how_a_person_is_reached(world: World) -> None:
    phone, doc = await asked(world, DIGITS)
    doc = await phone.answers(doc)
    assert doc.words == "I did not hear you. The digits?"
    assert (await phone.answers(doc)).words == "Please press the figures. Key them in."


# -- hardly understood ----------------------------------------------------------------------------------------------------


async def test_words_of_low_confidence_are_asked_back_before_anything_is_done(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    doc = await phone.answers(doc, SpeechResult="cancel everything", Confidence="0.21")
    assert doc.words == "Did you say cancel everything?" and world.conversations.turns == []
    assert doc.one("Gather").attrib["numDigits"] == "1"
    await phone.answers(doc, SpeechResult="Yes, I did.", Confidence="0.2")
    assert world.conversations.turns == [(None, "cancel everything")]


@pytest.mark.parametrize(
    "fields", [{"Digits": "1"}, {"SpeechResult": "yes"}, {"SpeechResult": "one"}, {"SpeechResult": "That's right"}]
)
async def test_a_yes(world: World, fields: dict[str, str]) -> None:
    phone, doc = await asked(world, DIGITS)
    doc = await phone.answers(doc, SpeechResult="four four double two", Confidence="0.3")
    assert doc.words == "Did you say 4 4 2 2?"
    await phone.answers(doc, **fields)
    assert world.conversations.turns == [("4422", "")]


@pytest.mark.parametrize("fields", [{"Digits": "2"}, {"SpeechResult": "no"}, {"SpeechResult": "Nope"}])
async def test_a_no_asks_again_and_counts(world: World, fields: dict[str, str]) -> None:
    phone, doc = await asked(world, DIGITS)
    doc = await phone.answers(doc, SpeechResult="four four double two", Confidence="0.3")
    doc = await phone.answers(doc, **fields)
    assert doc.words == "Let us try again. The digits?" and world.store.calls[phone.sid].misses == 1
    assert doc.one("Gather").attrib["numDigits"] == "4" and world.conversations.turns == []


async def test_another_answer_instead_of_yes_or_no_is_taken(world: World) -> None:
    phone, doc = await asked(world, DIGITS)
    doc = await phone.answers(doc, SpeechResult="four four double two", Confidence="0.3")
    await phone.answers(doc, SpeechResult="4421", Confidence="0.3")  # asked back once, not for ever
    assert world.conversations.turns == [("4421", "")]


async def test_a_wish_and_silence_while_it_is_asked_back(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    doc = await phone.answers(doc, SpeechResult="mumble", Confidence="0.1")
    doc = await phone.answers(doc)
    assert doc.words == "I did not hear you. Did you say mumble?"
    assert (await phone.answers(doc, Digits="0")).verbs == ["Say", "Enqueue"]


CERTAIN = [{"Confidence": "0.4"}, {}, {"Confidence": ""}, {"Confidence": "0.0"}, {"Confidence": "nan"}, {"Confidence": "high"}]


@pytest.mark.parametrize("confidence", CERTAIN)
async def test_no_or_no_known_confidence_is_not_a_low_one(world: World, confidence: dict[str, str]) -> None:
    phone, doc = await asked(world, OPEN)
    await phone.answers(doc, SpeechResult="my balance", **confidence)
    assert world.conversations.turns == [(None, "my balance")]


async def test_an_option_is_not_asked_back(world: World) -> None:
    phone, doc = await asked(world, MENU)
    await phone.answers(doc, SpeechResult="Balance.", Confidence="0.1")
    assert world.conversations.turns == [(None, "Balance.")]


# -- swearing, other languages, noise ---------------------------------------------------------------------------------------


async def test_swearing_is_passed_over_where_there_is_an_answer_in_it(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    await phone.answers(doc, SpeechResult="where is my f****** card")
    assert world.conversations.turns == [(None, "where is my card")]
    assert without_swearing("s*** f***") == "" and without_swearing("4 * 4") == "4 * 4"


async def test_nothing_but_swearing_gets_calm_words_and_in_the_end_a_person(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    for _ in range(2):
        doc = await phone.answers(doc, SpeechResult="f*** s***")
        assert doc.words == "Sorry that it annoys you. How can I help?"
    assert (await phone.answers(doc, SpeechResult="f***")).verbs == ["Say", "Enqueue"] and world.conversations.turns == []


@pytest.mark.parametrize(
    ("said", "language"), [("¿Habla español?", "es-US"), ("no hablo inglés", "es-US"), ("French please", "fr-CA")]
)
async def test_another_language_is_answered_in_it(world: World, said: str, language: str) -> None:
    phone, doc = await asked(world, OPEN)
    doc = await phone.answers(doc, SpeechResult=said)
    own, question = doc.root.iter("Say")
    assert own.attrib["language"] == language and question.text == "How can I help?"
    doc = await phone.answers(await phone.answers(doc, SpeechResult=said), SpeechResult=said)
    assert doc.verbs[-1] == "Enqueue" and world.conversations.turns == []


async def test_a_sentence_about_a_language_is_no_wish_for_it(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    await phone.answers(doc, SpeechResult="someone paid with my card in the spanish restaurant yesterday")
    assert len(world.conversations.turns) == 1


MUSIC = "la " * 60


async def test_music_in_the_line_ends_with_a_question_that_only_a_key_answers(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    for _ in range(2):
        world.conversations.script.append(TurnResult("", (PARDON,)))
        doc = await phone.answers(doc, SpeechResult=MUSIC)
    doc = await phone.answers(doc, SpeechResult=MUSIC)
    assert doc.words == "Press any key if you are there." and doc.one("Gather").attrib["input"] == "dtmf"
    assert len(world.conversations.turns) == 2  # the third was not even asked
    over = await phone.answers(doc)
    assert over.verbs == ["Say", "Hangup"] and over.words == "Nobody is there. Goodbye."
    assert world.store.handoffs == {}  # no agent is given music to talk to


@pytest.mark.parametrize("key", ["1", "0", "#"])
async def test_somebody_behind_the_music_gets_a_person(world: World, key: str) -> None:
    phone, doc = await asked(world, OPEN)
    for _ in range(2):
        world.conversations.script.append(TurnResult("", (PARDON,)))
        doc = await phone.answers(doc, SpeechResult=MUSIC)
    doc = await phone.answers(await phone.answers(doc, SpeechResult=MUSIC), Digits=key)
    assert doc.verbs == ["Say", "Enqueue"] and world.store.calls[phone.sid].state is CallState.WAITING


async def test_a_long_story_that_is_understood_is_no_noise(world: World) -> None:
    phone, doc = await asked(world, OPEN)
    for _ in range(5):
        doc = await phone.answers(doc, SpeechResult="and then " * 40)
    assert len(world.conversations.turns) == 5 and world.store.calls[phone.sid].noise == 0


async def test_who_says_person_while_the_assistant_is_down_gets_one(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    sorry = Reply("Sorry, that did not work.", (Option("speak to a person", PERSON),))
    world.conversations.script.append(TurnResult("", (sorry,)))
    doc = await phone.answers(greeting, SpeechResult="a person")
    assert doc.verbs[-1] == "Enqueue" and "Sorry" not in doc.words
    assert world.conversations.heard[-1][1].id != world.conversations.heard[-2][1].id  # else it were a repeat, and nothing done
