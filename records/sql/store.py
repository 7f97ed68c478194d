"""The records as others use them: keep, search, read, move."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.model import now as utc_now
from bot.model.retention import Rules
from records.errors import RefusedByDatabase
from records.facts import Aside, Fact, decode, encode, storable
from records.sql import keep as keeping
from records.sql import tables
from records.sql.engine import reading as read
from records.sql.engine import writing
from records.sql.keep import Kept
from records.sql.partitions import Partitions
from records.sql.queries import reading
from records.sql.queries import search as searching
from records.sql.queries.pages import Page
from records.sql.queries.proposals import Proposal
from records.sql.queries.proposals import proposals as proposals_in
from records.sql.queries.reading import Conversation, Line
from records.sql.queries.search import Question
from records.sql.queries.unanswered import Unanswered
from records.sql.queries.unanswered import unanswered as unanswered_in
from records.sql.retention import erase as erasing
from records.sql.retention import purge as purging
from records.sql.retention import whose
from records.sql.retention.purge import Deleted

Clock = Callable[[], datetime]
ASIDE_AT_ONCE = 500


class RecordsStore:
    """Each method raises RecordsUnavailable while the database is away; nothing is changed then."""

    def __init__(self, engine: AsyncEngine, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.clock = clock
        self._partitions = Partitions(engine)

    async def keep(self, found: Sequence[Fact | Aside]) -> Kept:
        """Keep them, once, all in one transaction; a repeat adds nothing.

        What the database takes under no circumstances is set aside; the others of its batch are kept in smaller ones.
        """
        facts = [one for one in found if isinstance(one, Fact)]
        asides = [one for one in found if isinstance(one, Aside)]
        await self._partitions.ready((fact.at for fact in facts), self.clock())
        try:
            async with writing(self.engine) as connection:
                return await keeping.keep(connection, facts, asides, self.clock())
        except RefusedByDatabase as error:
            if len(found) == 1:
                if isinstance(found[0], Aside):
                    raise
                one = found[0]
                return await self.keep([Aside(one.id, one.kind, one.version, f"{error}", encode(one))])
            half = len(found) // 2
            return await self.keep(found[:half]) + await self.keep(found[half:])

    async def partitions_ready(self) -> None:
        """PostgreSQL's partitions of this month and those that come; for a start, and for once a day."""
        await self._partitions.ready((), self.clock())

    async def take_up_aside(self) -> Kept:
        """Keep what was set aside and is known by now: after an update. Those that are still unknown stay."""
        total, after = Kept(), ""
        table = tables.facts_aside.c
        while True:
            async with read(self.engine) as connection:
                asked = select(table.id, table.raw).where(table.id > after).order_by(table.id).limit(ASIDE_AT_ONCE)
                rows = (await connection.execute(asked)).all()
            if not rows:
                return total
            after = rows[-1][0]
            known = {one: fact for one, raw in rows if isinstance(fact := decode(raw), Fact)}
            total += await self.keep(list(known.values()))
            if known:
                there = select(tables.facts.c.id).where(tables.facts.c.id.in_(sorted(known)))
                async with writing(self.engine) as connection:
                    await connection.execute(delete(tables.facts_aside).where(table.id.in_(there)))

    async def aside(self) -> dict[str, int]:
        """What is set aside, counted by kind and version (``unknown`` where that could not be read)."""
        table = tables.facts_aside.c
        async with read(self.engine) as connection:
            rows = await connection.execute(select(table.kind, table.version, func.count()).group_by(table.kind, table.version))
            return {f"{kind or 'unknown'} {version or '?'}": count for kind, version, count in rows}

    async def search(self, question: Question, after: str | None = None, limit: int = 50) -> Page[Conversation]:
        """The latest first. Raises BadCursor."""
        async with read(self.engine) as connection:
            return await searching.search(connection, question, after, limit)

    async def unanswered(self, since: datetime) -> list[Unanswered]:
        """Questions from then on that neither a skill nor an article answered, the oldest first."""
        async with read(self.engine) as connection:
            return await unanswered_in(connection, since)

    async def proposals(self) -> list[Proposal]:
        """Replies that agents proposed as articles, the oldest first, each with what came of it."""
        async with read(self.engine) as connection:
            return await proposals_in(connection)

    async def lines(
        self, conversation_id: str, before: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[Line]:
        """Oldest first: the newest page, or the one before or after a cursor. Joined conversations are read as one."""
        async with read(self.engine) as connection:
            return await reading.lines_of(connection, storable(conversation_id), before, after, limit)

    async def facts_of(
        self,
        conversation_id: str,
        kinds: Iterable[str] | None = None,
        after: str | None = None,
        limit: int = 200,
        *,
        around: bool = False,
    ) -> Page[Fact]:
        """Oldest first; ``around``: also of conversations of which some lines are read here, to mask by. Raises BadCursor."""
        async with read(self.engine) as connection:
            return await reading.facts_of(connection, storable(conversation_id), kinds, after, limit, around=around)

    async def facts_since(self, kinds: Iterable[str], since: datetime, limit: int = 50_000) -> list[Fact]:
        """Of these kinds from that time on, in their order; the first ``limit``."""
        async with read(self.engine) as connection:
            return await reading.facts_since(connection, kinds, since, limit)

    async def conversations_of(self, contact_id: str) -> list[Conversation]:
        """The contact's and those joined into them, the latest first."""
        async with read(self.engine) as connection:
            return await reading.conversations_of(connection, storable(contact_id))

    async def purge(self, rules: Rules, recordings_gone: Collection[str] = ()) -> Deleted:
        """What has had its time by these rules: personal fields, lines, old audit and proof; written down as facts.

        Of recordings only those that are ``recordings_gone`` at the vendor: see ``recordings_due``.
        """
        return await purging.purge(self.engine, rules, self.clock(), recordings_gone)

    async def recordings_due(self, rules: Rules) -> list[str]:
        """Sids of recordings that have had their time: delete them at the vendor, then ``purge``."""
        if rules.recordings is None:
            return []
        return await purging.recordings_due(self.engine, self.clock() - rules.recordings)

    async def recordings_of(self, contacts: Collection[str]) -> list[str]:
        """Sids of recordings of these contacts: delete them at the vendor, then ``erase``."""
        return await purging.recordings_due(self.engine, None, contacts)

    async def contacts_at(self, address: str) -> list[str]:
        """Contacts that used this address (as ``tel:+12125550147``), where Redis does not know it any more."""
        async with read(self.engine) as connection:
            return await whose.contacts_at(connection, storable(address))

    async def contacts_in(self, conversation_id: str) -> list[str]:
        """The contact of a conversation, or those who spoke in it."""
        async with read(self.engine) as connection:
            return await whose.contacts_in(connection, storable(conversation_id))

    async def exports_with_persons(self, since: datetime | None = None) -> list[Fact]:
        """What was written to files with persons in them, of times after ``since``: no erasure reaches it."""
        async with read(self.engine) as connection:
            return await whose.exports_with_persons(connection, since)

    async def erase(self, contacts: Collection[str]) -> Deleted:
        """Everything of these contacts, facts on their way included. Name all that were joined into one another."""
        return await erasing.erase(self.engine, contacts, self.clock())

    async def subject(self, contacts: Collection[str]) -> dict[str, Any]:
        """All that is kept of these contacts, as JSON has it."""
        return await erasing.subject(self.engine, contacts)

    async def answers(self) -> None:
        """Raises RecordsUnavailable when the database does not."""
        async with read(self.engine) as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
