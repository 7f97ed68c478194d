"""The database behind RECORDS_URL: its address read, its engine made, its errors as sentences.

SQLite is opened in WAL mode, so that readers and the one writer do not wait for each other, and synced at each commit: what
is acknowledged to the stream is on the disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from records.errors import RecordsRefused, RecordsUnavailable, RefusedByDatabase, Trouble
from records.sql.many import as_json
from records.sql.same_file import SameFile

log = structlog.get_logger(__name__)
WRITES = "records_writes"
BUSY_SECONDS = 10
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60
_SQLITE = (
    ("readonly database", Trouble.READ_ONLY, "is read-only: give the gateway's user the right to write it"),
    ("disk is full", Trouble.FULL, "has no room left: make room on its disk"),
    ("database is locked", Trouble.BUSY, "is locked by another program"),
    ("unable to open", Trouble.AWAY, "cannot be opened: its folder must exist, and be open to the gateway's user"),
    ("not a database", Trouble.OTHER, "is no SQLite database: RECORDS_URL names another file"),
    ("malformed", Trouble.OTHER, "is damaged: bring back its backup"),
    ("no such table", Trouble.OTHER, "has no records in it any more: bring back its backup, or restart to begin anew"),
    ("disk i/o", Trouble.OTHER, "cannot be read or written: look at its disk"),
)
_POSTGRES = (
    ("53100", Trouble.FULL, "has no room left: make room on its disk"),
    ("25006", Trouble.READ_ONLY, "is read-only: RECORDS_URL must name the primary, with a user that may write"),
    ("42501", Trouble.READ_ONLY, "lets this user not do that: grant it the right to make and change tables"),
    ("28P01", Trouble.PASSWORD, "refuses the user or password of RECORDS_URL"),
    ("28000", Trouble.PASSWORD, "refuses the user or password of RECORDS_URL"),
    ("3D000", Trouble.PASSWORD, "has no database of that name: create it, or mend RECORDS_URL"),
    ("53300", Trouble.BUSY, "has no connection left"),
    ("55P03", Trouble.BUSY, "is locked by another session"),
    ("40P01", Trouble.BUSY, "is locked by another session"),
    ("57014", Trouble.BUSY, "did not answer in time"),
    ("57P01", Trouble.AWAY, "is being stopped"),
    ("57P03", Trouble.AWAY, "is starting: wait until it is ready"),
    ("42P01", Trouble.OTHER, "has no records in it any more: bring back its backup, or restart to begin anew"),
)
_POSTGRES_WORDS = (  # of a connection that never was: there is no code then
    ("password", "28P01"),
    ("no pg_hba.conf", "28P01"),
    ("does not exist", "3D000"),
    ("too many clients", "53300"),
)
_AWAY = "cannot be reached: start it, or mend RECORDS_URL"
_UNKNOWN = "refuses what is asked of it: the log has its own words"
_OF_ONE_FACT = ("22", "23", "54")
"""Classes of SQLSTATE that say that a value does not fit, not that the database is in trouble."""


def url_of(text: str) -> URL:
    """RECORDS_URL with the driver that we bring. Raises RecordsRefused."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise RecordsRefused(
            "RECORDS_URL is no address of a database: write postgresql://user:password@host/database or sqlite:///file"
        ) from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    raise RecordsRefused(f"RECORDS_URL names {url.get_backend_name()}: the records are kept in PostgreSQL or SQLite")


def named(url: URL) -> str:
    """The database as sentences name it: never with its password."""
    if url.get_backend_name() == "sqlite":
        return f"The records database {url.database}"
    return f"The records database {url.database} on {url.host}:{url.port or 5432}"


def is_file(url: URL) -> bool:
    """Whether the database is a file of SQLite's."""
    kept_elsewhere = not url.database or url.database.startswith((":memory:", "file:"))
    return url.get_backend_name() == "sqlite" and not kept_elsewhere


def engine_for(url: URL) -> AsyncEngine:
    """An engine; nothing is connected yet."""
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, json_serializer=as_json, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine.sync_engine, "connect", _as_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        if is_file(url):
            SameFile(Path(str(url.database)), named(url)).watch(engine)
        return engine
    options = f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c timezone=UTC"
    given = {"connect_timeout": CONNECT_SECONDS, "options": options, "application_name": "onethread-records"}
    return create_async_engine(
        url, json_serializer=as_json, connect_args=given, pool_size=5, max_overflow=5, pool_timeout=CONNECT_SECONDS
    )


def _as_sqlite(connection: Any, _: object) -> None:
    """``isolation_level`` None: the driver begins nothing by itself (https://docs.sqlalchemy.org/dialects/sqlite.html)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "temp_store = MEMORY",
        "cache_size = -32000",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that read first would be refused when another wrote meanwhile."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that changes something. Raises RecordsUnavailable, RefusedByDatabase."""
    async with told(engine.url), engine.connect() as connection:
        await connection.execution_options(**{WRITES: True})
        async with connection.begin():
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that only reads. Raises RecordsUnavailable."""
    async with told(engine.url), engine.connect() as connection, connection.begin():
        yield connection


@asynccontextmanager
async def told(url: URL) -> AsyncIterator[None]:
    """Every error of the database within it as RecordsUnavailable, or RefusedByDatabase for a value that does not fit."""
    try:
        yield
    except DBAPIError as error:
        raise _meaning(url, error) from error
    except PoolTimeout as error:
        raise RecordsUnavailable(f"{named(url)} has no connection left.", Trouble.BUSY) from error
    except (SQLAlchemyError, OSError) as error:
        log.warning("records_refused", error=type(error).__name__)
        raise RecordsUnavailable(f"{named(url)} {_UNKNOWN}.", Trouble.OTHER) from error


def _meaning(url: URL, error: DBAPIError) -> Exception:
    words = str(error.orig).lower()
    if url.get_backend_name() == "sqlite":
        found = next(((t, s) for mark, t, s in _SQLITE if mark in words), None)
        fact_only = found is None and type(error).__name__ in ("IntegrityError", "DataError", "InterfaceError")
    else:
        state = getattr(error.orig, "sqlstate", None) or next((code for mark, code in _POSTGRES_WORDS if mark in words), "")
        found = next(((t, s) for code, t, s in _POSTGRES if code == state), None)
        fact_only = found is None and (state[:2] in _OF_ONE_FACT or type(error).__name__ == "DataError")
    if fact_only:
        return RefusedByDatabase("a value in it does not fit the database")
    trouble, sentence = found or ((Trouble.AWAY, _AWAY) if _no_connection(url, error) else (Trouble.OTHER, _UNKNOWN))
    if found is None:
        log.warning("records_refused", error=type(error.orig).__name__, says=_own_words(error))
    return RecordsUnavailable(f"{named(url)} {sentence}.", trouble)


def _no_connection(url: URL, error: DBAPIError) -> bool:
    """A server that was not reached, or went away in the middle: it gives no code."""
    return url.get_backend_name() != "sqlite" and not getattr(error.orig, "sqlstate", None)


def _own_words(error: DBAPIError) -> str:
    """The database's sentence, for the log: without the statement and its values, which are customers' words."""
    told = getattr(error.orig, "diag", None)
    return str(told.message_primary if told is not None else error.orig)[:200]
