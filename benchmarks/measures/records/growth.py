"""By how much Redis grows once what happened is kept in SQL, and how much room that takes there."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis

from benchmarks.measures.memory import EACH, MB, held, talk
from benchmarks.measures.records.room import Room, in_postgresql, in_sqlite
from benchmarks.measures.records.turn import kept
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running, settled
from benchmarks.traffic import Missing, Senders, reply_counts
from bot.redis_store.client.base import PREFIX, connect
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import over_key

WARM, MESSAGES, PER = 400, 2_000, 10_000
"""Messages before, messages that are measured, and those that a figure is told for."""
TIMES = PER / MESSAGES
COOLS = {"COOL_AFTER_MINUTES": "1"}
"""As soon as an installation can be told to: the figure is of what stays."""
COOLED = 300.0
"""Seconds within which what was told and what is due has left Redis."""
BEFORE, LIMIT = 60, 5.0
"""MB of Redis per 10,000 messages before there were records (2026-11-22), and the most that is wanted."""
SMALL = 0.05 * MB
"""Kinds of keys that grow by less are not told apart."""
LEAST = 5
"""Nor tables of fewer bytes a message."""


async def measure(_runs: int) -> list[Found]:
    """One long run, whatever the number of runs."""
    senders = Senders("+1993")
    async with running(settings=COOLS) as stack, _client(stack) as client:
        stack.vendor.reports_with = stack.plan.gateway_env["TWILIO_AUTH_TOKEN"]
        counts = await reply_counts(stack, senders, EACH)
        await talk(stack, senders, counts, WARM)
        await cooled(stack, client)
        before, kinds = await _used(client), await by_kind(client)
        resident = held({"valkey": stack.pids()["valkey"]})["valkey"]
        rows = in_sqlite(stack.records)
        await talk(stack, senders, counts, MESSAGES)
        fresh = await _used(client) - before
        await cooled(stack, client)
        after = await by_kind(client)
        grown, resident = await _used(client) - before, held({"valkey": stack.pids()["valkey"]})["valkey"] - resident
        sqlite = in_sqlite(stack.records) - rows
        postgresql = await in_postgresql(stack.records)
    figures = [
        at_most(f"growth of Redis per {PER:,} messages, once recorded", grown / MB * TIMES, LIMIT, "MB"),
        Figure("the same, right after the last of them", fresh / MB * TIMES, "MB"),
        Figure("the same in pages of the system (PSS), once recorded", resident * TIMES, "MB"),
    ]
    grew = {kind: after[kind] - kinds[kind] for kind in after}
    figures += [Figure(f"... keys `{kind}`", size / MB * TIMES, "MB") for kind, size in grew.items() if size > SMALL]
    figures += [*_room("SQLite", sqlite, MESSAGES), *_room("PostgreSQL", postgresql, WARM + MESSAGES)]
    notes = (
        f"Growth: Valkey's `used_memory` after {MESSAGES:,} messages by {MESSAGES // EACH:,} new customers, when no fact waits "
        "any more and events older than a minute have moved (`COOL_AFTER_MINUTES=1`), less what it was before, told for 10,000; "
        f"it was {BEFORE} MB before there were records. What ends by itself (marks, menus) has not ended yet.",
        "Bytes in PostgreSQL: the same facts and events, kept there as well.",
    )
    return [Found("growth", "What Redis and SQL hold of what was said", 1, tuple(figures), notes)]


def _room(name: str, room: Room, messages: int) -> list[Figure]:
    each = {table: size / messages for table, size in room.sizes.items() if size > LEAST * messages}
    found = [Figure(f"{name}: {table}, with indexes", size, "bytes a message") for table, size in each.items()]
    return [*found, Figure(f"{name}: rows of facts", room.facts / messages, "a message")]


@asynccontextmanager
async def _client(stack: Stack) -> AsyncIterator[redis.Redis]:
    client = connect(stack.plan.settings.redis_url)
    try:
        yield client
    finally:
        await client.aclose()


async def cooled(stack: Stack, client: redis.Redis, seconds: float = COOLED) -> None:
    """Wait until nothing waits to leave Redis. Raises Missing."""
    await settled(stack)
    await kept(stack, seconds)
    try:
        over = [over_key(tag) for tag in await PartitionMap(client).all_partitions()]
        async with asyncio.timeout(seconds):
            while stack.vendor.reported or sum([await client.zcard(key) for key in (f"{PREFIX}:hot", *over)]):  # noqa: ASYNC110 - Redis tells no event of it
                await asyncio.sleep(1)
    except TimeoutError:
        raise Missing("events still wait in Redis to be moved") from None


async def _used(client: redis.Redis) -> int:
    """Bytes that Valkey has handed out for data, its append-only buffers not counted."""
    found = await client.info("memory")
    return int(found["used_memory"]) - int(found.get("mem_not_counted_for_evict", 0))


async def by_kind(client: redis.Redis) -> Counter[str]:
    """Bytes by what the keys are for."""
    found: Counter[str] = Counter()
    async for name in client.scan_iter(count=1000):
        found[kind_of(name)] += int(await client.memory_usage(name, samples=0) or 0)
    return found


def kind_of(key: str) -> str:
    """``sent`` of ``ot:{p03}:sent:...``, ``turn`` of ``ot:turn:...``."""
    return re.sub(rf"^{PREFIX}:({{[^}}]*}}:)?", "", key).partition(":")[0]
