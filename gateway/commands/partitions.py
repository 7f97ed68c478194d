"""How many partitions there are, and another number of them: while everything runs, or while nothing does.

``python -m gateway.commands.partitions`` says how many there are and what still waits in the older ones; a number after it
changes them. Gateways that run notice within two seconds; what waits in the older partitions is worked on there, before what
comes later for the same address. It may be stopped at any moment and run again: the change is one step. Every gateway must be of
a version that knows this command. Which store: ``gateway.commands.on_store``.
"""

from __future__ import annotations

import argparse
import sys

import redis.asyncio as redis

from bot.redis_store.partition_map import MOST, PartitionMap
from bot.redis_store.queue import inbox_key, outbox_key
from gateway.commands.on_store import on_store, told
from gateway.workers.partitions.streams import lengths


async def waiting(client: redis.Redis, known: PartitionMap) -> int:
    """How much waits in the older partitions."""
    tags = [tag for generation in known.older for tag in generation.partitions()]
    return sum(await lengths(client, [key(tag) for tag in tags for key in (inbox_key, outbox_key)]))


async def run(url: str, count: int | None) -> str:
    """Do what was asked; what there is to say about it. Raises StoreUnavailable, RedisError or OSError."""

    async def work(client: redis.Redis) -> str:
        known = PartitionMap(client, count)
        before = (await known.load()).count
        changed = count is not None and await known.change(count)
        said = f"{known.current.count} partitions from now on; there were {before}." if changed else f"{before} partitions."
        left = await waiting(client, known)
        return f"{said} {left} entries wait in older ones; they go first." if left else said

    return await on_store(url, work)


def _count(text: str) -> int:
    """For argparse: a sentence when it is no such number."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"it must be a whole number, 1 to {MOST}")
    return int(text)


def main() -> int:
    """0; 1 with a sentence when Redis cannot be reached, 2 when REDIS_URL is wrong."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.partitions", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=_count, nargs="?", help="how many there shall be; without it, how many there are")
    given = parser.parse_args()
    return told(
        lambda url: run(url, given.count),
        lambda error: f"Broken off ({type(error).__name__}): Redis does not answer. Run it again.",
    )


if __name__ == "__main__":
    sys.exit(main())
