"""The packet: what is known is in it as the schema has it, and what is not known is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.handoff_packet.known import EarlierHandoff, Known
from bot.handoff_packet.packet import packet
from bot.menus.menu import Menu, Shown
from bot.model import (
    Address,
    Author,
    Callback,
    CallbackTry,
    ChannelName,
    Contact,
    ContactAddress,
    Handoff,
    HandoffState,
    Media,
    Option,
    Packet,
    Proof,
    SlotFact,
    TranscriptLine,
    Voicemail,
)
from bot.model.handoffs import Draft
from gateway.api.packets import SCHEMA

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ANA = Address.parse("tel:+12125550147")
PHOTO = Media("https://vendor.example/1", "image/jpeg", "photo")
BARE = Handoff(
    id="h1",
    conversation_id="c1",
    contact_id="k1",
    state=HandoffState.WAITING,
    reason="",
    queue="general",
    channel=ChannelName.SMS,
    opened_at=AT,
)


def strict(schema: Any) -> Any:
    """The same schema, and nothing but what it names."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: strict(value) for name, value in schema.items()}
    return inside | ({"additionalProperties": False} if "properties" in schema else {})


OPEN = json.loads(SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(strict(OPEN))


def made(known: Known) -> dict[str, Any]:
    """The packet, as JSON would carry it, valid."""
    found: dict[str, Any] = json.loads(json.dumps(packet(known)))
    VALIDATOR.validate(found)
    return found


def line(text: str, author: Author = Author.CUSTOMER, channel: ChannelName = ChannelName.SMS, **more: Any) -> TranscriptLine:
    return TranscriptLine(AT, author, channel, text, **more)


def full() -> Known:
    """Everything is known."""
    handoff = replace(
        BARE,
        reason="The name did not match",
        reason_code="name_not_matched",
        packet=Packet(tried=("Asked for the name twice",), proof=Proof.POSSESSED, language="es"),
        callback=Callback(ANA.value, AT, not_before=AT + timedelta(minutes=10)),
        tries=(CallbackTry(AT, "busy"),),
        voicemails=(Voicemail("RE1", 12, AT, "please call"),),
        recordings=("RE2",),
        agent="bo",
        state=HandoffState.ASSIGNED,
        reopened=1,
    )
    said = [
        line("my card is **** ok"),
        line("Which one…", Author.BOT, ChannelName.VOICE, interrupted=True),
        line("the blue one", channel=ChannelName.VOICE),
        line("1234", channel=ChannelName.VOICE),
        line("look", media=(PHOTO,), kind="edit", picked="Photo"),
    ]
    events = [
        {"event": "slot", "name": "signals", "value": 'urgent ("now")', "timestamp": AT.timestamp()},
        {"event": "slot", "name": "signals", "value": 'urgent ("now")', "timestamp": AT.timestamp()},
        {
            "event": "slot",
            "name": "signals",
            "value": 'angry ("useless", "third time"), urgent ("now")',
            "timestamp": AT.timestamp(),
        },
        {"event": "slot", "name": "article", "value": "Cards that were lost", "timestamp": AT.timestamp()},
        {"event": "user", "parse_data": {"intent": {"name": "lost_card", "confidence": 0.93}}, "metadata": {}},
        {"event": "user", "parse_data": {"intent": {"name": "never"}}, "metadata": {"event_of_ours": True}},
        {"event": "user", "parse_data": {}, "metadata": {"to_person": True}},
    ]
    return Known(
        handoff=handoff,
        made_at=AT,
        queue_title="General",
        contact=Contact("k1", "c1", (ContactAddress(ANA, Proof.POSSESSED, AT),), AT, opted_out=True),
        name="Ana Lopez",
        lines=said,
        whole=False,
        events=events,
        slots=[SlotFact("full_name", "Ana Lopez", ChannelName.WEB, AT), SlotFact("signals", "x", None, AT)],
        labels={"full_name": "Name they gave"},
        asked=("full_name", "postcode"),
        answer_by=AT + timedelta(minutes=5),
        offered=Shown((Menu("m", (Option("Yes", "/affirm"), Option("No", "/deny")), AT, ChannelName.WEB),)),
        earlier=[
            EarlierHandoff(id="h0", opened_at=AT, reason="asked", queue="cards", closed_at=AT, outcome="agreed", agreed="Sent")
        ],
        prefers=ChannelName.SMS,
    )


def test_the_schema_is_a_schema_and_a_minor_version_may_add_to_it() -> None:
    Draft202012Validator.check_schema(OPEN)
    later = made(full()) | {"version": "1.7", "something": "new"}
    Draft202012Validator(OPEN).validate(later)
    assert not Draft202012Validator(OPEN).is_valid(later | {"version": "2.0"})


def test_of_a_bare_handoff_nothing_is_invented() -> None:
    assert made(Known(handoff=BARE, made_at=AT)) == {
        "schema": "onethread.handoff-packet",
        "version": "1.0",
        "made_at": "2026-11-28T09:00:00+00:00",
        "handoff": {
            "id": "h1",
            "conversation": "c1",
            "state": "waiting",
            "queue": "general",
            "channel": "sms",
            "opened_at": "2026-11-28T09:00:00+00:00",
        },
        "summary": {"drafted": False},
        "customer": {"id": "k1", "proof": "claimed"},
        "transcript_whole": True,
        "waiting_since": "2026-11-28T09:00:00+00:00",
    }


def test_all_that_is_known_is_in_it_and_is_named_by_the_schema() -> None:
    found = made(full())
    assert set(found) == set(OPEN["properties"]) - {"waiting_since"}  # somebody has it
    assert found["reason"] == {"code": "name_not_matched", "text": "The name did not match"}
    assert found["intent"] == {"name": "lost_card", "confidence": 0.93}
    assert found["wanted_channel"] == "voice" and found["next_step"]["do"] == "call_back"
    assert found["do_not_ask_again"] == [{"slot": "full_name", "label": "Name they gave"}]
    assert [slot["name"] for slot in found["slots"]] == ["full_name"]
    assert found["options_offered"][0]["options"] == ["Yes", "No"]
    assert [promise["what"] for promise in found["promises"]] == ["answer", "call_back"]
    assert found["articles"][0]["title"] == "Cards that were lost"


def test_each_line_says_how_it_came() -> None:
    masked, cut, heard, figures, photo = made(full())["transcript"]
    assert masked["masked"] is True and masked["how"] == "typed"
    assert cut["interrupted"] is True and "how" not in cut
    assert heard["how"] == "heard" and "how" not in figures
    assert photo["attachments"] == [PHOTO.key] and photo["kind"] == "edit" and photo["picked"] == "Photo"
    assert made(full())["attachments"][0]["key"] == PHOTO.key


def test_the_moods_course_has_each_change_once() -> None:
    assert [each["signs"] for each in made(full())["mood"]] == [["urgent"], ["angry", "urgent"]]


@pytest.mark.parametrize(
    ("drafted", "lines"),
    [
        ((), ["The name did not match", "They said last: look"]),
        (("Wants a card.", "Nothing was tried."), ["Wants a card.", "Nothing was tried."]),
    ],
)
def test_the_summary_has_two_lines_and_says_who_wrote_them(drafted: tuple[str, ...], lines: list[str]) -> None:
    known = full()
    known = replace(known, handoff=replace(known.handoff, draft=Draft(AT, "g", drafted)))
    assert made(known)["summary"] == {"lines": lines, "drafted": bool(drafted)}


def test_a_message_that_was_left_is_listened_to_first() -> None:
    known = full()
    left = replace(known, handoff=replace(known.handoff, callback=None))
    assert made(left)["next_step"]["do"] == "listen" and made(left)["wanted_channel"] == "sms"
