"""Many rows in one statement, as each database takes them fastest.

SQLite binds them in one multi-row INSERT. PostgreSQL gets them as one JSON value that the server takes apart: psycopg spends
more on binding ten thousand parameters than the server on storing them (docs/decisions/0011).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, Table, Text, bindparam, cast, column, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

Row = dict[str, Any]
POSTGRESQL = "postgresql"


def inserting(connection: AsyncConnection, table: Table, columns: Sequence[str]) -> Any:
    """The dialect's INSERT of these columns, which knows ON CONFLICT."""
    if connection.dialect.name != POSTGRESQL:
        return sqlite.insert(table)
    typed = [column(name, table.c[name].type) for name in columns]
    given = func.jsonb_to_recordset(bindparam("given", type_=JSONB)).table_valued(*typed).render_derived("given", with_types=True)
    return postgresql.insert(table).from_select(list(columns), select(*given.c))


async def run(connection: AsyncConnection, statement: Insert, rows: Sequence[Row], returned: Any) -> list[Any]:
    """Send it once for all rows; the column that it returns, of the rows that were added or changed.

    RETURNING also makes SQLAlchemy put many rows into one statement.
    """
    many = statement.returning(returned)
    if connection.dialect.name != POSTGRESQL:
        return list((await connection.execute(many, list(rows))).scalars())
    return list((await connection.execute(many, {"given": list(rows)})).scalars())


def as_json(value: object) -> str:
    """The engine's JSON: times as ISO text."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"  # as PostgreSQL reads bytea
    raise TypeError(f"no JSON for {type(value).__name__}")


def values_of(connection: AsyncConnection, values: Iterable[str]) -> Select[tuple[str]]:
    """These as rows, for ``column.in_``: as one value, of which a statement may have only so many."""
    given = json.dumps(sorted(values))
    if connection.dialect.name == POSTGRESQL:
        return select(func.jsonb_array_elements_text(cast(literal(given), JSONB)).column_valued())
    return select(func.json_each(given).table_valued(column("value", Text())).c.value)


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[Row], returned: str) -> list[Any]:
    """Insert those that are not there yet; ``returned`` of each that was new."""
    if not rows:
        return []
    statement = inserting(connection, table, list(rows[0])).on_conflict_do_nothing()
    return await run(connection, statement, rows, table.c[returned])
