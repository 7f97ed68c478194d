"""How a menu, and all that may go with words, is shown where there are no buttons: SMS and the phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.opt_out import HELP, START, STOP
from bot.menus.menu import MORE, Menu, merged_cards, merged_options, numbered, numbered_through, page, spoken, texted
from bot.model import Card, ChannelName, Link, Location, Media, Moment, Option, Reply, Table
from connectors.sms.channel import BODY_LIMIT, texts
from connectors.sms.gsm7 import cost
from voice.script import chunks
from voice.speech.spoken import aloud

NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")


def menu(*titles: str, text: str = "Which one?") -> Reply:
    return Reply(text, tuple(Option(title, f"/pick_{n}") for n, title in enumerate(titles, 1)))


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("Balance", "Card"), "Which one?\n1 Balance\n2 Card\nReply 1-2"),
        (("Speak to a person",), "Which one?\n1 Speak to a person\nReply 1"),
        (("\U0001f4b3 Card", "Balance \U0001f600"), "Which one?\n1 Card\n2 Balance\nReply 1-2"),
        (("\U0001f44d", "\U0001f44e"), "Which one?\n1 \U0001f44d\n2 \U0001f44e\nReply 1-2"),
        (("Cancel", "Keep it"), "Which one?\n1 Call it off\n2 Keep it\nReply with the number only: 1-2"),
        (("Stop", "END.", "Quit"), "Which one?\n1 Leave it\n2 Finish\n3 Leave\nReply with the number only: 1-3"),
        (("Cancel my order", "Keep it"), "Which one?\n1 Cancel my order\n2 Keep it\nReply with the number only: 1-2"),
        (("Help", "Info", "Start"), "Which one?\n1 Get help\n2 More information\n3 Begin\nReply 1-3"),
        (("At 21\N{DEGREE SIGN}", "Weekend"), "Which one?\n1 At 21\N{DEGREE SIGN}\n2 Weekend\nReply 1-2"),
    ],
)
def test_sms(titles: tuple[str, ...], expected: str) -> None:
    assert texted(menu(*titles)) == expected


@pytest.mark.parametrize("word", sorted(STOP | START | HELP))
def test_no_title_on_sms_is_a_word_that_a_carrier_acts_on(word: str) -> None:
    for title in (word, word.upper(), f" {word.title()}!"):
        lines = texted(menu(title, "Other")).splitlines()
        assert lines[1].removeprefix("1 ").strip(" !.").casefold() not in STOP | START | HELP
        assert cost(lines[1]).encoding == "GSM-7"
        assert ("number only" in lines[-1]) == (word in STOP)


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("Balance", "Union Square"), "For balance, press or say 1. For Union Square, press or say 2."),
        (("My balance",), "For my balance, press or say 1."),
        (("Activate a card", "Go on"), "To activate a card, press or say 1. To go on, press or say 2."),
        (("Where is my card?", "My balance"), "To ask where is my card, press or say 1. For my balance, press or say 2."),
        (("Ana's card \U0001f600", "PIN", "A new PIN"),
         "For Ana's card, press or say 1. For PIN, press or say 2. For A new PIN, press or say 3."),
    ],
)  # fmt: skip
def test_phone(titles: tuple[str, ...], expected: str) -> None:
    assert spoken(menu(*titles, text="")) == expected


def test_the_designers_own_phrase_is_used_as_it_is() -> None:
    assert spoken(menu("Activate a card"), "{number}: {title}.") == "Which one? 1: activate a card."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is on its way.", "It is on its way."),
        ("See https://www.harbour.example/cards/lost?x=1.", "See harbour dot example."),
        ("You need:\n- your passport\n- a bill\u2026\n", "You need: your passport. a bill\u2026"),
        ("1. Open the app\n2) Tap **Cards**", "Open the app. Tap Cards."),
        ("All done \U0001f389", "All done"),
        ("2 * 3 * 4 is 24", "2 * 3 * 4 is 24"),
    ],
)
def test_words_for_ears(text: str, expected: str) -> None:
    assert spoken(Reply(text)) == expected


GOLD = Card(
    "Gold card", "$95 a year", "https://x/gold.png", Link("Details", "https://bank.example/gold"), (Option("Choose", "/gold"),)
)
BLUE = Card("Blue card", "No fee", None, None, (Option("Choose", "/blue"),))
HOURS = Table(("Branch", "Weekdays", "Saturday"), (("Downtown", "9-5", "10-2"), ("Harbour", "9-6", "")))
VISIT = Moment("Card pick-up", NINE, NINE.replace(minute=30), place="12 Main St")
DOWNTOWN = Location("Downtown", "12 Main St, Springfield", "https://maps.example/1", "+12125550100")

FACES = [
    ("card", Reply("Look:", cards=(replace(GOLD, options=()),)),
     "Look:\nGold card: $95 a year\nhttps://bank.example/gold",
     "Look: Gold card: $95 a year. Details: see bank dot example."),
    ("link", Reply("Here.", links=(Link("Lost cards", "https://bank.example/lost"), Link("Hotline", "tel:+12125550100"))),
     "Here.\nLost cards: https://bank.example/lost\nHotline: +12125550100",
     "Here. Lost cards: see bank dot example. Hotline: the number is +12125550100."),
    ("location", Reply("Nearest:", locations=(DOWNTOWN,)),
     "Nearest:\nDowntown, 12 Main St, Springfield, +12125550100\nMap: https://maps.example/1",
     "Nearest: Downtown, 12 Main St, Springfield, +12125550100."),
    ("date", Reply("Booked.", dates=(VISIT,)),
     "Booked.\nTue, Nov 24, 2026, 9:00 AM to 9:30 AM: Card pick-up (12 Main St)",
     "Booked. Card pick-up: Tuesday, November 24th, at 9:00 AM to 9:30 AM, 12 Main St."),
    ("days", Reply("", dates=(Moment("Closed", NINE, NINE.replace(day=26), True),)),
     "Tue, Nov 24, 2026 to Thu, Nov 26, 2026: Closed",
     "Closed: Tuesday, November 24th to Thursday, November 26th."),
    ("one day", Reply("", dates=(Moment("", NINE, None, True),)), "Tue, Nov 24, 2026", "Tuesday, November 24th."),
    ("table", Reply("Hours:", tables=(HOURS,)),
     "Hours:\nDowntown: Weekdays 9-5, Saturday 10-2\nHarbour: Weekdays 9-6",
     "Hours: Downtown: Weekdays 9-5, Saturday 10-2. Harbour: Weekdays 9-6."),
    ("picture", Reply("See:", media=(Media("https://x/y.png", "image/png", "the new card"),)),
     "See:", "See: There is a picture of the new card, which you can see on our other channels."),
]  # fmt: skip


@pytest.mark.parametrize(("label", "reply", "written", "heard"), FACES, ids=[face[0] for face in FACES])
def test_each_kind_of_content_has_a_face_for_eyes_and_one_for_ears(label: str, reply: Reply, written: str, heard: str) -> None:
    assert texted(reply) == numbered(reply) == written
    assert spoken(reply) == heard


def test_pictures_are_links_in_an_sms_with_what_they_show() -> None:
    reply = Reply("See:", media=(Media("https://x/y.png", "image/png", "The new card"), Media("https://x/z.pdf")))
    assert texts(reply, texted) == ["See:\nThe new card: https://x/y.png\nhttps://x/z.pdf"]


def test_cards_to_choose_from_are_one_menu_with_their_texts() -> None:
    replies = (Reply("Two cards:", cards=(GOLD, BLUE)), Reply("Which one?", (Option("Neither", "/deny"),)))
    offered = merged_options(replies)
    assert offered == (Option("Gold card", "/gold"), Option("Blue card", "/blue"), Option("Neither", "/deny"))
    first, last = numbered_through(replies, offered)
    assert (first.cards, last.cards, last.options) == ((), (GOLD, BLUE), offered)
    assert texted(last) == (
        "Which one?\n1 Gold card: $95 a year\nhttps://bank.example/gold\n2 Blue card: No fee\n3 Neither\nReply 1-3"
    )
    assert spoken(last) == (
        "Which one? Gold card: $95 a year. Blue card: No fee. Details: see bank dot example. "
        "For gold card, press or say 1. For blue card, press or say 2. For neither, press or say 3."
    )


def test_what_was_only_options_or_cards_is_not_sent_empty() -> None:
    replies = (Reply("", cards=(GOLD,)), Reply("", (Option("Neither", "/deny"),)), Reply("Which one?"))
    assert [reply.text for reply in numbered_through(replies, merged_options(replies))] == ["Which one?"]


def test_cards_with_several_options_name_themselves_in_each() -> None:
    both = replace(GOLD, link=None, options=(Option("Apply", "/apply_gold"), Option("Compare", "/compare_gold")))
    replies = (Reply("Well:", cards=(both,)),)
    (reply,) = numbered_through(replies, merged_options(replies))
    assert texted(reply) == "Well:\nGold card: $95 a year\n1 Gold card: Apply\n2 Gold card: Compare\nReply 1-2"


def test_the_next_page_of_cards_shows_its_own_cards_only() -> None:
    cards = tuple(Card(f"Card {n}", "text", options=(Option("Choose", f"/c{n}"),)) for n in range(12))
    replies = (Reply("Which?", cards=cards),)
    everything = merged_options(replies)
    for first, shown in ((0, cards[:8]), (8, cards[8:])):
        (reply,) = numbered_through(replies, page(everything, ChannelName.VOICE, first))
        assert reply.cards == shown
    assert merged_cards(replies) == cards


@pytest.mark.parametrize("count", range(1, 31))
def test_menus_of_any_length_keep_the_limits_of_sms_and_phone(count: int) -> None:
    reply = menu(*(f"The branch number {n} in Springfield \u2013 open" for n in range(count)))
    parts = texts(reply, texted)
    assert all(0 < len(part) <= BODY_LIMIT and cost(part).encoding == "GSM-7" for part in parts)
    assert "pick_" not in "".join(parts), "payloads stay with us"
    marks = [f"({n}/{len(parts)}) " for n in range(1, len(parts) + 1)] if len(parts) > 1 else [""]
    assert all(part.startswith(mark) for part, mark in zip(parts, marks, strict=True))
    lines = "\n".join(part.removeprefix(mark) for part, mark in zip(parts, marks, strict=True)).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [str(n + 1) for n in range(count)]
    assert lines[-1] == ("Reply 1" if count == 1 else f"Reply 1-{count}")
    shown = page(reply.options, ChannelName.VOICE)
    said = spoken(replace(reply, options=shown))
    assert len(shown) <= 9 and said.count("press or say") == len(shown)
    assert (shown[-1].payload == MORE) == (count > 9)
    assert list(chunks(aloud(said)))


@given(st.lists(st.text(max_size=40), max_size=15), st.text(max_size=200))
def test_any_titles_and_text_can_be_shown(titles: list[str], text: str) -> None:
    reply = menu(*titles, text=text)
    assert texted(reply).count("\n") >= len(titles) - 1
    assert spoken(reply).count("press or say") >= len(titles)
    assert Menu("m", reply.options, NINE, ChannelName.VOICE).page == page(reply.options, ChannelName.VOICE)
