"""The room that records take in each database, by table, with its indexes and full text."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Row, Select, make_url, select

from launch.install.environment import free_ports
from launch.processes.postgres import postgres
from records import opening
from records.sql import RecordsStore, tables
from records.sql.engine import reading, writing
from records.sql.queries.reading import fact_in, fact_rows

BATCH = 1000
COPIED = "cold_"
"""Tables that are copied row by row; the others follow from the facts."""

SIZES = """SELECT relname, pg_total_relation_size(oid) FROM pg_class
           WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes by table, and the rows of facts."""

    sizes: Counter[str]
    facts: int

    def __sub__(self, before: Room) -> Room:
        return Room(Counter({name: size - before.sizes[name] for name, size in self.sizes.items()}), self.facts - before.facts)


def in_sqlite(url: str) -> Room:
    """Of a file, while others write it."""
    asked = (
        "SELECT coalesce(nullif(schema.tbl_name, ''), dbstat.name), sum(pgsize) FROM dbstat "
        "LEFT JOIN sqlite_schema AS schema ON schema.name = dbstat.name GROUP BY 1"
    )
    with closing(sqlite3.connect(f"file:{make_url(url).database}?mode=ro", uri=True)) as connection:
        sizes = Counter[str]()
        for name, size in connection.execute(asked):
            sizes[named(name)] += size
        [(facts,)] = connection.execute("SELECT count(*) FROM facts")
    return Room(sizes, facts)


def named(table: str) -> str:
    """The table of ours that it belongs to: full text to its lines, a month's partition to its facts."""
    known = [one for one in (*tables.metadata.tables, "lines") if table.startswith(one)]
    return max(known, key=len, default="other")


async def in_postgresql(url: str) -> Room:
    """Of all that is in this SQLite file, kept in an empty PostgreSQL."""
    with postgres(free_ports(1)[0]) as server:
        target = server.new()
        async with opening(url) as source, opening(target) as copy:
            await copied(source, copy)
        with psycopg.connect(target) as connection:
            sizes = Counter[str]()
            for name, size in connection.execute(SIZES):
                sizes[named(name)] += size
            [(facts,)] = connection.execute("SELECT count(*) FROM facts").fetchall()
    return Room(sizes, facts)


async def copied(source: RecordsStore, target: RecordsStore) -> None:
    """Every fact is kept again, in batches as a recorder's; cold events as they are."""
    async for rows in _rows(source, fact_rows().order_by(tables.facts.c.at, tables.facts.c.id)):
        await target.keep([fact_in(row) for row in rows])
    for name, table in tables.metadata.tables.items():
        if name.startswith(COPIED):
            async for rows in _rows(source, select(table)):
                async with writing(target.engine) as connection:
                    await connection.execute(table.insert(), [dict(row._mapping) for row in rows])


async def _rows(source: RecordsStore, asked: Select[Any]) -> AsyncIterator[Sequence[Row[Any]]]:
    async with reading(source.engine) as connection:
        async for rows in (await connection.stream(asked)).partitions(BATCH):
            yield rows
