"""Replies that agents proposed as articles, each with what came of it; the first decision stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.sql.tables import OF_PROPOSALS, facts

PROPOSED = "article_proposed"
OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``article``: the name of the one that is amended; empty for a new one. ``state``: open, taken or declined. Words are empty
    once retention has taken them."""

    id: str
    at: datetime
    by: str
    article: str
    question: str
    reply: str
    state: str = OPEN
    decided_by: str = ""


async def proposals(connection: AsyncConnection) -> list[Proposal]:
    """All, the oldest first; the same one once, as it was proposed first."""
    wanted = select(facts.c.kind, facts.c.at, facts.c.body).where(text(OF_PROPOSALS))
    first: dict[str, tuple[datetime, Any]] = {}
    came: dict[str, Any] = {}
    for kind, at, body in await connection.execute(wanted.order_by(facts.c.at, facts.c.id)):
        number = str(body["proposal_id"])
        if kind == PROPOSED:
            first.setdefault(number, (at, body))
        else:
            came.setdefault(number, body)
    return [_proposal(number, at, body, came.get(number) or {}) for number, (at, body) in first.items()]


def _proposal(number: str, at: datetime, body: Any, decision: Any) -> Proposal:
    def text(name: str) -> str:
        return str(body.get(name) or "")

    return Proposal(
        id=number,
        at=at,
        by=text("by"),
        article=text("article"),
        question=text("question"),
        reply=text("reply"),
        state=str(decision.get("state") or OPEN),
        decided_by=str(decision.get("by") or ""),
    )
