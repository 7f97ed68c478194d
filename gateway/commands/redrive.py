"""What was set aside after failing five times, and sends of unknown fate: to look at, and to try again.

``python -m gateway.commands.redrive`` lists both; ``--queue inbox`` or ``--queue outbox`` puts the failed entries of that
queue back, each behind what waits for its sender; ``--drop`` forgets them instead. Which store: ``gateway.commands.on_store``.
Nothing that people wrote is shown: ids, queues and times only. An uncertain send is never repeated by a command: an agent who
knows the customer does that, on the desk (docs/runbook.md).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import redis.asyncio as redis

from bot.redis_store.client.base import text_of
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import DOUBTFUL, inbox_key, outbox_key
from gateway.commands.on_store import on_store, told
from gateway.workers.chains import Fields
from gateway.workers.partitions.reader import failed_key

QUEUES = {"inbox": inbox_key, "outbox": outbox_key}

# One step, so that an entry is in one place or the other. KEYS: failed, stream; ARGV: entry, then its fields and values
_BACK = """
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
return 1
"""


async def failed(client: redis.Redis, queue: str) -> AsyncIterator[tuple[str, str, Fields]]:
    """Each entry that was set aside: its stream, id and fields, oldest first in each partition."""
    for partition in await PartitionMap(client).all_partitions():
        stream = QUEUES[queue](partition)
        for entry_id, fields in await client.xrange(failed_key(stream)) or ():
            yield stream, str(entry_id), {str(name): str(value) for name, value in (fields or {}).items()}


async def put_back(client: redis.Redis, queue: str) -> int:
    """Try them all again; how many. A message that was answered before gets no second answer: its turn is remembered."""
    back, count = client.register_script(_BACK), 0
    async for stream, entry_id, fields in failed(client, queue):
        flat = [item for pair in fields.items() for item in pair]
        count += int(await back(keys=[failed_key(stream), stream], args=[entry_id, *flat]))
    return count


async def drop(client: redis.Redis, queue: str) -> int:
    """Forget them; how many."""
    count = 0
    async for stream, entry_id, _ in failed(client, queue):
        count += int(await client.xdel(failed_key(stream), entry_id))
    return count


async def listing(client: redis.Redis) -> list[str]:
    """One line for each failed entry and each uncertain send."""
    lines = []
    for queue in QUEUES:
        async for stream, entry_id, _ in failed(client, queue):
            lines.append(f"failed     {_moment(entry_id)}  {stream}  {entry_id}")
    doubtful: Any = await client.zrange(DOUBTFUL, 0, -1, withscores=True)
    for entry, moment in doubtful:
        key, _, conversation = str(entry).partition(" ")
        state, error = map(text_of, await client.hmget(key, ["state", "error"]))
        if state in ("uncertain", "failed"):
            name = "refused" if state == "failed" else state
            lines.append(f"{name:10} {_at(float(moment))}  {conversation}  {error or ''}".rstrip())
    return lines


def _moment(entry_id: str) -> str:
    return _at(int(entry_id.partition("-")[0]) / 1000)


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


async def run(url: str, queue: str | None, *, forget: bool) -> str:
    """Do what was asked; what there is to say about it. Raises RedisError or OSError."""

    async def work(client: redis.Redis) -> str:
        if queue is None:
            return "\n".join(await listing(client)) or "Nothing was set aside, and no send is in doubt."
        count = await (drop if forget else put_back)(client, queue)
        return f"{count} {'forgotten' if forget else 'put back'}."

    return await on_store(url, work)


def main() -> int:
    """0, or 1 with a sentence when Redis cannot be reached, 2 when REDIS_URL is wrong."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.redrive", description=__doc__.partition("\n")[0])
    parser.add_argument("--queue", choices=sorted(QUEUES), help="put the failed entries of this queue back")
    parser.add_argument("--drop", action="store_true", help="forget them instead")
    given = parser.parse_args()
    if given.drop and given.queue is None:
        parser.error("--drop needs --queue")
    return told(
        lambda url: run(url, given.queue, forget=given.drop),
        lambda error: f"Redis cannot be reached: {type(error).__name__}",
    )


if __name__ == "__main__":
    sys.exit(main())
