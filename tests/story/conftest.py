"""A running installation for each file of stories, so that none meets what another left; a browser for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from simulator.testing import Simulator
from tests.browser_support import open_browser
from tests.conftest import free_port
from tests.story.stack import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("home"), free_port(), free_port()) as started:
        yield started


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def sim(stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{stack.internal}/simulator") as connected:
        yield connected
