"""The web chat alone: real Redis, real sockets, an inbox that remembers, a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from redis.asyncio import Redis

from tests.browser_support import open_browser
from tests.web.fakes import Bank, FakeClock, FakeInbox


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def redis_client(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def bank(redis_client: Redis, inbox: FakeInbox, clock: FakeClock) -> AsyncIterator[Bank]:
    """The bank's page and chat on a port of its own (started twice: the port must be known for the origin)."""
    bank = Bank(redis_client, inbox, clock)
    await bank.start()
    await bank.restart()
    yield bank
    await bank.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser
