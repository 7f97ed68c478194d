"""A Redis client that sends what is asked for at the same moment in one write.

Each write to Redis and each answer wakes a process; on a busy machine that, not Redis, is what a round trip costs. Commands
that are begun side by side (``asyncio.gather``), also by different turns, go out together on one connection, in the order in
which they were begun. A command that is awaited before the next is begun goes alone, as ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio as redis

GATHERING = 3
"""Turns of the event loop for which a write waits for company: a ``gather`` within a ``gather`` begins that much later."""

BLOCKING = frozenset({"XREAD", "XREADGROUP", "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "WAIT", "WAITAOF"})
"""Commands that may wait in Redis and would hold up the others."""

Waiting = tuple[tuple[Any, ...], dict[str, Any], "asyncio.Future[Any]"]


class BatchingRedis(redis.Redis):
    """``redis.asyncio.Redis``; only ``execute_command`` is another. Pipelines and subscriptions are as they were."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: list[Waiting] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """One command and its answer; raises what the plain client raises."""
        if args[0] in BLOCKING:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._asked.append((args, options, answer))
        if len(self._asked) == 1:
            loop.call_soon(self._send, GATHERING)
        return await answer

    def _send(self, turns_left: int) -> None:
        if turns_left > 1:
            asyncio.get_running_loop().call_soon(self._send, turns_left - 1)
            return
        asked, self._asked = self._asked, []
        task = asyncio.create_task(self._together(asked))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _together(self, asked: list[Waiting]) -> None:
        try:
            answers = await self._answers(asked)
        except BaseException as error:
            answers = [error] * len(asked)
            if not isinstance(error, Exception):  # the loop is being closed
                _settle(asked, [ConnectionAbortedError("stopped while waiting for Redis")] * len(asked))
                raise
        _settle(asked, answers)

    async def _answers(self, asked: list[Waiting]) -> list[Any]:
        if len(asked) == 1:
            args, options, _ = asked[0]
            return [await super().execute_command(*args, **options)]  # type: ignore[no-untyped-call]
        async with self.pipeline(transaction=False) as pipe:
            for args, options, _ in asked:
                pipe.execute_command(*args, **options)
            return list(await pipe.execute(raise_on_error=False))


def _settle(asked: list[Waiting], answers: list[Any]) -> None:
    for (_, _, future), answer in zip(asked, answers, strict=True):
        if future.done():
            continue  # nobody waits any more
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
