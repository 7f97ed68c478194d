"""What has had its time goes: a chunk at a time, each with the fact that says what was deleted in the same transaction.

A chunk ends at a moment, not after a number of rows: no list of ids is sent, and nobody who records waits for long.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model.retention import Rules
from records.facts import REGISTER, Retention, audit, fact_of
from records.sql.engine import reading, writing
from records.sql.keep import keep
from records.sql.retention.strip import Counts, added, count_by_kind, field_of, strip
from records.sql.retention.sweep import sweep
from records.sql.tables import conversations, facts, facts_aside, joins, lines

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Deleted:
    """Facts that lost the person, facts and other rows that are gone, by kind, and transcript lines."""

    stripped: Counts = field(default_factory=dict)
    removed: Counts = field(default_factory=dict)
    lines: int = 0

    def __add__(self, other: Deleted) -> Deleted:
        return Deleted(added(self.stripped, other.stripped), added(self.removed, other.removed), self.lines + other.lines)

    def __bool__(self) -> bool:
        return bool(self.stripped or self.removed or self.lines)


Step = Callable[[AsyncConnection, ColumnElement[bool]], Awaitable[Deleted]]


async def purge(engine: AsyncEngine, rules: Rules, now: datetime, recordings_gone: Collection[str] = ()) -> Deleted:
    """Raises RecordsUnavailable; what was done until then stays done, and is written down."""
    total = Deleted()
    async for done in _steps(engine, rules, now, recordings_gone):
        total += done
    if total.lines:
        await sweep(engine)
    return total


async def _steps(engine: AsyncEngine, rules: Rules, now: datetime, gone: Collection[str]) -> AsyncIterator[Deleted]:
    words = (*REGISTER.kept_as(Retention.WORDS), *REGISTER.kept_as(Retention.FIGURES))
    told = _Telling(engine, now)
    if rules.words is not None:
        before = now - rules.words
        yield await told.over(facts.c.at, and_(facts.c.kind.in_(words), facts.c.expires), before, "words", _strip)
        yield await told.over(lines.c.at, lines.c.number.is_not(None), before, "words", _delete_lines)
        yield await told.once("words", before, _forget_people)
    if rules.recordings is not None and gone:
        kinds = REGISTER.kept_as(Retention.RECORDINGS)
        here = and_(facts.c.kind.in_(kinds), facts.c.expires, field_of(engine, "recording").in_(sorted(gone)))
        yield await told.over(facts.c.at, here, now - rules.recordings, "recordings", _strip)
    for retention, span in ((Retention.AUDIT, rules.audit), (Retention.PROOF, rules.proof)):
        if span is not None:
            here = and_(facts.c.kind.in_(REGISTER.kept_as(retention)), facts.c.expires)
            yield await told.over(facts.c.at, here, now - span, retention.value, _delete_facts)


@dataclass(slots=True)
class _Telling:
    """Does a step and keeps the fact that says so, together."""

    engine: AsyncEngine
    now: datetime
    number: int = 0

    async def over(self, at: Any, here: ColumnElement[bool], before: datetime, why: str, step: Step) -> Deleted:
        """All rows of a table that are older, in chunks by time."""
        total = Deleted()
        while True:
            async with writing(self.engine) as connection:
                old = and_(here, at < before)
                last = (await connection.execute(select(at).where(old).order_by(at).offset(CHUNK - 1).limit(1))).scalar()
                done = await step(connection, and_(old, at <= last) if last is not None else old)
                await self._tell(connection, done, why, before)
            total += done
            if last is None:
                return total

    async def once(self, why: str, before: datetime, step: Callable[[AsyncConnection, datetime], Awaitable[Deleted]]) -> Deleted:
        """A step that is small."""
        async with writing(self.engine) as connection:
            done = await step(connection, before)
            await self._tell(connection, done, why, before)
        return done

    async def _tell(self, connection: AsyncConnection, done: Deleted, why: str, before: datetime) -> None:
        if done:
            self.number += 1
            body = audit.DeletedFact(why=why, stripped=done.stripped, removed=done.removed, lines=done.lines, before=before)
            cause = f"purge {self.now.isoformat()}"
            await keep(connection, [fact_of(body, cause=cause, at=self.now, n=self.number)], [], self.now)


async def _strip(connection: AsyncConnection, where: ColumnElement[bool]) -> Deleted:
    return Deleted(stripped=await strip(connection, where))


async def _delete_lines(connection: AsyncConnection, where: ColumnElement[bool]) -> Deleted:
    return Deleted(lines=(await connection.execute(delete(lines).where(where))).rowcount)


async def _delete_facts(connection: AsyncConnection, where: ColumnElement[bool]) -> Deleted:
    counts = await count_by_kind(connection, where)
    await connection.execute(delete(facts).where(where))
    return Deleted(removed=counts)


async def _forget_people(connection: AsyncConnection, before: datetime) -> Deleted:
    """Whom a silent conversation was with; addresses of old joins; what could not be read goes as words do."""
    silent = and_(conversations.c.last_at < before, conversations.c.contact_id.is_not(None))
    await connection.execute(update(conversations).where(silent).values(contact_id=null()))
    old = and_(func.coalesce(joins.c.undone_at, joins.c.linked_at) < before, joins.c.part_contact.is_not(None))
    await connection.execute(update(joins).where(old).values(part_contact=null(), addresses=[]))
    gone = await connection.execute(delete(facts_aside).where(facts_aside.c.since < before))
    return Deleted(removed={"aside": gone.rowcount} if gone.rowcount else {})


async def recordings_due(engine: AsyncEngine, before: datetime | None, contacts: Collection[str] = ()) -> list[str]:
    """Sids of recordings to be deleted at the vendor: older than a moment, or of these contacts."""
    here = and_(facts.c.kind.in_(REGISTER.kept_as(Retention.RECORDINGS)), facts.c.expires)
    theirs = facts.c.contact.in_(sorted(contacts)) if before is None else facts.c.at < before
    async with reading(engine) as connection:
        rows = await connection.execute(select(field_of(engine, "recording")).where(here, theirs).order_by(facts.c.at))
        return [str(sid) for sid in rows.scalars() if sid]
