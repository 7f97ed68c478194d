"""A desk that tells of what is done, and what its canned replies are kept in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from desk.agents import AgentDirectory
from desk.canned.store import CannedReplies
from tests.desk.conftest import House, cheap_passwords, opened_house
from tests.desk.fake_people import FakeClock
from tests.desk.test_desk_past import Noted
from tests.desk.test_desk_words import KNOWN


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def replies(redis: Redis, clock: FakeClock, noted: Noted) -> CannedReplies:
    """The store alone."""
    return CannedReplies(redis, clock, noted)


@pytest.fixture
async def house(redis: Redis, clock: FakeClock, noted: Noted) -> AsyncIterator[House]:
    """A desk that knows which slot holds the name."""
    agents = AgentDirectory(redis, cheap_passwords(), facts=noted, clock=clock)
    async with opened_house(redis, agents, clock, known=KNOWN, facts=noted) as opened:
        yield opened
