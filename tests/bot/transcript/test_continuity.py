"""Coming back: what is kept for how long, and the repeat meter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Address, AddressKind, ChannelName, Contact, InboundMessage
from bot.transcript.continuity import CarryOver, CarryOverError, Return, Rule, emptying, span
from bot.transcript.repeats import Questions, repeats

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEL = Address(AddressKind.TEL, "+12125550101")
ANA = Contact("p", "c", (), NOON)


def message(at: datetime, channel: ChannelName = ChannelName.SMS) -> InboundMessage:
    return InboundMessage("m", channel, TEL, at)


@pytest.mark.parametrize(
    ("seen", "last", "now", "expected"),
    [
        (None, None, ChannelName.SMS, Return()),
        (NOON, ChannelName.SMS, ChannelName.SMS, Return(timedelta(hours=1), False)),
        (NOON, ChannelName.SMS, ChannelName.VOICE, Return(timedelta(hours=1), True)),  # the same number, another channel
        (NOON + timedelta(hours=2), ChannelName.SMS, ChannelName.SMS, Return(timedelta(), False)),  # overtaken on the way
    ],
)
def test_how_somebody_comes_back(seen: datetime | None, last: ChannelName | None, now: ChannelName, expected: Return) -> None:
    before = replace(ANA, last_seen=seen, last_channel=last, last_address=TEL if last else None)
    assert Return.of(before, message(NOON + timedelta(hours=1), now)) == expected


RULES = CarryOver.from_mapping(
    {
        "recap_after": "6 hours",
        "slots": {"name": "kept", "digits": "asked again after 7 days", "offered": "forgotten after 1 hour"},
        "forms": {"branch_form": "forgotten after 7 days"},
    }
)
RULES = replace(RULES, form_of={"zip": "branch_form", "digits": "card_form"})


@pytest.mark.parametrize(
    ("away", "asked", "names", "form"),
    [
        (timedelta(minutes=59), "zip", (), False),
        (timedelta(hours=1), "zip", ("offered",), False),
        (timedelta(days=7), "digits", ("digits", "offered"), False),
        (timedelta(days=7), "zip", ("digits", "offered"), True),
        (timedelta(days=7), None, ("digits", "offered"), False),
    ],
)
def test_what_is_too_old(away: timedelta, asked: str | None, names: tuple[str, ...], form: bool) -> None:
    slots = {"name": "Ana", "digits": "4421", "offered": "person", "requested_slot": asked}
    assert RULES.too_old(away, slots) == (names, form)
    assert RULES.concerns(away) is bool(names or form)
    assert RULES.asked_again(names) == [name for name in names if name == "digits"]


def test_what_is_empty_is_not_emptied() -> None:
    assert RULES.too_old(timedelta(days=9), {"digits": None, "offered": []}) == ((), False)


def test_a_recap_comes_after_the_time_that_was_set() -> None:
    assert [RULES.is_long(away) for away in (None, timedelta(hours=5, minutes=59), timedelta(hours=6))] == [False, False, True]


def test_emptying_a_form_leaves_it() -> None:
    events = emptying(("zip",), form=True)
    assert [(e["event"], e["name"]) for e in events] == [("slot", "zip"), ("active_loop", None), ("slot", "requested_slot")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"slots": {"name": "for ever"}}, "write kept"),
        ({"slots": {"name": "forgotten after a while"}}, "is not a time"),
        ({"recap_after": "soon"}, "is not a time"),
        ({"slot": {}}, "'slot' is not known"),
        ({"slots": ["name"]}, "names with their rules"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(body: dict[str, Any], why: str) -> None:
    with pytest.raises(CarryOverError, match=why):
        CarryOver.from_mapping(body)


def test_a_misspelt_slot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_slots.yml").write_text("carry_over: {slots: {nme: forgotten after 1 day}}")
    (tmp_path / "a.yml").write_text("slots: {name: {type: text}}")
    with pytest.raises(CarryOverError, match="no slot nme"):
        CarryOver.from_domain(tmp_path)


def test_our_own_rules_are_read() -> None:
    ours = CarryOver.from_domain(ROOT / "domain")
    assert ours.slots["card_last4"] == Rule(timedelta(days=7), asked_again=True)
    assert ours.form_of["postcode"] == "branch_form" and "full_name" not in ours.slots
    assert span("2 weeks") == timedelta(days=14)


# -- the repeat meter --------------------------------------------------------------------------------------------------

QUESTIONS = Questions({"phone": "tel", "code": "possessed"}, {"name": ("your name",)})


def user(**metadata: Any) -> dict[str, Any]:
    return {"event": "user", "metadata": metadata}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def asks(name: str) -> list[dict[str, Any]]:
    return [slot("requested_slot", name), {"event": "bot", "metadata": {"utter_action": f"utter_ask_{name}"}, "timestamp": 9.0}]


def agent(text: str) -> dict[str, Any]:
    return {"event": "bot", "text": text, "metadata": {"author": "agent"}, "timestamp": 9.0}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([user(), *asks("name"), user(), slot("name", "Ana"), *asks("card")], []),
        ([user(), slot("name", "Ana"), user(), *asks("name")], ["name"]),
        ([user(), slot("name", "Ana"), user(), *asks("name"), user(), *asks("name")], ["name", "name"]),
        ([user(), slot("name", "Ana"), user(), slot("name", None), *asks("name")], []),  # taken back in this turn
        ([user(), slot("name", "Ana"), slot("name", None), *asks("name")], []),  # a wrong answer
        ([user(tel="+1"), *asks("phone")], ["phone"]),
        ([user(tel="+1"), slot("phone", None), *asks("phone")], []),  # "that is not my number any more"
        ([user(proof="claimed"), *asks("code")], []),
        ([user(proof="possessed"), *asks("code")], ["code"]),
        ([slot("name", "Ana"), agent("What is your name?")], ["name"]),
        ([agent("What is your name?")], []),
        ([slot("name", "Ana"), agent("I have your name here.")], []),
        ([slot("name", "Ana"), {"event": "bot", "metadata": {"utter_action": "utter_ask_name"}}], ["name"]),  # in no form
        # a browser that nobody knew was asked; then its conversation was joined to the number's
        ([user(contact="a"), slot("name", "Ana"), user(contact="b"), *asks("name")], []),
        ([user(contact="a"), slot("name", "Ana"), user(contact="b"), user(contact="a"), *asks("name")], ["name"]),
        ([user(contact="a"), user(contact="b"), slot("name", "Ana"), user(contact="a"), *asks("name")], ["name"]),
    ],
)
def test_repeats(events: list[dict[str, Any]], found: list[str]) -> None:
    assert [repeat.slot for repeat in repeats(events, QUESTIONS)] == found


def test_who_asked_is_known() -> None:
    events = [slot("name", "Ana"), user(), *asks("name"), agent("And your name?")]
    assert [repeat.by.value for repeat in repeats(events, QUESTIONS)] == ["bot", "agent"]


def test_what_a_browser_had_begun_about_another_number_is_taken_out_of_the_thread_that_it_leaves() -> None:
    carry_over = CarryOver.from_domain(Path("domain"))
    begun = {"phone_number": "+12125550102", "code_sent_to": "+12125550102", "needs_proof": True, "full_name": "Ana Lopez"}
    left = carry_over.left_behind({**begun, "requested_slot": "verification_code"})
    assert {event["name"] for event in left if event["event"] == "slot"} == {*begun, "requested_slot"} - {"full_name"}
    assert {"event": "active_loop", "name": None} in left
    another = carry_over.left_behind({**begun, "requested_slot": "card_last4"})  # the form of somebody else in the thread
    assert all(event["event"] == "slot" and event["name"] != "requested_slot" for event in another)
    assert carry_over.left_behind({"full_name": "Ana Lopez", "requested_slot": None}) == []


def test_a_slot_that_the_domain_does_not_have_concerns_no_number(tmp_path: Path) -> None:
    (tmp_path / "_slots.yml").write_text("carry_over: {of_a_number: [phone_nubmer]}")
    with pytest.raises(CarryOverError, match="phone_nubmer"):
        CarryOver.from_domain(tmp_path)
