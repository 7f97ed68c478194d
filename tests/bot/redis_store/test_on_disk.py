"""Writes that are answered when they are on disk: any burst, on a few connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError

from bot.model import Address, AddressKind, ChannelName, InboundMessage, now
from bot.ports import StoreUnavailable
from bot.redis_store.client.base import connect
from bot.redis_store.client.disk import FLIGHTS, Disk, DiskWatch, OnDisk, why
from bot.redis_store.queue import RedisInbox, inbox_key
from tests.partitions import all_partitions


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
    monkeypatch.setattr("bot.redis_store.client.disk.DISK_WAIT_MS", 20)
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


class Watched:
    """A disk and what was told of it."""

    def __init__(self, client: redis.Redis) -> None:
        self.told: list[Disk] = []
        self.watch = DiskWatch(self.told.append)
        self.disk = OnDisk(client, watch=self.watch)

    def time_passes(self) -> None:
        """Until a server that could not tell is asked again."""
        self.watch.ask_again_at = 0.0


@pytest.fixture
async def append_only(client: redis.Redis) -> AsyncIterator[redis.Redis]:
    yield client
    await client.config_set("appendonly", "yes")
    while (await client.info("persistence"))["aof_rewrite_in_progress"]:  # noqa: ASYNC110 - Redis tells no event
        await asyncio.sleep(0.01)


async def test_without_an_append_only_file_writes_go_on_and_somebody_is_told_until_it_is_back(append_only: redis.Redis) -> None:
    watched = Watched(append_only)
    await append_only.config_set("appendonly", "no")
    assert await watched.disk.write("INCR", "count") == 1
    assert not await watched.disk.sound()
    assert watched.told == [Disk.NO_FILE]
    await append_only.config_set("appendonly", "yes")
    assert await watched.disk.write("INCR", "count") == 2
    assert watched.told == [Disk.NO_FILE], "a server that could not tell is not asked with each write"
    watched.time_passes()
    assert await watched.disk.write("INCR", "count") == 3
    assert watched.told == [Disk.NO_FILE, Disk.SOUND]
    assert await watched.disk.sound()


async def test_health_finds_out_by_itself_that_durability_is_back(append_only: redis.Redis) -> None:
    watched = Watched(append_only)
    await append_only.config_set("appendonly", "no")
    assert not await watched.disk.sound()
    await append_only.config_set("appendonly", "yes")
    assert await watched.disk.sound()
    assert watched.told == [Disk.NO_FILE, Disk.SOUND]


async def test_an_account_that_may_not_ask_is_told_apart(client: redis.Redis, redis_url: str) -> None:
    await client.execute_command("ACL", "SETUSER", "narrow", "on", ">secret", "~*", "&*", "+@all", "-waitaof")
    narrow = connect(redis_url.replace("redis://", "redis://narrow:secret@"))
    try:
        watched = Watched(narrow)
        assert await watched.disk.write("INCR", "count") == 1
        assert watched.told == [Disk.DENIED]
        await client.execute_command("ACL", "SETUSER", "narrow", "+waitaof")
        watched.time_passes()
        assert await watched.disk.write("INCR", "count") == 2
        assert watched.told == [Disk.DENIED, Disk.SOUND]
    finally:
        await narrow.aclose()
        await client.execute_command("ACL", "DELUSER", "narrow")


async def test_a_slow_disk_is_asked_again_with_the_next_write(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.redis_store.client.disk.DISK_WAIT_MS", 20)
    watched = Watched(client)
    await client.config_set("appendfsync", "no")
    try:
        with pytest.raises(StoreUnavailable):
            await watched.disk.write("SET", "a", "1")
    finally:
        await client.config_set("appendfsync", "always")
    try:
        await watched.disk.write("SET", "a", "2")
        assert watched.told == [Disk.SLOW, Disk.SOUND]
    finally:
        await client.config_set("appendfsync", "everysec")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("unknown command 'WAITAOF', with args beginning with: '1'", Disk.UNKNOWN),
        ("WAITAOF cannot be used when numlocal is set but appendonly is disabled.", Disk.NO_FILE),
        ("User narrow has no permissions to run the 'waitaof' command", Disk.DENIED),
        ("some error of a later version", Disk.ODD),
    ],
)
async def test_what_a_server_says_is_told_apart(client: redis.Redis, words: str, state: Disk) -> None:
    """By the sentences of Redis 6.2, 7.4 and Valkey 8."""
    watched = Watched(client)
    watched.watch.saw(why(ResponseError(words)))
    assert watched.told == [state] and not state.waits


async def test_a_server_that_became_a_replica_loses_nobody_their_durability(client: redis.Redis) -> None:
    watched = Watched(client)
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises((RedisError, StoreUnavailable)):
            await watched.disk.write("SET", "a", "1")
    finally:
        await client.execute_command("REPLICAOF", "NO", "ONE")
    await watched.disk.write("SET", "a", "1")
    assert watched.told == []
