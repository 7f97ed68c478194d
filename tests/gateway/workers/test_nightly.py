"""A night's work is done once, by one gateway of all, in the business's own night; what was missed is made up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.redis_store.client.base import connect
from gateway.workers.nightly import DONE, LEASE, Nightly
from tests.bot.fakes import FakeClock
from tests.gateway.conftest import House

NEW_YORK = ZoneInfo("America/New_York")


@dataclass
class Nights:
    """Gateways on one Redis with one clock."""

    client: Any
    clock: FakeClock
    done: list[datetime] = field(default_factory=list)
    gate: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    fails: Exception | None = None

    def gateway(self, hour: int = 3) -> Nightly:
        return Nightly(self.client, self.clock, NEW_YORK, hour, self._work)

    async def _work(self) -> None:
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        if self.fails:
            raise self.fails
        self.done.append(self.clock())

    def at(self, day: int, hour: int, minute: int = 0, month: int = 11) -> None:
        """A time on the clock of New York."""
        self.clock.time = datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.fixture
async def nights(redis_url: str) -> AsyncIterator[Nights]:
    client = connect(redis_url)
    made = Nights(client, FakeClock())
    made.at(20, 12)
    assert await made.gateway().look() == 0, "the first night is yet to come"
    yield made
    await client.aclose()


async def test_it_is_done_in_the_business_s_own_night_and_once(nights: Nights) -> None:
    one = nights.gateway()
    nights.at(21, 2, 59)
    assert await one.look() == 0
    nights.at(21, 3)
    assert await one.look() == 1
    for minute in range(1, 50, 10):
        nights.at(21, 3, minute)
        assert await one.look() == 0
    nights.at(22, 2, 59)
    assert await one.look() == 0
    nights.at(22, 3)
    assert await one.look() == 1 and len(nights.done) == 2


async def test_of_two_gateways_at_once_one_does_it(nights: Nights) -> None:
    nights.at(21, 3)
    nights.gate = asyncio.Event()
    first = asyncio.create_task(nights.gateway().look())
    await nights.begun.wait()
    assert await nights.gateway().look() == 0, "somebody is at it"
    nights.gate.set()
    assert await first == 1
    assert await nights.gateway().look() == 0 and len(nights.done) == 1
    nights.at(22, 3)
    assert sum(await asyncio.gather(*(nights.gateway().look() for _ in range(5)))) == 1


async def test_nights_that_nobody_was_there_for_are_made_up_for_at_once(nights: Nights) -> None:
    nights.at(25, 15)
    assert (await nights.gateway().notes())[0].startswith("What has had its time was not deleted since the night of 2026-11-20")
    assert await nights.gateway().look() == 1 and await nights.gateway().look() == 0
    assert await nights.gateway().notes() == [] and len(nights.done) == 1


async def test_who_fails_leaves_it_to_whoever_comes_when_the_lease_is_out(nights: Nights) -> None:
    nights.at(21, 3)
    nights.fails = RuntimeError("the database is away")
    with pytest.raises(RuntimeError):
        await nights.gateway().look()
    nights.fails = None
    assert await nights.gateway().look() == 0, "not at once again"
    assert 0 < await nights.client.ttl(LEASE) <= 600
    await nights.client.delete(LEASE)  # it ran out
    assert await nights.gateway().look() == 1


async def test_a_gateway_that_stops_in_the_middle_leaves_it_too(nights: Nights) -> None:
    nights.at(21, 3)
    nights.gate = asyncio.Event()
    stopped = asyncio.create_task(nights.gateway().look())
    await nights.begun.wait()
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    nights.gate = None
    await nights.client.delete(LEASE)
    assert await nights.gateway().look() == 1 and len(nights.done) == 1


async def test_the_hours_of_the_change_of_clocks_have_one_night(nights: Nights) -> None:
    """2026-11-01 has the hour from one to two twice; 2027-03-14 has none from two to three."""
    await nights.client.flushall()
    one = nights.gateway(hour=1)
    nights.at(31, 12, month=10)
    assert await one.look() == 0
    for moment in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)):
        nights.clock.time = moment
        await one.look()
    assert len(nights.done) == 1
    two = nights.gateway(hour=2)
    nights.clock.time = datetime(2027, 3, 13, 20, tzinfo=UTC)
    await two.look()
    for moment in (datetime(2027, 3, 14, 6, 59, tzinfo=UTC), datetime(2027, 3, 14, 7, 0, tzinfo=UTC)):
        nights.clock.time = moment
        await two.look()
    assert len(nights.done) == 3 and nights.done[-1] == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


async def test_a_gateway_does_it_by_its_settings(house: House, redis_url: str) -> None:
    nightly = house.core.nightly
    assert nightly is not None and nightly.hour == 3
    assert await nightly.look() == 0
    await house.core.base.store.client.set(DONE, "2026-01-01")
    assert (await nightly.notes())[0].startswith("What has had its time was not deleted since the night of 2026-01-01")
    assert await nightly.look() == 1 and await nightly.notes() == []


class TestSwitchedOff:
    @pytest.fixture
    def changes(self) -> dict[str, str]:
        return {"RETENTION_HOUR": "off"}

    async def test_nothing_is_deleted_by_itself(self, house: House) -> None:
        assert house.core.nightly is None
