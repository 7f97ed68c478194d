"""Opening the records at the start of a process: everything that would fail later is found now, in one sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.model import now as utc_now
from records.errors import RecordsRefused, RecordsUnavailable, RefusedByDatabase
from records.sql.engine import BUSY_SECONDS, engine_for, is_file, named, reading, url_of, writing
from records.sql.migrate import migrate
from records.sql.store import Clock, RecordsStore

AS_THE_GATEWAY = "set RECORDS_URL, or ONETHREAD_HOME, as the gateway has it"


def default_url(home: Path) -> str:
    """Without RECORDS_URL: a file of the installation."""
    return f"sqlite:///{home / 'records.sqlite'}"


@asynccontextmanager
async def opening(url: str, clock: Clock = utc_now, *, create: bool = True) -> AsyncIterator[RecordsStore]:
    """The store behind RECORDS_URL, its tables brought up to date; closed at the end. Raises RecordsRefused.

    A database that is away stops the start as well: a start is when somebody looks. Without ``create`` one without records does,
    too: who looks for something must not be told that there is nothing because they looked into the wrong place.
    """
    store = await opened(url, clock, create=create)
    try:
        yield store
    finally:
        await store.close()


async def opened(url: str, clock: Clock = utc_now, *, create: bool = True) -> RecordsStore:
    """As ``opening``, for who closes it themselves."""
    engine = engine_for(await _checked(url, create))
    store = RecordsStore(engine, clock)
    try:
        if not create:
            await _has_records(engine)
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


async def _checked(text_of_url: str, create: bool) -> URL:
    url = url_of(text_of_url)
    if is_file(url):
        file = Path(str(url.database))
        if not await asyncio.to_thread(file.parent.is_dir):
            raise RecordsRefused(f"{named(url)} cannot be opened: there is no folder {file.parent}.")
        if not create and not await asyncio.to_thread(file.exists):
            raise RecordsRefused(f"{named(url)} is not there: {AS_THE_GATEWAY}.")
        await asyncio.to_thread(_as_wal, file)
    return url


def _as_wal(file: Path) -> None:
    """The file in WAL mode before the engine's connections ask for it: of many processes that change a new file at once, SQLite
    refuses some as "locked" without waiting (https://www.sqlite.org/c3ref/busy_handler.html). Other errors are the engine's."""
    deadline = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < deadline:
        try:
            with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.Error as error:
            if "locked" not in str(error):
                return
        time.sleep(0.02)


async def _has_records(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        if await connection.run_sync(lambda at: MigrationContext.configure(at).get_current_revision()) is None:
            raise RecordsRefused(f"{named(engine.url)} has no records in it: {AS_THE_GATEWAY}.")


async def _may_write(engine: AsyncEngine) -> None:
    """A standby, or a file that may only be read, is told of here and not by the first message."""
    async with writing(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
