"""The page of records says what the register has, and the migrations make what the tables say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from records.facts.table import brought_in
from records.sql import RecordsStore, tables
from records.sql.engine import reading

PAGE = Path(__file__).parents[2] / "docs" / "records.md"


def test_the_table_of_facts_in_the_docs_is_the_register() -> None:
    page = PAGE.read_text()
    assert brought_in(page) == page, "run: python -m records facts"


def test_every_table_stands_in_the_docs() -> None:
    page = PAGE.read_text()
    assert [name for name in tables.metadata.tables if f"`{name}`" not in page] == []


def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Partitions, the full-text index and Alembic's own table are no part of the metadata."""
    return not (name or "").startswith(("facts_2", "lines_words", "alembic"))


async def test_migrations_make_the_tables_that_the_code_uses(store: RecordsStore) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"include_object": ours, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))

    async with reading(store.engine) as connection:
        assert await connection.run_sync(differences) == []
