"""One installation for all journeys of the run; they are taken once, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from journeys.outcome import Outcome
from journeys.run import run_all
from journeys.script import read
from journeys.stage import open_stage, started
from tests.conftest import free_port

FOLDER = Path(__file__).parent


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with started(tmp_path_factory.mktemp("journeys"), free_port(), free_port()) as folder:
        yield folder


@pytest.fixture(scope="session")
def outcomes(home: Path) -> Mapping[str, Outcome]:
    """What became of each journey, by its name."""

    async def take_all() -> list[Outcome]:
        async with open_stage(home) as stage:
            return await run_all(stage, read(FOLDER))

    return {one.journey.name: one for one in asyncio.run(take_all())}
