"""Reads: the lines of a conversation in pages, its facts, the conversations of a contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from records.facts import Fact
from records.sql.queries.pages import Page, bounded, cursor, place
from records.sql.queries.parts import parts_of, within
from records.sql.tables import conversation_marks, conversations, facts, joins, lines

ORDER = (lines.c.at, lines.c.seq, lines.c.id)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript. ``author``: ``customer``, ``bot``, ``agent`` or ``notice``; ``id``: of its fact."""

    id: str
    conversation_id: str
    at: datetime
    seq: int
    channel: str | None
    author: str
    agent: str
    text: str
    kind: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list. ``joined_into``: the one that it is read in now."""

    id: str
    contact_id: str | None
    pseudonym: str | None
    first_at: datetime
    last_at: datetime
    last_intent: str | None
    outcome: str | None
    channels: tuple[str, ...]
    joined_into: str | None = None


async def lines_of(
    connection: AsyncConnection, conversation_id: str, before: str | None, after: str | None, limit: int
) -> Page[Line]:
    """Oldest first; the newest lines without a cursor. Raises BadCursor."""
    wanted = bounded(limit)
    here = within(await parts_of(connection, conversation_id), lines)
    statement = select(*(lines.c[name] for name in Line.__dataclass_fields__)).where(here).limit(wanted + 1)
    if after is not None:
        statement = statement.where(tuple_(*ORDER) > tuple_(*place(after, int, str))).order_by(*ORDER)
    else:
        if before is not None:
            statement = statement.where(tuple_(*ORDER) < tuple_(*place(before, int, str)))
        statement = statement.order_by(*(column.desc() for column in ORDER))
    rows = (await connection.execute(statement)).all()
    page = [Line(*row) for row in rows[:wanted]]
    more = len(rows) > wanted
    return _page(page, more, True) if after is not None else _page(page[::-1], before is not None, more)


def _page(page: Sequence[Line], after: bool, before: bool) -> Page[Line]:
    if not page:
        return Page(())
    first, last = (cursor(one.at, one.seq, one.id) for one in (page[0], page[-1]))
    return Page(tuple(page), first if before else None, last if after else None)


async def facts_of(
    connection: AsyncConnection,
    conversation_id: str,
    kinds: Iterable[str] | None,
    after: str | None,
    limit: int,
    *,
    around: bool = False,
) -> Page[Fact]:
    """Oldest first, of all conversations that are read under this id; ``around``: of those, too, of which some lines are read
    here since a link was undone: to mask by, since facts of the other side are among them. Raises BadCursor."""
    wanted = bounded(limit)
    ids = sorted({part.conversation_id for part in await parts_of(connection, conversation_id) if around or part.link is None})
    here = facts.c.conversation_id == ids[0] if len(ids) == 1 else facts.c.conversation_id.in_(ids)
    statement = fact_rows().where(here).order_by(facts.c.at, facts.c.id).limit(wanted + 1)
    if kinds is not None:
        statement = statement.where(facts.c.kind.in_(sorted(kinds)))
    if after is not None:
        statement = statement.where(tuple_(facts.c.at, facts.c.id) > tuple_(*place(after, str)))
    found = [fact_in(row) for row in await connection.execute(statement)]
    page = found[:wanted]
    return Page(tuple(page), None, cursor(page[-1].at, page[-1].id) if len(found) > wanted else None)


FACT = tuple(facts.c[name] for name in Fact.__dataclass_fields__)


def fact_rows() -> Select[Any]:
    """Rows for ``fact_in``."""
    return select(*FACT)


def fact_in(row: Row[Any]) -> Fact:
    """A row of ``fact_rows`` as the fact it was, or what retention left of it."""
    return Fact(*tuple(row))


async def facts_since(connection: AsyncConnection, kinds: Iterable[str], since: datetime, limit: int) -> list[Fact]:
    """Of these kinds from that time on, in their order; the first ``limit``."""
    here = facts.c.kind.in_(sorted(kinds)), facts.c.at >= since
    rows = await connection.execute(fact_rows().where(*here).order_by(facts.c.at, facts.c.id).limit(limit))
    return [fact_in(row) for row in rows]


async def conversations_of(connection: AsyncConnection, contact_id: str) -> list[Conversation]:
    """Those of the contact and of contacts that are joined into it, the latest first."""
    mine = select(conversations.c.id).where(conversations.c.contact_id == contact_id)
    parts = select(joins.c.part_id).where(joins.c.into_id.in_(mine), joins.c.undone_at.is_(None))
    here = or_(conversations.c.contact_id == contact_id, conversations.c.id.in_(parts))
    rows = await connection.execute(conversation_rows().where(here).order_by(conversations.c.last_at.desc(), conversations.c.id))
    return await conversations_in(connection, rows.all())


def conversation_rows() -> Select[Any]:
    """Rows for ``conversations_in``."""
    into = and_(joins.c.part_id == conversations.c.id, joins.c.undone_at.is_(None))
    # a conversation is a part once; should a late fact still be on its way, one of them is as good
    joined = (
        select(joins.c.into_id).where(into).order_by(joins.c.linked_at.desc()).limit(1).scalar_subquery().label("joined_into")
    )
    names = [name for name in Conversation.__dataclass_fields__ if name not in ("channels", "joined_into")]
    return select(*(conversations.c[name] for name in names), joined)


async def conversations_in(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Conversation]:
    """With the channels of each."""
    marks = conversation_marks.c
    asked = select(marks.conversation_id, marks.value).where(
        marks.conversation_id.in_([row[0] for row in rows]), marks.mark == "channel"
    )
    channels: dict[str, list[str]] = {}
    for conversation_id, value in await connection.execute(asked):
        channels.setdefault(conversation_id, []).append(value)
    return [Conversation(**row._mapping, channels=tuple(sorted(channels.get(row.id, ())))) for row in rows]
