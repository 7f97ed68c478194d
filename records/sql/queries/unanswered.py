"""Questions that got no answer: turns that fell back or were out of scope, and that no article answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.sql.tables import facts, lines

ACTIONS = frozenset({"action_fallback", "action_out_of_scope"})
"""What says that nothing fits, unless an article does."""

SLOT = "article"
"""Filled by a turn that an article answered."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A customer's words, and when; those that retention took are not there any more."""

    text: str
    at: datetime


async def unanswered(connection: AsyncConnection, since: datetime) -> list[Unanswered]:
    """The oldest first."""
    told = select(facts.c.kind, facts.c.cause, facts.c.body).where(facts.c.at >= since, facts.c.kind.in_(("turn", "slot_set")))
    open_, answered = set(), set()
    for kind, cause, body in await connection.execute(told):
        if kind == "turn" and body.get("action") in ACTIONS:
            open_.add(cause)
        elif kind == "slot_set" and body.get("slot") == SLOT and body.get("value"):
            answered.add(cause)
    wanted = open_ - answered
    said = select(lines.c.message_id, lines.c.text, lines.c.at).where(lines.c.at >= since, lines.c.author == "customer")
    rows = await connection.execute(said.order_by(lines.c.at, lines.c.seq))
    return [Unanswered(text, at) for message, text, at in rows if message in wanted and text.strip()]
