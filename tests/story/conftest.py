"""A running installation for each file of stories, so that none meets what another left; a browser for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from playwright.async_api import Browser

from simulator.scripting.testing import Simulator
from tests.browser_support import open_browser
from tests.conftest import free_port
from tests.story.stack import Stack, running


class Ahead:
    """Starts the next file's installation while the stories of this one are told: a start takes as long as several stories."""

    def __init__(self, homes: pytest.TempPathFactory) -> None:
        self._homes = homes
        self._pool = ThreadPoolExecutor(1)
        self._next: Future[tuple[ExitStack, Stack]] = self._pool.submit(self._start)

    def _start(self) -> tuple[ExitStack, Stack]:
        with ExitStack() as held:
            started = held.enter_context(running(self._homes.mktemp("home"), free_port(), free_port()))
            return held.pop_all(), started

    def take(self) -> tuple[ExitStack, Stack]:
        """A running installation and what stops it; the next one is begun."""
        found, self._next = self._next.result(), self._pool.submit(self._start)
        return found

    def close(self) -> None:
        """Stop the one that nobody took."""
        held, _ = self._next.result()
        held.close()
        self._pool.shutdown()


@pytest.fixture(scope="session")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ahead]:
    starting = Ahead(tmp_path_factory)
    yield starting
    starting.close()


@pytest.fixture(scope="module")
def stack(ahead: Ahead) -> Iterator[Stack]:
    held, started = ahead.take()
    with held:
        yield started


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def sim(stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{stack.internal}/simulator") as connected:
        yield connected
