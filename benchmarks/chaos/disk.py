"""What it costs to be sure: a write to the embedded Valkey under each ``appendfsync``, and one that waits for the disk.

``python -m benchmarks.chaos.disk``; the figures stand in docs/decisions/0005-nothing-twice-nothing-lost.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from statistics import quantiles
from time import perf_counter

import redis.asyncio as redis

from benchmarks.servers import valkey

POLICIES = ("everysec", "always", "no")
ALONE, TOGETHER, EACH = 300, 50, 20
VALUE = "x" * 500
Write = Callable[[redis.Redis, str], Awaitable[object]]


async def plain(client: redis.Redis, key: str) -> object:
    """A write as a turn makes about fifteen of."""
    return await client.set(key, VALUE)


async def on_disk(client: redis.Redis, key: str) -> object:
    """A write as the inbox makes it: answered when it is on disk."""
    async with client.pipeline(transaction=False) as pipe:
        pipe.set(key, VALUE)
        pipe.execute_command("WAITAOF", 1, 0, 3000)
        return await pipe.execute()


async def measure(client: redis.Redis, write: Write, count: int) -> str:
    """Median and 95th percentile of writes one after another, then of fifty clients at once with writes per second."""
    alone = [await _timed(write, client, f"a{n}") for n in range(count)]
    began = perf_counter()

    async def one(name: int) -> list[float]:
        return [await _timed(write, client, f"{name}.{n}") for n in range(EACH)]

    many = [seconds for each in await asyncio.gather(*(one(n) for n in range(TOGETHER))) for seconds in each]
    rate = len(many) / (perf_counter() - began)
    return f"{_ms(alone)} | {_ms(many)} | {rate:,.0f}"


async def _timed(write: Write, client: redis.Redis, key: str) -> float:
    began = perf_counter()
    await write(client, key)
    return perf_counter() - began


def _ms(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=20)
    return f"{cuts[9] * 1000:.1f} / {cuts[18] * 1000:.1f}"


async def main() -> None:
    """Print the table."""
    print("| appendfsync | write | alone, ms (median / p95) | 50 at once, ms | writes/s |\n|---|---|---|---|---|")
    for policy in POLICIES:
        async with valkey(policy) as client:
            print(f"| {policy} | plain | {await measure(client, plain, ALONE)} |", flush=True)
            if policy == "everysec":
                print(f"| {policy} | on disk | {await measure(client, on_disk, 40)} |", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
