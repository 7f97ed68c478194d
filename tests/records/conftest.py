"""Real databases: a SQLite file for each test, and one PostgreSQL server for the run with a database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from launch.processes.postgres import FORGETFUL, Postgres
from launch.processes.postgres import postgres as running_postgres
from records.sql import RecordsStore, opening
from tests.conftest import free_port
from tests.records.stories import NOW


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres(free_port(), *FORGETFUL) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.sqlite'}"
    return str(request.getfixturevalue("postgres").new())


@pytest.fixture
async def store(records_url: str) -> AsyncIterator[RecordsStore]:
    async with opening(records_url, lambda: NOW) as opened:
        yield opened
