"""From the stream into SQL: whatever dies in between, each fact is kept once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import redis.asyncio as redis
from sqlalchemy import update

from launch.processes.postgres import Postgres
from records import redis_stream
from records.errors import StreamUnavailable, Trouble
from records.facts import Fact, encode
from records.recorder import Recorder
from records.redis_stream import GROUP, RedisFactStream
from records.sql import Kept, RecordsStore, opening, tables
from records.sql.engine import writing
from tests.conftest import free_port
from tests.records.stories import ANA, BEN, NOW, everything, said, talk


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    found = redis.Redis.from_url(redis_url)
    yield found
    await found.aclose()


class Hours:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def stream_of(client: redis.Redis, *keys: str, **options: Any) -> RedisFactStream:
    return RedisFactStream(client, keys or ("ot:facts",), **options)


class Dies:
    """A store whose process dies just after the facts were kept."""

    def __init__(self, store: RecordsStore) -> None:
        self.store = store

    async def keep(self, found: Sequence[Any]) -> Kept:
        await self.store.keep(found)
        raise asyncio.CancelledError


async def test_facts_go_from_the_stream_into_sql_and_leave_its_memory(client: redis.Redis, store: RecordsStore) -> None:
    stream = stream_of(client)
    await stream.add([*talk(ANA), *talk(BEN, 50)])
    recorder = Recorder(stream, store, lambda: NOW, most=4)
    assert (await recorder.health()).waiting == 10
    assert [await recorder.step() for _ in range(4)] == [True, True, False, False]
    health = await recorder.health()
    assert (health.kept, health.repeated, health.waiting, health.oldest, health.error) == (10, 0, 0, None, "")
    assert await client.xlen("ot:facts") == 0
    assert len((await store.lines("c_ana")).rows) == 3


async def test_who_dies_after_keeping_leaves_a_repeat_that_adds_nothing(client: redis.Redis, store: RecordsStore) -> None:
    await stream_of(client).add(talk(ANA))
    with pytest.raises(asyncio.CancelledError):
        await Recorder(stream_of(client), Dies(store), lambda: NOW).step()
    before = await everything(store)
    early = stream_of(client)
    assert await early.take(10) == []
    heir = Recorder(stream_of(client, taken_over_after=0), store, lambda: NOW)
    await heir.step()
    health = await heir.health()
    assert (health.kept, health.repeated, health.waiting) == (0, 5, 0)
    assert await everything(store) == before


async def test_two_recorders_share_a_stream_and_nothing_is_kept_twice(client: redis.Redis, store: RecordsStore) -> None:
    await stream_of(client).add([said(ANA, n, f"{n}") for n in range(60)])
    recorders = [Recorder(stream_of(client), store, lambda: NOW, most=7) for _ in range(3)]
    while (await recorders[0].health()).waiting:
        await asyncio.gather(*(one.step() for one in recorders))
    healths = [await one.health() for one in recorders]
    assert sum(one.kept for one in healths) == 60 and sum(one.repeated for one in healths) == 0
    assert all(one.kept for one in healths)
    assert [line.text for line in (await store.lines("c_ana", limit=100)).rows] == [f"{n}" for n in range(60)]


async def test_what_another_recorder_still_works_on_is_not_trimmed_away(client: redis.Redis, store: RecordsStore) -> None:
    await stream_of(client).add([said(ANA, n, f"{n}") for n in range(6)])
    slow, quick = stream_of(client), stream_of(client)
    first = await slow.take(2)
    await quick.done([one.place for one in await quick.take(4)])
    assert await client.xlen("ot:facts") == 6
    assert (await quick.waiting()).count == 6
    await slow.done([one.place for one in first])
    assert await client.xlen("ot:facts") == 0


async def test_another_group_that_reads_along_loses_nothing_to_the_recorder(client: redis.Redis, store: RecordsStore) -> None:
    await client.xgroup_create("ot:facts", "measures", id="0", mkstream=True)
    await stream_of(client).add(talk(ANA))
    await Recorder(stream_of(client), store, lambda: NOW).step()
    answer: Any = await client.xreadgroup("measures", "m1", {"ot:facts": ">"})
    assert sum(len(entries) for _, entries in _pairs(answer)) == 5


def _pairs(answer: Any) -> list[tuple[Any, Any]]:
    return [(key, batch) for key, batches in answer.items() for batch in batches] if isinstance(answer, dict) else answer


async def test_streams_of_all_partitions_are_read_and_none_starves(client: redis.Redis, store: RecordsStore) -> None:
    keys = [f"ot:{{p{n:02d}}}:facts" for n in range(4)]
    for n, key in enumerate(keys):
        await stream_of(client, key).add([said(ANA, 10 * n + i, f"{n}{i}") for i in range(3)])
    stream = stream_of(client, *keys)
    first = {one.place.split(" ")[0] for _ in keys for one in await stream.take(2)}
    assert first == set(keys)
    recorder = Recorder(stream_of(client, *keys, taken_over_after=0), store, lambda: NOW)
    await recorder.step()
    await recorder.step()
    assert (await recorder.health()).kept == 12 and (await recorder.health()).waiting == 0


async def test_recorders_of_earlier_starts_are_forgotten_when_nothing_is_in_their_hands(client: redis.Redis) -> None:
    hours = Hours()
    stream = stream_of(client)
    await stream.add([said(ANA, 1, "x")])
    held = await stream.take(1)
    assert len(held) == 1
    await stream_of(client).take(1)
    names = {one["name"] for one in await client.xinfo_consumers("ot:facts", GROUP)}
    assert len(names) == 2
    watch = stream_of(client, clock=hours)
    before, redis_stream.FORGOTTEN_AFTER = redis_stream.FORGOTTEN_AFTER, -1.0
    try:
        await watch.take(1)
    finally:
        redis_stream.FORGOTTEN_AFTER = before
    left = {one["name"] for one in await client.xinfo_consumers("ot:facts", GROUP) if one["pending"]}
    assert len(left) == 1 and left < names


async def test_a_fact_of_a_newer_gateway_is_kept_aside_counted_named_and_taken_up_later(
    client: redis.Redis, store: RecordsStore
) -> None:
    newer = replace(said(ANA, 3, "from a newer gateway"), version=7)
    await client.xadd("ot:facts", {"fact": encode(newer)})
    await client.xadd("ot:facts", {"fact": b"\xff nonsense"})
    await client.xadd("ot:facts", {"other": b"field"})
    await stream_of(client).add([said(ANA, 4, "plain")])
    recorder = Recorder(stream_of(client), store, lambda: NOW)
    await recorder.step()
    health = await recorder.health()
    assert (health.kept, health.aside, health.waiting, health.error) == (1, 3, 0, "")
    assert await store.aside() == {"message_in 7": 1, "unknown ?": 2}
    told = [fact for fact in (await everything(store))["facts"] if "kept_aside" in fact]
    assert len(told) == 3
    assert (await store.take_up_aside()) == Kept()
    known = {**json.loads(encode(newer)), "version": 1}
    async with writing(store.engine) as connection:  # as an update of the code would make it readable
        here = tables.facts_aside.c.id == newer.id
        await connection.execute(update(tables.facts_aside).where(here).values(raw=json.dumps(known).encode()))
    assert (await store.take_up_aside()) == Kept(added=1)
    assert [line.text for line in (await store.lines("c_ana")).rows] == ["from a newer gateway", "plain"]
    assert await store.aside() == {"unknown ?": 2}


async def test_a_fact_that_the_database_refuses_is_set_aside_and_holds_up_no_other(postgres: Postgres) -> None:
    long = " ".join(f"w{n}" for n in range(200_000))  # more than a tsvector holds
    facts: list[Fact] = [said(ANA, n, f"{n}") for n in range(8)]
    async with opening(postgres.new(), lambda: NOW) as store:
        assert await store.keep([*facts[:3], said(ANA, 99, long), *facts[3:]]) == Kept(added=8, aside=1)
        assert await store.aside() == {"message_in 1": 1}


async def test_without_redis_the_recorder_says_so_and_goes_on(store: RecordsStore) -> None:
    nobody = redis.Redis(port=free_port(), retry=None)
    recorder = Recorder(RedisFactStream(nobody), store, lambda: NOW)
    assert not await recorder.step()
    health = await recorder.health()
    assert health.error == "The stream of facts cannot be read: Redis (ConnectionError)."
    assert health.failing_since == NOW
    with pytest.raises(StreamUnavailable):
        await RedisFactStream(nobody).add(talk(ANA))
    await nobody.aclose()


async def test_a_fault_of_our_own_does_not_end_the_recorder(client: redis.Redis, store: RecordsStore) -> None:
    class Broken:
        async def keep(self, found: Sequence[Any]) -> Kept:
            raise KeyError("a mistake")

    await stream_of(client).add(talk(ANA))
    recorder = Recorder(stream_of(client), Broken(), lambda: NOW)
    assert not await recorder.step()
    health = await recorder.health()
    assert health.trouble is Trouble.OTHER and "see the log" in health.error and health.waiting == 5
