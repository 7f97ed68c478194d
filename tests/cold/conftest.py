"""A real Valkey and real databases: conversations move between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import redis.asyncio as redis

from bot.redis_store.client.base import PREFIX, connect
from bot.redis_store.event_log import EventLog
from bot.transcript.repeats import Questions
from gateway.cold import ColdRecords
from gateway.workers.cooling import Cooling
from records.cold import ColdStore
from records.sql import opening
from tests.records.conftest import postgres, records_url

__all__ = ["postgres", "records_url"]

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Clock:
    """A time that moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    opened = connect(redis_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def cold(records_url: str, clock: Clock) -> AsyncIterator[ColdRecords]:
    """The cold store, in a database of each sort."""
    async with opening(records_url, clock) as records:
        yield ColdRecords(ColdStore(records.engine, clock))


@pytest.fixture
def log(client: redis.Redis, cold: ColdRecords, clock: Clock) -> EventLog:
    return EventLog(client, PREFIX, cold, lambda: clock().timestamp())


@pytest.fixture
def cooling(client: redis.Redis, log: EventLog, cold: ColdRecords, clock: Clock) -> Cooling:
    return Cooling(client, log, cold, Questions(), clock, timedelta(minutes=10))
