"""The recorder's pace into each database, and pages of a long transcript. Real servers with their defaults, synced to disk."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from statistics import median
from time import perf_counter

import redis.asyncio as redis

from benchmarks.measures.records.invented import messages
from benchmarks.results import Figure, Found, at_least, at_most
from benchmarks.servers import valkey
from bot.model import Fact
from bot.redis_store.client.told import FIELD
from bot.redis_store.facts import fact_streams
from launch.install.environment import free_ports
from launch.processes.postgres import postgres
from records import opening
from records.facts import encode
from records.recorder import Recorder
from records.redis_stream import RedisFactStream
from records.sql import RecordsStore

MS = 1000.0
LONG, LINES = 0, 100_000
"""The number of the conversation that has so many lines: half of them the customer's."""
PAGE, OPENED, LEAFED = 50, 100, 400
"""Lines of a page; pages that are opened in a run, and that are leafed through behind one another."""
FACTS, EACH, BATCH = 20_000, 20, 1000
"""Facts that a recorder moves in a run, messages of each of their conversations, facts of a write."""


@dataclass(slots=True)
class Side:
    """One database and what was measured on it, run by run: facts a second, seconds of pages."""

    name: str
    store: RecordsStore
    pace: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    leafed: list[float] = field(default_factory=list)


@asynccontextmanager
async def both() -> AsyncIterator[tuple[Side, Side]]:
    """An empty SQLite file and an empty PostgreSQL database."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="onethread-records-"))
        server = stack.enter_context(postgres(free_ports(1)[0]))
        file = await stack.enter_async_context(opening(f"sqlite:///{Path(folder) / 'records.sqlite'}"))
        yield Side("SQLite", file), Side("PostgreSQL", await stack.enter_async_context(opening(server.new())))


async def measure(runs: int) -> list[Found]:
    """Both databases in turn, run by run. A recorder works in a table that has the long conversation already."""
    async with both() as sides, valkey() as client:
        for side in sides:
            for batch in _batches(messages(LONG, LINES // 2)):
                await side.store.keep(batch)
        for run in range(runs):
            for side in sides:
                side.pace.append(await recorded(client, side.store, run))
                await read(side)
    figures = [at_least(f"one recorder, Redis to {side.name}", median(side.pace), 3000, "facts/s") for side in sides]
    for side in sides:
        figures.append(at_most(f"a page of {PAGE} lines of {LINES:,}, {side.name}: opened", median(side.opened) * MS, 20, "ms"))
        figures.append(Figure(f"the same, leafed back {LEAFED} pages, each", median(side.leafed) * MS, "ms"))
    notes = (
        f"Recorder: {FACTS:,} facts ({EACH} messages of each of many conversations) wait in Redis, and are moved into a database "
        f"that has {LINES:,} lines of one conversation already; until the last is acknowledged.",
        "Both databases sync each transaction to the disk; nothing in them is set for speed.",
    )
    return [Found("recorder", "The recorder, and pages of a transcript", runs, tuple(figures), notes)]


async def recorded(client: redis.Redis, store: RecordsStore, run: int) -> float:
    """Facts a second of one recorder that works off what waits."""
    await client.flushall()
    conversations = chain.from_iterable(messages(1 + run * FACTS + number, EACH) for number in range(FACTS))
    await waits(client, list(islice(conversations, FACTS)))
    stream = RedisFactStream(client, fact_streams())
    recorder = Recorder(stream, store)
    began = perf_counter()
    while (await stream.waiting()).count:
        await recorder.step()
    seconds = perf_counter() - began
    told = await recorder.health()
    if told.kept != FACTS or told.error:
        raise RuntimeError(f"the recorder kept {told.kept} facts of {FACTS} {told.error}")
    return FACTS / seconds


async def waits(client: redis.Redis, facts: Sequence[Fact]) -> None:
    """Append them, over all streams."""
    streams = fact_streams()
    for batch in _batches(facts):
        pipe = client.pipeline(transaction=False)
        for number, fact in enumerate(batch):
            pipe.xadd(streams[number % len(streams)], {FIELD: encode(fact)})
        await pipe.execute()


async def read(side: Side) -> None:
    """Open the transcript again and again; then leaf back through it."""
    conversation = f"c_invented{LONG}"
    for _ in range(OPENED):
        began = perf_counter()
        page = await side.store.lines(conversation, limit=PAGE)
        side.opened.append(perf_counter() - began)
    for _ in range(LEAFED):
        began = perf_counter()
        page = await side.store.lines(conversation, before=page.before, limit=PAGE)
        side.leafed.append(perf_counter() - began)
        if len(page.rows) != PAGE:
            raise RuntimeError(f"a page has {len(page.rows)} lines")


def _batches(facts: Sequence[Fact] | Iterator[Fact]) -> Iterator[list[Fact]]:
    left = iter(facts)
    while batch := list(islice(left, BATCH)):
        yield batch
