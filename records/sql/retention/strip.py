"""Taking the person out of facts that are kept: statements that retention and erasure share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.facts import DELETED_WHOLE, KINDS
from records.sql.many import POSTGRESQL
from records.sql.tables import facts

Counts = dict[str, int]


def added(*counts: Counts) -> Counts:
    """The sum, by kind."""
    return {kind: sum(one.get(kind, 0) for one in counts) for kind in sorted({kind for one in counts for kind in one})}


async def count_by_kind(connection: AsyncConnection, where: ColumnElement[bool]) -> Counts:
    """How many facts of each kind."""
    found = await connection.execute(select(facts.c.kind, func.count()).where(where).group_by(facts.c.kind))
    return {row[0]: row[1] for row in found}


async def strip(connection: AsyncConnection, where: ColumnElement[bool], **values: Any) -> Counts:
    """Personal fields and contact out of these facts; how many, by kind. ``values``: further columns to set."""
    counts = await count_by_kind(connection, where)
    for kind in counts:
        personal = KINDS[kind].personal if kind in KINDS else ()
        body = {"body": without(connection, personal)} if personal else {}
        changed = update(facts).where(where, facts.c.kind == kind)
        await connection.execute(changed.values(contact=null(), expires=_still(kind), **body, **values))
    return counts


def _still(kind: str) -> bool:
    """Whether the rest of it is deleted some day."""
    return kind in KINDS and KINDS[kind].retention in DELETED_WHOLE


def field_of(bound: AsyncConnection | AsyncEngine, name: str) -> ColumnElement[str]:
    """A field of the body, as text."""
    if bound.dialect.name == POSTGRESQL:
        return facts.c.body.op("->>", return_type=Text())(name)
    return func.json_extract(facts.c.body, f"$.{name}", type_=Text())


def without(connection: AsyncConnection, names: Iterable[str]) -> Any:
    """The body without these fields."""
    if connection.dialect.name == POSTGRESQL:
        return facts.c.body.op("-")(cast(list(names), ARRAY(Text)))
    return func.json_remove(facts.c.body, *(f"$.{name}" for name in names))
