"""Writes that are answered when they are on disk: any burst, on a few connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis
from redis.exceptions import ResponseError

from bot.model import Address, AddressKind, ChannelName, InboundMessage, now
from bot.ports import StoreUnavailable
from bot.redis_base import connect
from bot.redis_disk import FLIGHTS, OnDisk
from bot.redis_queue import RedisInbox, all_partitions, inbox_key


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    made = connect(redis_url)
    yield made
    await made.aclose()


def message(number: int) -> InboundMessage:
    sender = Address(AddressKind.TEL, f"+1212555{number:04d}")
    return InboundMessage(f"sms:{number}", ChannelName.SMS, sender, now(), "hello")


async def test_a_thousand_who_write_at_once_are_all_taken(client: redis.Redis) -> None:
    before = int((await client.info("stats"))["total_connections_received"])
    inbox = RedisInbox(client)
    assert await asyncio.gather(*(inbox.accept(message(number)) for number in range(1000))) == [True] * 1000
    assert sum([await client.xlen(inbox_key(one)) for one in all_partitions()]) == 1000
    opened = int((await client.info("stats"))["total_connections_received"]) - before
    assert opened <= FLIGHTS + 2, "a connection for each would be refused by the client, and in the end by Redis"


async def test_each_gets_its_own_answer_or_error(client: redis.Redis) -> None:
    disk = OnDisk(client)
    await client.set("text", "x")
    asked = [disk.write("INCR", "count"), disk.write("INCR", "text"), disk.write("INCR", "count")]
    first, wrong, second = await asyncio.gather(*asked, return_exceptions=True)
    assert (first, second) == (1, 2)
    assert isinstance(wrong, ResponseError)


async def test_what_is_not_on_disk_in_time_is_not_taken(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a disk that hangs: the server leaves the writing to the system, which takes half a minute."""
    monkeypatch.setattr("bot.redis_disk.DISK_WAIT_MS", 20)
    await client.config_set("appendfsync", "no")
    try:
        with pytest.raises(StoreUnavailable, match="disk"):
            await OnDisk(client).write("SET", "a", "1")
    finally:
        await client.config_set("appendfsync", "everysec")


async def test_who_hangs_up_disturbs_nobody(client: redis.Redis) -> None:
    disk = OnDisk(client)
    gone, stays = (asyncio.ensure_future(disk.write("SET", name, "1")) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays in (True, "OK")
    assert await asyncio.gather(gone, return_exceptions=True)


async def test_without_a_server_everyone_is_told() -> None:
    client = connect("redis://127.0.0.1:1/0", retries=0)
    disk = OnDisk(client)
    answers = await asyncio.gather(*(disk.write("SET", "a", "1") for _ in range(40)), return_exceptions=True)
    assert len(answers) == 40 and all(isinstance(answer, Exception) for answer in answers)
    await client.aclose()
