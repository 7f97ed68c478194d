"""Menus and rich replies within Messenger's limits, checked by the rules that the simulator refuses by."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.menus.menu import merged_options, numbered, numbered_through, page
from bot.menus.rich_replies import read_reply
from bot.model import Card, ChannelName, Link, Location, Media, Moment, Option, Reply, Table
from connectors.messenger.contents import ELEMENTS, QUICK_REPLIES, contents
from connectors.sms.split import units
from simulator.messenger.graph_rules import check_send

DETAILS = Link("Details", "https://bank.example/gold")
GOLD = Card("Gold card", "$95 a year", "https://x/gold.png", DETAILS, (Option("Choose", "/gold"),))
BLUE = Card("Blue card", "No fee", options=(Option("Choose", "/blue"),))


def made(reply: Reply, menu_id: str | None = "m_1") -> list[dict[str, Any]]:
    """The message objects, each of which the Send API would take."""
    bodies = contents(reply, menu_id, numbered)
    for body in bodies:
        check_send({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": body})
    return bodies


def shown(*replies: Reply) -> Reply:
    """The last reply as the core sends it on Messenger."""
    return numbered_through(replies, page(merged_options(replies), ChannelName.MESSENGER))[-1]


def template(kind: str, **payload: object) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **payload}}}


def postback(number: int, title: str = "Choose") -> dict[str, str]:
    return {"type": "postback", "title": title, "payload": f"m_1:{number}"}


def quick(number: int, title: str) -> dict[str, str]:
    return {"content_type": "text", "title": title, "payload": f"m_1:{number}"}


WEB = {"type": "web_url", "title": "Details", "url": "https://bank.example/gold"}


def test_cards_are_a_carousel_and_what_is_beside_them_quick_replies() -> None:
    elements = [
        {
            "title": "Gold card",
            "subtitle": "$95 a year",
            "image_url": "https://x/gold.png",
            "default_action": {"type": "web_url", "url": "https://bank.example/gold"},
            "buttons": [WEB, postback(1)],
        },
        {"title": "Blue card", "subtitle": "No fee", "buttons": [postback(2)]},
    ]
    assert made(shown(Reply("Which one?", (Option("Neither", "/deny"),), cards=(GOLD, BLUE)))) == [
        {"text": "Which one?"},
        {**template("generic", elements=elements), "quick_replies": [quick(3, "Neither")]},
    ]


def test_more_buttons_than_a_card_holds_become_quick_replies() -> None:
    card = Card("Gold", "text", None, DETAILS, tuple(Option(name, f"/{name}") for name in ("Apply", "Compare", "Ask")))
    _, carousel = made(shown(Reply("Well?", cards=(card,))))
    assert carousel["attachment"]["payload"]["elements"][0]["buttons"] == [WEB, postback(1, "Apply"), postback(2, "Compare")]
    assert carousel["quick_replies"] == [quick(3, "Gold: Ask")]


def test_links_are_buttons_under_the_text_and_the_fourth_is_written_out() -> None:
    links = (
        DETAILS,
        Link("Call us", "tel:+12125550100"),
        Link("A very long title of a page", "https://x/3"),
        Link("Four", "https://x/4"),
    )
    buttons = [
        WEB,
        {"type": "phone_number", "title": "Call us", "payload": "+12125550100"},
        {"type": "web_url", "title": "A very long title o…", "url": "https://x/3"},
    ]
    assert made(Reply("Look:", links=links)) == [template("button", text="Look:\nFour: https://x/4", buttons=buttons)]
    assert made(Reply("", links=links[:1])) == [template("button", text="Details", buttons=buttons[:1])]


def test_places_dates_and_tables() -> None:
    visit = read_reply({"custom": {"dates": [{"title": "Visit", "start": "2026-11-24T09:00:00-05:00"}]}})
    assert visit
    reply = Reply(
        "Here:",
        (Option("Book", "/book"),),
        locations=(Location("Downtown", "12 Main St", "https://maps.example/1", "+12125550100"), Location("Harbour")),
        dates=visit.dates,
        tables=(Table(("Branch", "Saturday"), (("Downtown", "10-2"),)),),
    )
    buttons = [
        {"type": "web_url", "title": "Open map", "url": "https://maps.example/1"},
        {"type": "phone_number", "title": "Call", "payload": "+12125550100"},
    ]
    elements = [{"title": "Downtown", "subtitle": "12 Main St", "buttons": buttons}]
    assert made(reply) == [
        {"text": "Here:\nDowntown: Saturday 10-2\nTue, Nov 24, 2026, 9:00 AM: Visit\nHarbour"},
        {**template("generic", elements=elements), "quick_replies": [quick(1, "Book")]},
    ]


def test_without_a_menu_nothing_can_be_tapped_and_all_is_text() -> None:
    assert made(shown(Reply("Which?", cards=(BLUE, GOLD))), None) == [
        {"text": "Which?\n1 Blue card: No fee\n2 Gold card: $95 a year\nhttps://bank.example/gold\nReply 1-2"}
    ]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("count", range(1, 31))
def test_menus_of_any_length_fit_and_every_tap_is_its_own(count: int, long: bool) -> None:
    titles = [f"{'The branch in Springfield, ' if long else 'Branch '}{n}" for n in range(1, count + 1)]
    everything = tuple(Option(title, f"/pick_{n}") for n, title in enumerate(titles, 1))
    seen: list[str] = []
    first = 0
    while True:
        entries = page(everything, ChannelName.MESSENGER, first)
        *_, last = made(Reply("Which?", entries))
        replies = last["quick_replies"]
        assert len(replies) == len(entries) <= QUICK_REPLIES
        assert [r["payload"] for r in replies] == [f"m_1:{n}" for n in range(1, len(entries) + 1)]
        assert len({r["title"] for r in replies}) == len(replies)
        seen += [o.title for o in entries if o.title in titles]
        text = "".join(body.get("text", "") for body in made(Reply("Which?", entries)))
        assert all(o.title in text for o in entries if units(o.title) > 20), "a title that is cut is written out"
        if len(entries) == len(everything) or not entries[-1].title.startswith("More"):
            break
        first += len(entries) - 1
    assert seen == titles


@pytest.mark.parametrize("count", [1, 9, 10, 11, 13, 14, 25])
def test_any_number_of_cards_is_shown_ten_at_a_time(count: int) -> None:
    plain = tuple(Card(f"Card {n}", "x" * 100) for n in range(count))
    _, *carousels = made(Reply("Look:", cards=plain))
    sizes = [len(body["attachment"]["payload"]["elements"]) for body in carousels]
    assert sum(sizes) == count and all(size <= ELEMENTS for size in sizes)
    to_choose = tuple(Card(f"Card {n}", "x", options=(Option("Choose", f"/c{n}"),)) for n in range(count))
    bodies = made(shown(Reply("Which?", cards=to_choose)))
    assert ("quick_replies" in bodies[-1]) == (count > 13), "the next page can be asked for"


WORDS = st.text(max_size=120)
NAMES = st.text(min_size=1, max_size=120).filter(str.strip)
OPTIONS = st.builds(Option, NAMES, NAMES)
LINKS = st.builds(Link, NAMES, st.sampled_from(("https://x.example/a", "tel:+12125550100")))
PLACES = st.builds(Location, NAMES, WORDS, st.sampled_from(("", "https://m.example/")), st.sampled_from(("", "+12125550100")))
CARDS = st.builds(
    Card, NAMES, WORDS, st.none() | st.just("https://x/i.png"), st.none() | LINKS, st.lists(OPTIONS, max_size=5).map(tuple)
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast a loaded machine makes up replies is no matter
@given(
    st.builds(
        Reply,
        st.text(max_size=2500),
        st.lists(OPTIONS, max_size=20, unique_by=lambda o: o.payload).map(tuple),
        st.lists(st.builds(Media, st.just("https://x/y.png"), st.just("image/png")), max_size=2).map(tuple),
        cards=st.lists(CARDS, max_size=14).map(tuple),
        links=st.lists(LINKS, max_size=5).map(tuple),
        locations=st.lists(PLACES, max_size=12).map(tuple),
        tables=st.lists(st.just(Table(("a", "b"), (("c", "d"),))), max_size=2).map(tuple),
    ),
    st.sampled_from(("m_1", None)),
)  # fmt: skip
def test_whatever_the_assistant_says_the_send_api_would_take(reply: Reply, menu_id: str | None) -> None:
    offered = merged_options((reply,))
    (sent,) = numbered_through((reply,), page(offered, ChannelName.MESSENGER)) if offered else (reply,)
    made(sent, menu_id)


def test_a_date_alone_is_said() -> None:
    visit = read_reply({"custom": {"dates": [{"start": "2026-11-24"}]}})
    assert visit and isinstance(visit.dates[0], Moment)
    assert made(visit) == [{"text": "Tue, Nov 24, 2026"}]
