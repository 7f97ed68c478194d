"""Opening the records at the start of a process: everything that would fail later is found now, in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.model import now as utc_now
from records.errors import RecordsRefused, RecordsUnavailable, RefusedByDatabase
from records.sql.engine import engine_for, named, url_of, writing
from records.sql.migrate import migrate
from records.sql.store import Clock, RecordsStore


def default_url(home: Path) -> str:
    """Without RECORDS_URL: a file of the installation."""
    return f"sqlite:///{home / 'records.sqlite'}"


@asynccontextmanager
async def opening(url: str, clock: Clock = utc_now) -> AsyncIterator[RecordsStore]:
    """The store behind RECORDS_URL, its tables brought up to date; closed at the end. Raises RecordsRefused.

    A database that is away stops the start as well: a start is when somebody looks.
    """
    store = await opened(url, clock)
    try:
        yield store
    finally:
        await store.close()


async def opened(url: str, clock: Clock = utc_now) -> RecordsStore:
    """As ``opening``, for who closes it themselves."""
    engine = engine_for(await _checked(url))
    store = RecordsStore(engine, clock)
    try:
        await migrate(engine)
        await _may_write(engine)
        await store.partitions_ready()
    except (RecordsUnavailable, RefusedByDatabase) as error:
        await engine.dispose()
        raise RecordsRefused(str(error)) from error
    except BaseException:
        await engine.dispose()
        raise
    return store


async def _checked(text_of_url: str) -> URL:
    url = url_of(text_of_url)
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":memory:", "file:")):
        folder = Path(url.database).parent
        if not await asyncio.to_thread(folder.is_dir):
            raise RecordsRefused(f"{named(url)} cannot be opened: there is no folder {folder}.")
    return url


async def _may_write(engine: AsyncEngine) -> None:
    """A standby, or a file that may only be read, is told of here and not by the first message."""
    async with writing(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
