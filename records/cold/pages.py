"""Reading cold events by number, compressed a few hundred to a row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model import GONE
from records.sql.cold_tables import cold_conversations, cold_events
from records.sql.engine import engine_for, reading, url_of

MOST = 500
"""Events of a row at most: two rows are the most that a page of the desk takes apart."""


class ColdReader:
    """What Rasa's process needs: pages, and what a turn begins with. Raises RecordsUnavailable while the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @classmethod
    def at(cls, url: str) -> ColdReader:
        """Of the database that RECORDS_URL names; connected when it is first asked. Raises RecordsRefused."""
        return cls(engine_for(url_of(url)))

    async def page(self, conversation_id: str, start: int, count: int) -> list[bytes]:
        """See ``bot.ports.cold.ColdPages``."""
        found = [GONE] * count
        table = cold_events.c
        asked = select(table.first, table.events).where(
            table.conversation_id == conversation_id, table.first > start - MOST, table.first < start + count
        )
        async with reading(self.engine) as connection:
            rows = (await connection.execute(asked.where(table.events.is_not(None)))).all()
        for first, packed in rows:
            for number, event in enumerate(unpacked(packed), first):
                if start <= number < start + count:
                    found[number - start] = event
        return found

    async def asleep(self, conversation_id: str) -> bytes | None:
        """See ``bot.ports.cold.ColdPages``."""
        table = cold_conversations.c
        asked = select(table.asleep).where(table.conversation_id == conversation_id)
        async with reading(self.engine) as connection:
            return (await connection.execute(asked)).scalar_one_or_none()

    async def close(self) -> None:
        """Close the connections."""
        await self.engine.dispose()


def packed(events: Sequence[bytes]) -> bytes:
    """As one value."""
    return zlib.compress(b"\n".join(events), 6)


def unpacked(value: bytes) -> list[bytes]:
    """What ``packed`` was given."""
    return zlib.decompress(value).split(b"\n")


async def last_page(connection: AsyncConnection, conversation_id: str) -> Any | None:
    """The row with the newest events."""
    asked = (
        select(cold_events).where(cold_events.c.conversation_id == conversation_id).order_by(cold_events.c.first.desc()).limit(1)
    )
    return (await connection.execute(asked)).one_or_none()


def time_of(event: bytes) -> datetime:
    """When it was; the beginning of time for one that does not say."""
    stamp = json.loads(event).get("timestamp")
    return datetime.fromtimestamp(float(stamp) if isinstance(stamp, int | float) else 0.0, UTC)
