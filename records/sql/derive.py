"""What follows from facts: transcript lines, conversations and joins, as rows.

Each row comes out the same in whatever order the facts come: the earliest and latest times win, of two values the later one's,
and a line's place is its own (time, then its number among the replies of one cause), not the order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.facts import DELETED_WHOLE, KINDS, Fact

Row = dict[str, Any]
_SHOWN = frozenset({"message_in", "reply", "turn", "handoff_opened", "handoff_closed", "identity_undone"})
"""Kinds that make a conversation one that is listed."""
NOT_UNDERSTOOD = "nlu_fallback"
"""Rasa's word for no intent: to be searched for, and nothing that a customer wanted."""


@dataclass(slots=True)
class Derived:
    """Rows by table."""

    lines: list[Row] = field(default_factory=list)
    conversations: list[Row] = field(default_factory=list)
    marks: list[Row] = field(default_factory=list)
    linked: list[Row] = field(default_factory=list)
    undone: list[Row] = field(default_factory=list)


def derived(facts: Iterable[Fact]) -> Derived:
    """The rows of these facts, each table in the order of its key: two recorders at once then never wait in a circle."""
    rows = Derived()
    found: dict[str, Row] = {}
    marks: set[tuple[str, str, str]] = set()
    for fact in facts:
        if fact.kind in _LINES and fact.conversation_id:
            rows.lines.append(_line(fact))
        if fact.kind in _SHOWN and fact.conversation_id:
            _meet(found, _conversation(fact))
            marks.update((fact.conversation_id, mark, value) for mark, value in _marks(fact) if value)
        if fact.kind == "identity_linked":
            rows.linked.append(_join(fact, fact.at))
        if fact.kind == "identity_undone":
            undone = _join(fact, datetime.fromisoformat(fact.body["linked_at"]))
            rows.undone.append({**undone, "undone_at": fact.at, "restored_id": fact.body["restored"]})
    rows.lines.sort(key=lambda row: (row["conversation_id"], row["at"], row["seq"], row["id"]))
    rows.conversations = [found[one] for one in sorted(found)]
    rows.marks = [{"conversation_id": one, "mark": mark, "value": value} for one, mark, value in sorted(marks)]
    rows.linked.sort(key=lambda row: str(row["link_id"]))
    rows.undone.sort(key=lambda row: str(row["link_id"]))
    return rows


def row_of(fact: Fact) -> Row:
    """The fact's own row."""
    return {
        "id": fact.id,
        "at": fact.at,
        "kind": fact.kind,
        "version": fact.version,
        "cause": fact.cause,
        "conversation_id": fact.conversation_id,
        "contact": fact.contact,
        "pseudonym": fact.pseudonym,
        "channel": fact.channel,
        "body": dict(fact.body),
        "expires": expires(fact),
    }


def expires(fact: Fact) -> bool:
    """Whether retention has something to do with it some day: a person to take out, or all of it to delete."""
    kind = KINDS[fact.kind]
    whole = kind.retention in DELETED_WHOLE
    return whole or fact.contact is not None or any(fact.body.get(name) for name in kind.personal)


def later(mine: tuple[Any, datetime | None], other: tuple[Any, datetime | None]) -> tuple[Any, datetime | None]:
    """Of two values with their times, the later one; of two at once the greater, so that the order of arrival does not count."""
    return (
        max(mine, other, key=lambda one: (one[1] is not None, one[1], one[0]))
        if mine[1] and other[1]
        else (mine if mine[1] else other)
    )


def _line_in(fact: Fact) -> Row:
    body = fact.body
    return {"seq": 0, "author": "customer", "agent": "", "kind": body.get("form", "words")}


def _line_out(fact: Fact) -> Row:
    body = fact.body
    return {
        "seq": body.get("n", 1),
        "author": body["author"],
        "agent": body.get("agent", ""),
        "kind": body.get("form", "words"),
    }


_LINES: Mapping[str, Callable[[Fact], Row]] = {"message_in": _line_in, "reply": _line_out}


def _line(fact: Fact) -> Row:
    return {
        "conversation_id": fact.conversation_id,
        "at": fact.at,
        "id": fact.id,
        "message_id": fact.body["message_id"],
        "channel": fact.channel,
        "address": fact.body.get("address", ""),
        "text": fact.body.get("text", ""),
        **_LINES[fact.kind](fact),
    }


def _conversation(fact: Fact) -> Row:
    intent = (fact.body.get("intent") or None) if fact.kind == "turn" else None
    intent = None if intent == NOT_UNDERSTOOD else intent
    outcome = (fact.body.get("outcome") or None) if fact.kind == "handoff_closed" else None
    return {
        "id": fact.conversation_id,
        "contact_id": fact.contact,
        "pseudonym": fact.pseudonym,
        "contact_at": fact.at if fact.contact else None,
        "first_at": fact.at,
        "last_at": fact.at,
        "last_intent": intent,
        "intent_at": fact.at if intent else None,
        "outcome": outcome,
        "outcome_at": fact.at if outcome else None,
    }


def _meet(found: dict[str, Row], row: Row) -> None:
    """One row of what several facts say of a conversation."""
    known = found.setdefault(row["id"], row)
    if known is row:
        return
    known["first_at"], known["last_at"] = min(known["first_at"], row["first_at"]), max(known["last_at"], row["last_at"])
    one, at = later(_person(known), _person(row))
    (known["contact_id"], known["pseudonym"]), known["contact_at"] = one, at
    for value, moment in (("last_intent", "intent_at"), ("outcome", "outcome_at")):
        known[value], known[moment] = later((known[value], known[moment]), (row[value], row[moment]))


def _person(row: Row) -> tuple[tuple[Any, Any], datetime | None]:
    return (row["contact_id"], row["pseudonym"]), row["contact_at"]


def _marks(fact: Fact) -> list[tuple[str, str]]:
    found = [("channel", fact.channel or "")]
    if fact.kind == "turn":
        found.append(("intent", str(fact.body.get("intent", ""))))
    if fact.kind == "handoff_closed":
        found.append(("outcome", str(fact.body.get("outcome", ""))))
    return found


def _join(fact: Fact, linked_at: datetime) -> Row:
    body = fact.body
    return {
        "link_id": body["link_id"],
        "into_id": body["into"],
        "part_id": body["part"],
        "part_contact": body.get("part_contact") or None,
        "linked_at": linked_at,
        "addresses": list(body.get("addresses", ())),
    }
