"""What designers write is read: buttons, our own lists, and what was written for Rasa's Messenger channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.menus.rich_replies import read_reply
from bot.model import Card, Link, Location, Media, Moment, Option, Reply, Table

GOLD = {
    "title": "Gold",
    "text": "$95 a year",
    "image": "https://x/gold.png",
    "link": {"title": "Details", "url": "https://x/gold"},
    "buttons": [{"title": "Choose", "payload": "/choose"}],
}
ELEMENT = {
    "title": "Gold",
    "subtitle": "$95 a year",
    "image_url": "https://x/gold.png",
    "default_action": {"type": "web_url", "url": "https://x/gold"},
    "buttons": [
        {"type": "postback", "title": "Choose", "payload": "/choose"},
        {"type": "web_url", "title": "Details", "url": "https://x/gold"},
    ],
}
CARD = Card("Gold", "$95 a year", "https://x/gold.png", Link("Details", "https://x/gold"), (Option("Choose", "/choose"),))
OSM = "https://www.openstreetmap.org/"


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ({"text": "Hi"}, Reply("Hi")),
        ({"text": "Hi", "buttons": [{"title": "A", "payload": "/a"}, {"title": "B"}]},
         Reply("Hi", (Option("A", "/a"), Option("B", "B")))),
        ({"text": "Hi", "buttons": [{"title": "Site", "type": "web_url", "url": "https://x/"}]},
         Reply("Hi", links=(Link("Site", "https://x/"),))),
        ({"text": "Hi", "buttons": [{"title": "Ring", "type": "phone_number", "payload": "+12125550100"}]},
         Reply("Hi", links=(Link("Ring", "tel:+12125550100"),))),
        ({"image": "https://x/a.png"}, Reply("", media=(Media("https://x/a.png", "image/png"),))),
        ({"custom": {"images": [{"url": "https://x/a", "title": "A map"}]}},
         Reply("", media=(Media("https://x/a", "image/jpeg", "A map"),))),
        ({"custom": {"cards": [GOLD]}}, Reply("", cards=(CARD,))),
        ({"elements": [ELEMENT]}, Reply("", cards=(CARD,))),
        ({"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [ELEMENT]}}},
         Reply("", cards=(CARD,))),
        ({"attachment": {"type": "template",
                         "payload": {"template_type": "button", "text": "Well?", "buttons": ELEMENT["buttons"]}}},
         Reply("Well?", (Option("Choose", "/choose"),), links=(Link("Details", "https://x/gold"),))),
        ({"attachment": {"type": "video", "payload": {"src": "https://x/v"}}},
         Reply("", media=(Media("https://x/v", "video/mp4"),))),
        ({"attachment": "https://x/a.pdf"}, Reply("", media=(Media("https://x/a.pdf", "application/pdf"),))),
        ({"custom": {"links": [{"title": "Help", "url": "https://x/h"}, {"url": "https://x.example/"}]}},
         Reply("", links=(Link("Help", "https://x/h"), Link("x.example", "https://x.example/")))),
        ({"custom": {"locations": [{"name": "Downtown", "address": "12 Main St", "latitude": 40.7, "longitude": "-74.01"}]}},
         Reply("", locations=(Location("Downtown", "12 Main St", f"{OSM}?mlat=40.7&mlon=-74.01#map=17/40.7/-74.01"),))),
        ({"custom": {"locations": [{"address": "12 Main St", "tel": "+1 212 555 0100"}]}},
         Reply("", locations=(Location("12 Main St", "", f"{OSM}search?query=12%20Main%20St", "+1 212 555 0100"),))),
        ({"custom": {"dates": [{"title": "Visit", "start": "2026-11-24T09:00:00-05:00", "end": "2026-11-24T09:30:00-05:00",
                               "place": "Main St"}]}},
         Reply("", dates=(Moment("Visit", datetime.fromisoformat("2026-11-24T09:00:00-05:00"),
                                 datetime.fromisoformat("2026-11-24T09:30:00-05:00"), False, "Main St"),))),
        ({"custom": {"dates": [{"start": "2026-11-24"}]}},
         Reply("", dates=(Moment("", datetime.fromisoformat("2026-11-24"), None, True),))),
        ({"custom": {"tables": [{"columns": ["Branch", "Open"], "rows": [["A", "9-5"], ["B"], []]}]}},
         Reply("", tables=(Table(("Branch", "Open"), (("A", "9-5"), ("B", ""))),))),
    ],
)  # fmt: skip
def test_what_is_written(message: dict[str, Any], reply: Reply) -> None:
    assert read_reply(message) == reply


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"custom": {"onethread": {"do": "hangup"}}},
        {"custom": {"links": [{"title": "x", "url": "javascript:alert(1)"}, {"title": "y"}, "z", None]}},
        {"custom": {"cards": [{"text": "no title"}], "locations": [{}], "dates": [{"title": "no start"}, {"start": "soon"}]}},
        {"custom": {"tables": [{"columns": [], "rows": [["a"]]}, {"columns": ["a"], "rows": []}]}},
        {"custom": {"cards": "x", "links": {}, "dates": 5}, "elements": "x", "buttons": {"title": "A"}, "attachment": 5},
    ],
)
def test_what_says_nothing_is_no_reply(message: dict[str, Any]) -> None:
    assert read_reply(message) is None


@pytest.mark.parametrize("image", ["javascript:x", "data:image/png;base64,x", "//x/y.png", 5])
def test_a_cards_picture_has_a_web_address(image: object) -> None:
    reply = read_reply({"custom": {"cards": [{"title": "A", "image": image}]}})
    assert reply and reply.cards == (Card("A"),)


def test_a_reply_is_the_same_after_the_store() -> None:
    reply = read_reply({
        "text": "Hi",
        "custom": {"cards": [GOLD], "dates": [{"start": "2026-11-24T09:00:00-05:00"}, {"start": "2026-11-24"}],
                   "tables": [{"columns": ["a"], "rows": [["b"]]}], "locations": [{"name": "x"}]},
    })  # fmt: skip
    kind = TypeAdapter(Reply)
    assert reply and kind.validate_json(kind.dump_json(reply)) == reply


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("title", "url", "text", "buttons", "payload", "start", "rows", "columns", "type")), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(("text", "buttons", "image", "attachment", "elements", "custom")), ANY, max_size=4))
def test_nothing_that_is_written_breaks_the_turn(message: dict[str, Any]) -> None:
    reply = read_reply(message)
    assert reply is None or isinstance(reply, Reply)


def test_a_date_that_may_change_has_a_name_and_counts_its_changes() -> None:
    start = "2026-11-24T10:00:00-05:00"
    named = {"title": "Visit", "start": start, "uid": "0f3a@bank.example", "sequence": "2", "cancelled": True}
    strange = {"title": "Visit", "start": start, "sequence": "two", "cancelled": "no"}
    reply = read_reply({"custom": {"dates": [named, strange]}})
    assert reply is not None
    assert [(one.uid, one.sequence, one.cancelled) for one in reply.dates] == [("0f3a@bank.example", 2, True), ("", 0, False)]
