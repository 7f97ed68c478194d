"""Records as files: JSON Lines or Parquet of facts and conversations in a range of time, with or without persons.

No erasure reaches a file that was handed out: every export is a fact itself (``exported``), written before the files have their
names, so that none is there without it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Select, select, tuple_

from bot.model import new_id
from records.facts import KINDS, audit, fact_of
from records.sql import RecordsStore
from records.sql.engine import reading
from records.sql.tables import conversations, facts

AT_ONCE = 5000
FACT_COLUMNS = ("id", "kind", "version", "at", "cause", "conversation_id", "contact", "pseudonym", "channel", "body")
CONVERSATION_COLUMNS = ("id", "contact", "pseudonym", "first_at", "last_at", "last_intent", "outcome")
TIMES = frozenset({"at", "first_at", "last_at"})
FORMS = ("jsonl", "parquet")
Row = dict[str, Any]


class ExportRefused(Exception):
    """The export cannot be made; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: ``since`` <= time < ``until``; for conversations, their last time. ``persons``: with contacts and words."""

    since: datetime
    until: datetime
    form: str
    folder: Path
    persons: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The files, and how many rows of each."""

    files: tuple[Path, ...]
    facts: int
    conversations: int


class Writer(Protocol):
    """One file that grows."""

    def write(self, rows: Sequence[Row]) -> None: ...
    def close(self) -> None: ...


async def export(store: RecordsStore, wanted: Wanted) -> Written:
    """Two files in the folder, readable by their owner only. Raises ExportRefused, RecordsUnavailable; no file is left then."""
    if wanted.since >= wanted.until:
        raise ExportRefused("The export's end must come after its beginning.")
    names = [f"{name}.{wanted.form}" for name in ("facts", "conversations")]
    files = [wanted.folder / name for name in names]
    if taken := [file for file in files if await asyncio.to_thread(file.exists)]:
        raise ExportRefused(f"{taken[0]} is there already: choose another folder.")
    drafts = [file.with_name(f".{file.name}.{new_id('draft')}") for file in files]
    try:
        counts = await _drafts(store, wanted, drafts)
        await store.keep([_told(wanted, files, counts, store.clock())])
        for draft, file in zip(drafts, files, strict=True):
            await asyncio.to_thread(draft.rename, file)
    except OSError as error:
        raise ExportRefused(f"{wanted.folder} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            for draft in drafts:
                await asyncio.to_thread(draft.unlink, missing_ok=True)
    return Written(tuple(files), *counts)


async def _drafts(store: RecordsStore, wanted: Wanted, drafts: Sequence[Path]) -> tuple[int, int]:
    facts_file, conversations_file = drafts
    first = await _write(facts_file, wanted.form, FACT_COLUMNS, _facts(store, wanted))
    return first, await _write(conversations_file, wanted.form, CONVERSATION_COLUMNS, _conversations(store, wanted))


async def _write(file: Path, form: str, columns: Sequence[str], pages: AsyncIterator[list[Row]]) -> int:
    writer, count = await asyncio.to_thread(_writer, file, form, columns), 0
    try:
        async for rows in pages:
            await asyncio.to_thread(writer.write, rows)
            count += len(rows)
    finally:
        await asyncio.to_thread(writer.close)
    return count


async def _facts(store: RecordsStore, wanted: Wanted) -> AsyncIterator[list[Row]]:
    table = facts.c
    asked = select(*(table[name] for name in FACT_COLUMNS)).order_by(table.at, table.id)
    asked = asked.where(table.at >= wanted.since, table.at < wanted.until)
    async for rows in _pages(store, asked, (table.at, table.id), ("at", "id")):
        yield rows if wanted.persons else [_without_person(row) for row in rows]


async def _conversations(store: RecordsStore, wanted: Wanted) -> AsyncIterator[list[Row]]:
    table = conversations.c
    columns = [table.contact_id.label("contact") if name == "contact" else table[name] for name in CONVERSATION_COLUMNS]
    asked = select(*columns).order_by(table.last_at, table.id)
    asked = asked.where(table.last_at >= wanted.since, table.last_at < wanted.until)
    async for rows in _pages(store, asked, (table.last_at, table.id), ("last_at", "id")):
        yield rows if wanted.persons else [{**row, "contact": None} for row in rows]


async def _pages(
    store: RecordsStore, asked: Select[Any], order: tuple[Any, Any], names: tuple[str, str]
) -> AsyncIterator[list[Row]]:
    """By keyset, each page in a transaction of its own: an export of a year holds up nobody."""
    place: tuple[Any, Any] | None = None
    while True:
        page = asked.limit(AT_ONCE) if place is None else asked.where(tuple_(*order) > tuple_(*place)).limit(AT_ONCE)
        async with reading(store.engine) as connection:
            rows = [dict(row._mapping) for row in await connection.execute(page)]
        if not rows:
            return
        yield rows
        place = (rows[-1][names[0]], rows[-1][names[1]])


def _without_person(row: Mapping[str, Any]) -> Row:
    personal = KINDS[row["kind"]].personal if row["kind"] in KINDS else tuple(row["body"])
    return {**row, "contact": None, "body": {name: value for name, value in row["body"].items() if name not in personal}}


def _told(wanted: Wanted, files: Sequence[Path], counts: tuple[int, int], now: datetime) -> Any:
    body = audit.Exported(
        since=wanted.since,
        until=wanted.until,
        form=wanted.form,
        persons=wanted.persons,
        files=tuple(map(str, files)),
        facts=counts[0],
        conversations=counts[1],
    )
    return fact_of(body, cause=new_id("export"), at=now)


def _writer(file: Path, form: str, columns: Sequence[str]) -> Writer:
    if form not in FORMS:
        raise ExportRefused(f"An export is {' or '.join(FORMS)}, not {form}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    return _JsonLines(file) if form == "jsonl" else _Parquet(file, columns)


class _JsonLines:
    """One JSON object a line, times as ISO 8601."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w", encoding="utf-8")

    def write(self, rows: Sequence[Row]) -> None:
        self._file.writelines(json.dumps(row, default=datetime.isoformat, ensure_ascii=False) + "\n" for row in rows)

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """Times as timestamps in UTC, the body as JSON text: its fields differ by kind."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        import pyarrow as pa  # large: nothing but an export needs it
        import pyarrow.parquet as pq

        kinds = {"version": pa.int32()} | dict.fromkeys(TIMES, pa.timestamp("us", tz="UTC"))
        self._schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
        self._table = pa.Table
        self._file = pq.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        flat = [{**row, "body": json.dumps(row["body"], ensure_ascii=False)} if "body" in row else row for row in rows]
        self._file.write_table(self._table.from_pylist(flat, schema=self._schema))

    def close(self) -> None:
        self._file.close()
