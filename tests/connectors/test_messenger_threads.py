"""The memory of Messenger threads on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import redis.asyncio as redis
from aiohttp.test_utils import unused_port

from bot.ports import StoreUnavailable
from bot.redis_store.client.base import connect
from connectors.messenger.threads import KEPT, SENT_KEPT, RedisThreads
from tests.connectors.fakes import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def test_the_last_time_wins_whatever_the_order(client: redis.Redis) -> None:
    threads = RedisThreads(client)
    assert await threads.last_inbound("ana") is None
    for at in (NOW, NOW - MINUTE, NOW):
        await threads.opened("ana", at)
    assert await threads.last_inbound("ana") == NOW
    assert await threads.last_inbound("ben") is None


async def test_people_are_forgotten_after_a_week(client: redis.Redis) -> None:
    threads = RedisThreads(client)
    await threads.opened("ana", NOW - KEPT - MINUTE)
    await threads.opened("ben", NOW)
    assert await threads.last_inbound("ana") is None


async def test_a_watermark_becomes_ids(client: redis.Redis) -> None:
    threads = RedisThreads(client)
    for minute, mid in enumerate(("m_1", "m_2", "m_3")):
        await threads.sent("ana", mid, NOW + minute * MINUTE)
    assert await threads.sent_until("ana", NOW + MINUTE) == ["m_1", "m_2"]
    await threads.forget_until("ana", NOW)
    assert await threads.sent_until("ana", NOW + MINUTE) == ["m_2"]
    assert await threads.sent_until("ben", NOW + MINUTE) == []


async def test_only_the_newest_are_kept_and_not_for_ever(client: redis.Redis) -> None:
    threads = RedisThreads(client)
    for n in range(SENT_KEPT + 2):
        await threads.sent("ana", f"m_{n}", NOW + timedelta(seconds=n))
    kept = await threads.sent_until("ana", NOW + timedelta(hours=1))
    assert (len(kept), kept[0]) == (SENT_KEPT, "m_2")
    keys = [key async for key in client.scan_iter("*:sent:*")]
    assert [0 < await client.ttl(key) <= KEPT.total_seconds() for key in keys] == [True]


async def test_a_server_that_is_down() -> None:
    client = connect(f"redis://127.0.0.1:{unused_port()}/0")
    with pytest.raises(StoreUnavailable):
        await RedisThreads(client).opened("ana", NOW)
    await client.aclose()
