"""Moving conversations into the cold store, and out of it for good.

A conversation's events are numbered from 0 without gaps. Whoever moves them may die at any step and do it again: what is there
already is passed over, by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model import ColdContact, ColdStanding
from bot.model import now as utc_now
from records.cold.pages import MOST, ColdReader, last_page, packed, time_of, unpacked
from records.sql.cold_tables import cold_contacts, cold_conversations, cold_events
from records.sql.engine import reading, writing
from records.sql.store import Clock

FORGOTTEN_KEPT = timedelta(days=1)
"""For so long a forgotten conversation is refused: what was on its way has come by then."""
POSTGRESQL = "postgresql"


class ColdStore(ColdReader):
    """``bot.ports.cold.ColdStore``. Each method raises RecordsUnavailable while the database is away; nothing is changed."""

    def __init__(self, engine: AsyncEngine, clock: Clock = utc_now) -> None:
        super().__init__(engine)
        self._clock = clock

    async def standing(self, conversation_id: str) -> ColdStanding:
        """How much of it is here."""
        table = cold_conversations.c
        asked = select(table.length, table.summary).where(table.conversation_id == conversation_id)
        async with reading(self.engine) as connection:
            row = (await connection.execute(asked)).one_or_none()
        return ColdStanding(*row) if row else ColdStanding()

    async def keep(self, conversation_id: str, start: int, events: Sequence[bytes], summary: str) -> bool:
        """See ``bot.ports.cold.ColdStore``. Events before ``start`` that are missing here were lost, and stay so."""
        async with writing(self.engine) as connection:
            stands = await _claimed(connection, conversation_id)
            if stands.forgotten_at is not None:
                return False
            new = events[max(0, stands.length - start) :]
            if new:
                first = max(stands.length, start)
                await _append(connection, conversation_id, first, new)
                values = {"length": first + len(new), "summary": summary, "asleep": None}
                await connection.execute(_of(conversation_id).values(values))
            if new and stands.asleep is not None:
                await connection.execute(delete(cold_contacts).where(cold_contacts.c.conversation_id == conversation_id))
        return True

    async def park(self, conversation_id: str, packed: bytes, contact: ColdContact | None) -> bool:
        """See ``bot.ports.cold.ColdStore``."""
        async with writing(self.engine) as connection:
            if (await _claimed(connection, conversation_id)).forgotten_at is not None:
                return False
            await connection.execute(_of(conversation_id).values(asleep=packed))
            if contact is not None:
                row = asdict(contact)
                upsert = _inserting(connection, cold_contacts).values(row)
                await connection.execute(upsert.on_conflict_do_update(index_elements=["contact_id"], set_=row))
        return True

    async def contact(self, contact_id: str) -> ColdContact | None:
        """The contact as it was when it left Redis."""
        return await self._contact(cold_contacts.c.contact_id == contact_id)

    async def contact_of(self, conversation_id: str) -> ColdContact | None:
        """The same, by its conversation."""
        return await self._contact(cold_contacts.c.conversation_id == conversation_id)

    async def silent_since(self, before: datetime, after: str, limit: int) -> list[ColdContact]:
        """See ``bot.ports.cold.ColdStore``."""
        table = cold_contacts.c
        asked = select(cold_contacts).where(table.last_seen < before, table.contact_id > after)
        async with reading(self.engine) as connection:
            rows = await connection.execute(asked.order_by(table.contact_id).limit(limit))
            return [ColdContact(**row._mapping) for row in rows]

    async def forget(self, conversations: Sequence[str], contacts: Sequence[str]) -> None:
        """See ``bot.ports.cold.ColdStore``."""
        moment = self._clock()
        async with writing(self.engine) as connection:
            theirs = cold_contacts.c.conversation_id.in_(conversations)
            await connection.execute(delete(cold_contacts).where(or_(cold_contacts.c.contact_id.in_(contacts), theirs)))
            for conversation_id in sorted(set(conversations)):
                await _claimed(connection, conversation_id)
                await connection.execute(delete(cold_events).where(cold_events.c.conversation_id == conversation_id))
                values = {"length": 0, "summary": "", "asleep": None, "forgotten_at": moment}
                await connection.execute(_of(conversation_id).values(values))
            old = cold_conversations.c.forgotten_at < moment - FORGOTTEN_KEPT
            await connection.execute(delete(cold_conversations).where(old))

    async def purge(self, before: datetime) -> int:
        """Delete the words of events older than that; how many rows. The numbers of what came after stay."""
        old = update(cold_events).where(cold_events.c.until < before, cold_events.c.events.is_not(None)).values(events=None)
        async with writing(self.engine) as connection:
            return (await connection.execute(old)).rowcount

    async def _contact(self, which: Any) -> ColdContact | None:
        async with reading(self.engine) as connection:
            row = (await connection.execute(select(cold_contacts).where(which).limit(1))).one_or_none()
        return ColdContact(**row._mapping) if row else None


async def _claimed(connection: AsyncConnection, conversation_id: str) -> Any:
    """Its row, made if there was none, and nobody else's until this transaction ends."""
    new = _inserting(connection, cold_conversations).values(conversation_id=conversation_id, length=0, summary="")
    await connection.execute(new.on_conflict_do_nothing())
    asked = select(cold_conversations).where(cold_conversations.c.conversation_id == conversation_id).with_for_update()
    return (await connection.execute(asked)).one()


async def _append(connection: AsyncConnection, conversation_id: str, length: int, events: Sequence[bytes]) -> None:
    """Fill up the last row, and go on in new ones."""
    last = await last_page(connection, conversation_id)
    if last is not None and last.events is not None and last.first + last.count == length and last.count < MOST:
        room = MOST - last.count
        both = [*unpacked(last.events), *events[:room]]
        here = (cold_events.c.conversation_id == conversation_id) & (cold_events.c.first == last.first)
        values = {"count": len(both), "until": time_of(both[-1]), "events": packed(both)}
        await connection.execute(update(cold_events).where(here).values(values))
        length, events = length + len(events[:room]), events[room:]
    rows = [_row(conversation_id, length + at, events[at : at + MOST]) for at in range(0, len(events), MOST)]
    if rows:
        await connection.execute(cold_events.insert(), rows)


def _row(conversation_id: str, first: int, events: Sequence[bytes]) -> dict[str, Any]:
    until = time_of(events[-1])
    return {"conversation_id": conversation_id, "first": first, "count": len(events), "until": until, "events": packed(events)}


def _of(conversation_id: str) -> Any:
    return update(cold_conversations).where(cold_conversations.c.conversation_id == conversation_id)


def _inserting(connection: AsyncConnection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == POSTGRESQL else sqlite.insert(table)
