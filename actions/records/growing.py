"""Columns that came to a table after it was made: added where they are missing, so that a bank's records outlive an update."""

from __future__ import annotations

from sqlalchemy import Column, Engine, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.schema import CreateColumn

from actions.tables import Base


def grow(engine: Engine) -> None:
    """Add what is missing; such a column has a ``server_default``, or may be empty."""
    for table in Base.metadata.sorted_tables:
        known = _columns(engine, table.name)
        for column in table.columns:
            if column.name not in known:
                _add(engine, table.name, column)


def _add(engine: Engine, table: str, column: Column[object]) -> None:
    described = CreateColumn(column).compile(dialect=engine.dialect)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {described}"))
    except (OperationalError, ProgrammingError):
        if column.name not in _columns(engine, table):  # else another server added it in the same moment
            raise


def _columns(engine: Engine, table: str) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns(table)}
