"""PostgreSQL's partitions of ``facts``: one a month, made ahead of time by whoever records, and whenever an older fact comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.sql.engine import writing
from records.sql.migrate import LOCK

Month = tuple[int, int]
AHEAD = 2
"""Months after this one."""


class Partitions:
    """Knows which months there are; SQLite needs none."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._needed = engine.dialect.name == "postgresql"
        self._made: set[Month] = set()

    async def ready(self, times: Iterable[datetime], now: datetime) -> None:
        """Partitions for facts of these times, and for the months that come. Raises RecordsUnavailable.

        In a transaction of its own: it keeps all readers and writers of ``facts`` waiting, for a moment.
        """
        if not self._needed:
            return
        coming = [_after((now.year, now.month), n) for n in range(AHEAD + 1)]
        missing = sorted({*((at.year, at.month) for at in times), *coming} - self._made)
        if not missing:
            return
        async with writing(self._engine) as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            for month in missing:
                await connection.execute(text(_made(month)))
        self._made.update(missing)


def _after(month: Month, by: int) -> Month:
    whole = month[0] * 12 + month[1] - 1 + by
    return whole // 12, whole % 12 + 1


def _made(month: Month) -> str:
    (year, number), (next_year, next_number) = month, _after(month, 1)
    return (
        f"CREATE TABLE IF NOT EXISTS facts_{year}_{number:02d} PARTITION OF facts "
        f"FOR VALUES FROM ('{year}-{number:02d}-01+00') TO ('{next_year}-{next_number:02d}-01+00')"
    )
