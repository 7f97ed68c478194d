"""Writes that are answered when they are on the server's disk, in groups.

``WAITAOF`` (https://redis.io/docs/latest/commands/waitaof/) speaks of what its own connection wrote, and keeps that connection
waiting. So a group of writes and its ``WAITAOF`` go out together on one connection; what is asked while ``FLIGHTS`` groups wait
makes up the next ones. A burst of any size takes that many connections and no more.
"""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio as redis
from redis.exceptions import ResponseError

from bot.ports import StoreUnavailable
from bot.redis_base import is_cluster

FLIGHTS = 16
GROUP = 200
"""Writes of one group at most."""
DISK_WAIT_MS = 4500

Asked = tuple[tuple[Any, ...], "asyncio.Future[Any]"]


class OnDisk:
    """Sends commands that write. Where the server cannot tell when they are on disk (no append-only file, before Redis 7.2, a
    Cluster), or without ``wait``, their own answer is all that is waited for."""

    def __init__(self, client: redis.Redis, *, wait: bool = True) -> None:
        self._redis = client
        self._can_tell = wait and not is_cluster(client)
        self._asked: list[Asked] = []
        self._flights: set[asyncio.Task[None]] = set()

    async def write(self, *command: Any) -> Any:
        """The command's answer, once it is on disk. Raises StoreUnavailable when that takes longer than DISK_WAIT_MS (the
        write may be there all the same), and what the client raises."""
        if not self._can_tell:
            return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append((command, answer))
        if len(self._flights) < FLIGHTS:
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await answer

    async def _fly(self) -> None:
        while self._asked:
            group, self._asked = self._asked[:GROUP], self._asked[GROUP:]
            try:
                answers = await self._written([command for command, _ in group])
            except BaseException as error:
                _settle(group, [error if isinstance(error, Exception) else StoreUnavailable("stopped")] * len(group))
                if not isinstance(error, Exception):
                    raise
            else:
                _settle(group, answers)

    async def _written(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """Each command's answer or error. Raises StoreUnavailable when they are not on disk in time."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            pipe.execute_command("WAITAOF", 1, 0, DISK_WAIT_MS)
            *answers, written = await pipe.execute(raise_on_error=False)
        if isinstance(written, ResponseError):
            self._can_tell = False
        elif isinstance(written, Exception):
            raise written
        elif int(written[0]) < 1:
            raise StoreUnavailable("Redis: not on disk yet")
        return list(answers)


def _settle(group: list[Asked], answers: list[Any]) -> None:
    for (_, future), answer in zip(group, answers, strict=True):
        if future.done():
            continue  # nobody waits any more
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
