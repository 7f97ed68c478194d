"""What people answer to a menu, mapped back; and the many things they say that pick nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.menus import spoken_choices as lexicon
from bot.menus.answers import Choice, Late, Picked, Turned, Unclear, choose
from bot.menus.menu import MORE, MOST, Menu, Shown, page, sms_title
from bot.model import Address, AddressKind, ChannelName, InboundMessage, Option
from bot.model.spoken_numbers import SOUND_ALIKE

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ANA = Address(AddressKind.TEL, "+12125550147")
BANK = ("Activate a card", "Where is my card?", "My balance", "Find a branch", "Speak to a person")
YES_NO = ("Yes, go on", "Not now")
NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def options(*titles: str) -> tuple[Option, ...]:
    return tuple(Option(title, f"/pick_{n}") for n, title in enumerate(titles, 1))


def offered(*titles: str, channel: ChannelName = ChannelName.SMS, first: int = 0) -> Shown:
    return Shown().then(channel, Menu("m_1", options(*titles), NOW, channel, first))


def said(text: str = "", channel: ChannelName = ChannelName.SMS, **more: object) -> InboundMessage:
    plain = InboundMessage("x:1", channel, ANA, NOW + timedelta(minutes=1), text)
    return replace(plain, **more)  # type: ignore[arg-type]


def picked(choice: Choice | None) -> int | None:
    """The number of the option from 1; None for speech. Anything else fails."""
    assert choice is None or isinstance(choice, Picked), choice
    return int(choice.option.payload.removeprefix("/pick_")) if choice else None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), (" 2 ", 2), ("3.", 3), ("4)", 4), ("(5)", 5), ("#2", 2), ("2!", 2), ("2?", 2),
        ("\uff12", 2), ("2\ufe0f\u20e3", 2),
        ('"3"', 3), ("02", 2), ("2 please", 2), ("2, thanks", 2), ("ok 2", 2), ("um, 3", 3), ("yes, 1", 1), ("press 2", 2),
        ("option 2", 2), ("Option two", 2), ("number 3", 3), ("no. 4", 4), ("answer 5", 5), ("I'll take number 2", 2),
        ("I want option 3", 3), ("I choose 4", 4), ("choose 4 please", 4), ("go with 2", 2), ("I'd like number one", 1),
        ("two", 2), ("Two.", 2), ("one", 1), ("One please.", 1), ("five", 5), ("number one", 1), ("i pressed three", 3),
        ("first", 1), ("the first", 1), ("the first one", 1), ("The second one.", 2), ("second", 2), ("2nd", 2),
        ("the 3rd one", 3),
        ("I want the fourth", 4), ("I'd like the second one, please", 2), ("the fifth option", 5),
        ("yes the second one please", 2),
        ("last", 5), ("the last one", 5), ("last option", 5), ("the last one please", 5), ("give me the last one", 5),
        ("1 Activate a card", 1), ("3 - my balance", 3), ("3) balance", 3), ("2 please.", 2),
    ],
)  # fmt: skip
def test_numbers_and_ordinals(text: str, number: int) -> None:
    assert picked(choose(offered(*BANK), said(text))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Activate a card", 1), ("activate a card", 1), ("ACTIVATE A CARD!", 1), ("activate", 1), ("activate card", 1),
        ("activate my card", 1), ("I'd like to activate a card", 1), ("activate a card please", 1), ("the activate one", 1),
        ("where is my card", 2), ("Where's my card?", 2), ("My balance", 3), ("balance", 3), ("Balance?", 3),
        ("the balance", 3), ("the balance please", 3), ("my balance, thanks", 3), ("balence", 3), ("ballance", 3), ("blaance", 3),
        ("I want my balance", 3), ("can I have my balance", 3), ("branch", 4), ("a branch", 4), ("find branch", 4),
        ("find a brnach", 4), ("person", 5), ("a person", 5), ("a person please", 5), ("PERSON", 5), ("speak to a person", 5),
        ("I want to speak to a person", 5), ("speek to a person", 5), ("speak to a preson", 5), ("persom", 5),
    ],
)  # fmt: skip
def test_titles_parts_and_misspellings(text: str, number: int | None) -> None:
    assert picked(choose(offered(*BANK), said(text))) == number


SPEECH = (
    "one moment please", "One moment.", "one second", "a second please", "just a second", "wait a minute", "hold on",
    "hang on one sec",
    "I have 2 cards", "I have two cards", "2 cards", "two of my cards", "I want 2", "I want two", "give me 2",
    "I'd like 3 please",
    "both", "neither", "none", "all of them", "1 and 2", "1 or 2", "1, 2", "1-4", "2/3", "2.5", "-2", "+1", "$2", "2%", "2 = 3",
    "10:30", "at 2", "at two o'clock", "2 pm", "2pm", "room 2", "in 2 days", "2 days ago", "94107", "4242", "9999", "0", "00",
    "6",
    "42", "the sixth", "option 9", "number 12", "zero", "100", "first of all, hello", "my first name is Ana", "last four digits",
    "last week", "the last time I called", "second hand", "on second thought", "for", "to", "too", "won", "ate", "no", "yes",
    "ok", "thanks", "please", "hello", "hi there", "what?", "which one", "how", "why", "where", "where is it", "is it my card?",
    "my", "the", "a", "I", "my card was stolen yesterday", "I lost my card", "the balance is wrong", "is my balance right?",
    "not my balance", "I don't want a person", "no person please", "no branch", "activate nothing", "what is a branch",
    "how do I find a branch in Boston", "are you a person?", "you are not a person", "what does activate mean", "cancel it",
    "say that again", "repeat", "go back", "1600 Main Street", "12 Main St", "apartment 2", "twenty two dollars", "half past one",
    "one of my cards", "number", "option", "the", "1st Street", "second street", "Ana Lopez", "the person I spoke to was rude",
    "\U0001f44d", "...", "", "?", "/activate_card", "balance sheet of the last year", "bronze", "bunch", "purse on",
)  # fmt: skip


@pytest.mark.parametrize("text", SPEECH)
def test_speech_is_not_forced(text: str) -> None:
    assert choose(offered(*BANK), said(text)) is None


def test_there_are_enough_sentences_in_the_negative_table() -> None:
    assert len(set(SPEECH)) > 100


@pytest.mark.parametrize("text", ["now", "right now", "not", "yes but not now", "no, now", "on", "later", "go away", "one"])
def test_what_denies_is_not_picked_by_its_other_words(text: str) -> None:
    wanted = Option("Yes, go on", "/pick_1") if text == "one" else None
    choice = choose(offered(*YES_NO), said(text))
    assert (choice.option if isinstance(choice, Picked) else choice) == wanted


@pytest.mark.parametrize(
    ("text", "number"), [("not now", 2), ("Not now, thanks", 2), ("yes", 1), ("OK!", 1), ("no", 2), ("nope", 2), ("go on", 1)]
)
def test_yes_and_no(text: str, number: int) -> None:
    assert picked(choose(offered(*YES_NO), said(text))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("to", 2), ("Too.", 2), ("for", 4), ("Won", 1), ("won.", 1), ("tree", 3), ("two", 2), ("the second one", 2)],
)
def test_a_transcript_may_hold_words_that_sound_like_numbers(text: str, number: int) -> None:
    shown = offered(*BANK, channel=ChannelName.VOICE)
    assert picked(choose(shown, said(text, ChannelName.VOICE))) == number
    if text.strip(".").lower() in SOUND_ALIKE:
        assert choose(shown, said(f"{text} me", ChannelName.VOICE)) is None


@pytest.mark.parametrize(("digits", "number"), [("1", 1), ("5", 5), ("6", None), ("0", None), ("12", None), ("1*", None)])
def test_keys(digits: str, number: int | None) -> None:
    shown = offered(*BANK, channel=ChannelName.VOICE)
    assert picked(choose(shown, said(channel=ChannelName.VOICE, digits=digits))) == number


def test_what_fits_two_is_asked_and_what_fits_three_is_speech() -> None:
    cards = offered("Activate a card", "Where is my card?", "My balance")
    assert choose(cards, said("card")) == Unclear(options("Activate a card", "Where is my card?")[:2])
    assert choose(cards, said("my card")) is not None
    many = offered("Blue card", "Red card", "Green card")
    assert choose(many, said("card")) is None
    days = offered("Monday", "Sunday")
    assert picked(choose(days, said("mondy"))) == 1
    assert choose(offered("Springfield East", "Springfield West"), said("springfeild")) == Unclear(
        options("Springfield East", "Springfield West")
    )
    assert choose(offered("Card", "Card"), said("card")) is None


@pytest.mark.parametrize("figures", ["94107", "94107-1234", "1234", "12 34", "10:30", "555 0147"])
def test_values_are_never_parts_of_titles(figures: str) -> None:
    assert choose(offered("94107 Downtown", "Card ending in 1234", "At 10:30", "Room 12, floor 34"), said(figures)) is None


@pytest.mark.parametrize(
    ("count", "text", "number"),
    [
        (4, "1234", None),
        (4, "2", 2),
        (None, "2", None),
        (1, "2", None),
        (6, "option 2", 2),
        (None, "option 2", 2),
        (4, "balance", 3),
    ],
)
def test_where_figures_are_asked_for_they_come_first(count: int | None, text: str, number: int | None) -> None:
    shown = replace(offered(*BANK), digits=True, count=count)
    assert picked(choose(shown, said(text))) == number
    if text.isdigit():
        assert picked(choose(shown, said(digits=text))) == number


def tap(choice: str, minutes: float = 1) -> InboundMessage:
    return said("Some title", ChannelName.WEB, choice=choice, received_at=NOW + timedelta(minutes=minutes))


def test_a_tap_means_its_option_for_a_day_whatever_came_between() -> None:
    shown = offered(*BANK, channel=ChannelName.WEB)
    for n in range(5):
        shown = shown.then(ChannelName.WEB, Menu(f"m_{n + 2}", options("Other"), NOW, ChannelName.WEB))
    assert picked(choose(shown.then(ChannelName.WEB, None), tap("m_1:4", 23 * 60))) == 4
    assert choose(shown, tap("m_1:4", 24 * 60 + 1)) is None


@pytest.mark.parametrize(
    "choice", ["m_0:1", "m_1:0", "m_1:6", "m_1:x", "m_1:", "m_1:-1", "m_1:1234567", "m_1", ":1", "m_1:\u0661"]
)
def test_a_tap_that_is_not_ours_is_words(choice: str) -> None:
    assert choose(offered(*BANK, channel=ChannelName.WEB), tap(choice)) is None


def test_a_late_yes_is_not_a_yes_to_what_is_asked_now() -> None:
    question = Menu("m_1", (Option("Yes, go on", "/affirm"), Option("Speak to a person", "/person")), NOW, ChannelName.WEB)
    asked = Shown().then(ChannelName.WEB, question)
    assert choose(asked, tap("m_1:1")) == Picked(question.options[0])
    other = Menu("m_2", options("A", "B"), NOW, ChannelName.WEB)
    assert choose(asked.then(ChannelName.WEB, other), tap("m_1:1")) == Late(question.options[0], other)
    assert choose(asked.then(ChannelName.WEB, None), tap("m_1:1")) == Late(question.options[0], None)
    assert choose(asked.then(ChannelName.WEB, None), tap("m_1:2")) == Picked(question.options[1])


def test_menus_end_with_the_day_and_when_the_dialogue_moves_on() -> None:
    shown = offered(*BANK)
    assert picked(choose(shown, said("2", received_at=NOW + timedelta(hours=24)))) == 2
    assert choose(shown, said("2", received_at=NOW + timedelta(hours=24, seconds=1))) is None
    gone = shown.then(ChannelName.SMS, None)
    for text in ("2", "two", "balance", "my balance", "number 2", "the second", "1 activate a card"):
        assert choose(gone, said(text)) is None, text
    assert picked(choose(gone, said("option 2"))) == 2
    assert picked(choose(gone, said("the second one"))) == 2
    assert choose(Shown(), said("1")) is None


def test_another_channels_menu_is_answered_while_it_is_the_last_question() -> None:
    voice = offered(*BANK, channel=ChannelName.VOICE)
    assert picked(choose(voice, said("3"))) == 3
    assert picked(choose(voice, said("balance", ChannelName.WEB))) == 3
    assert choose(voice.then(ChannelName.WEB, None), said("3")) is None


def test_two_channels_at_once_each_answers_its_own() -> None:
    shown = offered("A one", "B two").then(ChannelName.WEB, Menu("m_2", options("C three", "D four"), NOW, ChannelName.WEB))
    texted, chatted = choose(shown, said("2")), choose(shown, said("2", ChannelName.WEB))
    assert isinstance(texted, Picked) and texted.option.title == "B two"
    assert isinstance(chatted, Picked) and chatted.option.title == "D four"
    later = choose(shown, said("2", received_at=NOW + timedelta(minutes=11)))
    assert isinstance(later, Picked) and later.option.title == "D four", "the thread went on elsewhere"
    went_on = shown.then(ChannelName.SMS, None)
    assert choose(went_on, said("2")) is None


def test_pages_of_a_long_menu_on_the_phone() -> None:
    titles = tuple(f"Branch {name}" for name in "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet".split())
    first = offered(*titles, channel=ChannelName.VOICE)
    assert picked(choose(first, said(channel=ChannelName.VOICE, digits="8"))) == 8
    for asks in (said(channel=ChannelName.VOICE, digits="9"), said("nine", ChannelName.VOICE), said("more", ChannelName.VOICE),
                 said("More choices, please.", ChannelName.VOICE), said("next", ChannelName.VOICE)):  # fmt: skip
        assert choose(first, asks) == Turned(first.menus[0], 8)
    second = offered(*titles, channel=ChannelName.VOICE, first=8)
    assert [o.title for o in second.menus[0].page] == ["Branch India", "Branch Juliet", "the first choices again"]
    assert picked(choose(second, said(channel=ChannelName.VOICE, digits="2"))) == 10
    assert picked(choose(second, said("the last one", ChannelName.VOICE))) == 10
    assert picked(choose(second, said("Alpha", ChannelName.VOICE))) == 1, "a name counts on every page"
    assert choose(second, said(channel=ChannelName.VOICE, digits="3")) == Turned(second.menus[0], 0)
    assert choose(second, said(channel=ChannelName.VOICE, digits="4")) is None


def test_sms_titles_in_other_words_are_understood() -> None:
    shown = offered("Cancel", "Help")
    assert picked(choose(shown, said("call it off"))) == 1
    assert picked(choose(shown, said("get help"))) == 2
    assert sms_title("Cancel my order") == "Cancel my order"


@pytest.mark.parametrize("channel", ChannelName)
@pytest.mark.parametrize("count", range(1, 31))
def test_every_option_of_every_menu_can_be_reached_in_every_way(count: int, channel: ChannelName) -> None:
    titles = [f"Choice {name}" for name in NAMES[:count]]
    reached: set[int] = set()
    first = 0
    while True:
        shown = offered(*titles, channel=channel, first=first)
        entries = shown.menus[0].page
        assert len(entries) <= MOST.get(channel, 30)
        for number, option in enumerate(entries, 1):
            ways = [said(str(number), channel), said(f"option {number}", channel), said(option.title, channel),
                    said("x", channel, choice=f"m_1:{number}")]  # fmt: skip
            if channel is ChannelName.VOICE:
                ways += [said("", channel, digits=str(number)), said(NUMBER_WORDS[number - 1], channel)]
            if option.payload != MORE:
                ways += [said(option.title.partition(" ")[2], channel), said(f"{option.title.upper()} please", channel)]
            choices = [choose(shown, way) for way in ways]
            assert len(set(map(repr, choices))) == 1, (number, option, choices)
            if option.payload != MORE:
                reached.add(picked(choices[0]) or 0)
        following = shown.menus[0].following
        if following <= first:
            break
        first = following
    assert reached == set(range(1, count + 1))


NAMES = (
    "Amber", "Basil", "Cedar", "Denim", "Ebony", "Fudge", "Grape", "Hazel", "Ivory", "Jasmine", "Khaki", "Lemon", "Mango", "Navy",
    "Olive", "Pearl", "Quartz", "Ruby", "Saffron", "Teal", "Umber", "Violet", "Wheat", "Xanadu", "Yellow", "Zircon", "Copper",
    "Indigo", "Magenta", "Silver",
)  # fmt: skip


@given(st.text(max_size=60), st.sampled_from(ChannelName))
def test_any_text_is_read_without_falling_over(text: str, channel: ChannelName) -> None:
    choice = choose(offered(*BANK, channel=channel), said(text, channel))
    assert choice is None or isinstance(choice, (Picked, Unclear))


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=30, unique=True), st.data(), st.sampled_from(ChannelName))
def test_numbers_and_taps_hold_for_any_titles(titles: list[str], data: st.DataObject, channel: ChannelName) -> None:
    shown = offered(*titles, channel=channel)
    entries = shown.menus[0].page
    number = data.draw(st.integers(1, len(entries)))
    tapped = choose(shown, said("x", channel, choice=f"m_1:{number}"))
    assert choose(shown, said(str(number), channel)) == tapped
    assert isinstance(tapped, Turned if entries[number - 1].payload == MORE else Picked)


@given(st.integers(1, 40), st.sampled_from([None, *ChannelName]))
def test_pages_show_everything_once(count: int, channel: ChannelName | None) -> None:
    everything = options(*(f"t{n}" for n in range(count)))
    seen: list[Option] = []
    menu = Menu("m", everything, NOW, channel)
    while True:
        seen += [o for o in page(everything, channel, menu.first) if o.payload != MORE]
        if menu.following <= menu.first:
            break
        menu = replace(menu, first=menu.following)
    assert tuple(seen) == everything


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("balance", "balance", 0),
        ("balence", "balance", 1),
        ("blaance", "balance", 1),
        ("abcd", "badc", 2),
    ],
)
def test_distance(one: str, other: str, steps: int) -> None:
    assert lexicon.distance(one, other) == lexicon.distance(other, one) == steps
