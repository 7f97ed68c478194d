"""Facts that tests tell stories with: Ana writes, the assistant answers, a person helps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, select

from records.facts import About, Fact, fact_of
from records.facts.people import HandoffClosed
from records.facts.talk import MessageIn, ReplyOut, Turn
from records.sql import RecordsStore, tables
from records.sql.engine import reading

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = b"a key for tests"
ANA = About("c_ana", "p_ana", "sms")
BEN = About("c_ben", "p_ben", "web")


def at(minutes: float) -> datetime:
    """So many minutes after the story began."""
    return NOW + timedelta(minutes=minutes)


def said(who: About, number: int, text: str, minutes: float | None = None, address: str = "tel:+12125550147") -> Fact:
    body = MessageIn(message_id=f"m{who.conversation_id}{number}", text=text, address=address)
    moment = at(number if minutes is None else minutes)
    return fact_of(body, cause=body.message_id, at=moment, about=who, key=KEY)


def answered(who: About, number: int, text: str, n: int = 1, minutes: float | None = None) -> Fact:
    cause = f"m{who.conversation_id}{number}"
    body = ReplyOut(message_id=f"{cause}o{n}", author="bot", text=text, n=n, address="tel:+12125550147")
    return fact_of(body, cause=cause, at=at(number if minutes is None else minutes), about=who, key=KEY, n=n)


def understood(who: About, number: int, intent: str) -> Fact:
    cause = f"m{who.conversation_id}{number}"
    return fact_of(Turn(message_id=cause, intent=intent, confidence=0.9), cause=cause, at=at(number), about=who, key=KEY)


def closed(who: About, number: int, outcome: str) -> Fact:
    body = HandoffClosed(handoff_id=f"h{number}", outcome=outcome, note="Ana gets a new card", agent="bo")
    return fact_of(body, cause=f"close {who.conversation_id} {number}", at=at(number), about=who, key=KEY)


def talk(who: About, first: int = 0) -> list[Fact]:
    """A question about the balance, its answers, and a person who closed the matter."""
    return [
        said(who, first, "what is my balance"),
        understood(who, first, "balance"),
        answered(who, first, "You have 941 dollars", 1),
        answered(who, first, "Anything else?", 2),
        closed(who, first + 1, "solved"),
    ]


async def rows(store: RecordsStore, table: Table) -> list[tuple[object, ...]]:
    """All of a table, without numbers that only the order of arrival gives."""
    columns = [column for column in table.columns if column.name not in ("number", "since")]
    async with reading(store.engine) as connection:
        found = (await connection.execute(select(*columns))).all()
    return sorted((tuple(row) for row in found), key=repr)


async def everything(store: RecordsStore) -> dict[str, list[tuple[object, ...]]]:
    return {name: await rows(store, table) for name, table in tables.metadata.tables.items()}
