"""Writes that are answered when they are on the server's disk, in groups.

``WAITAOF`` (https://redis.io/docs/latest/commands/waitaof/) speaks of what its own connection wrote, and keeps that connection
waiting. So a group of writes and its ``WAITAOF`` go out together on one connection; what is asked while ``FLIGHTS`` groups wait
makes up the next ones. A burst of any size takes that many connections and no more.

What ``WAITAOF`` may say:

* on disk: the writes are answered;
* not in time, no answer, the server is loading or a replica: StoreUnavailable (they may be there all the same); asked again with
  the next;
* no append-only file, unknown command (before Redis 7.2), not allowed, anything else: the writes are answered, but they are
  **not durable**, and that is seen (health, metric, log); asked again after ``AGAIN`` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

import redis.asyncio as redis
from redis.exceptions import ResponseError

from bot.ports import StoreUnavailable
from bot.redis_store.client.base import PREFIX, is_cluster

FLIGHTS = 16
GROUP = 200
"""Writes of one group at most."""
DISK_WAIT_MS = 4500
LOOK_MS = 1500
"""For a look by health: ``appendfsync everysec`` takes up to a second."""
AGAIN = 15.0
"""Seconds until a server that could not tell is asked again."""

Asked = tuple[tuple[Any, ...], "asyncio.Future[Any]"]


class Disk(StrEnum):
    """Whether what is answered is on the server's disk, and if not, why."""

    SOUND = "sound"
    SLOW = "slow"
    NO_FILE = "no_append_only_file"
    UNKNOWN = "command_unknown"
    DENIED = "command_not_allowed"
    ODD = "other_error"

    @property
    def waits(self) -> bool:
        """Whether writes are still held back until they are on disk."""
        return self in (Disk.SOUND, Disk.SLOW)


@dataclass(slots=True)
class DiskWatch:
    """What was seen last. ``told`` hears of each change: once when it gets worse, once when it is well again."""

    told: Callable[[Disk], None] = lambda _: None
    state: Disk = Disk.SOUND
    ask_again_at: float = 0.0

    def saw(self, state: Disk) -> None:
        """Keep it, and tell it when it is another than before."""
        before, self.state = self.state, state
        self.ask_again_at = 0.0 if state.waits else monotonic() + AGAIN
        if before is not state:
            self.told(state)

    @property
    def may_ask(self) -> bool:
        """Whether the server is asked with the next write."""
        return self.state.waits or monotonic() >= self.ask_again_at


class OnDisk:
    """Sends commands that write, each answered once it is on disk.

    In a Cluster, or without ``wait``, their own answer is all that is waited for.
    """

    def __init__(self, client: redis.Redis, *, wait: bool = True, watch: DiskWatch | None = None) -> None:
        self._redis = client
        self._wait = wait and not is_cluster(client)
        self._watch = watch or DiskWatch()
        self._asked: list[Asked] = []
        self._flights: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> Disk:
        """What was seen last."""
        return self._watch.state

    async def write(self, *command: Any) -> Any:
        """The command's answer, once it is on disk. Raises StoreUnavailable when that takes longer than DISK_WAIT_MS (the
        write may be there all the same), and what the client raises."""
        if not (self._wait and self._watch.may_ask):
            return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append((command, answer))
        if len(self._flights) < FLIGHTS:
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await answer

    async def sound(self) -> bool:
        """Look now, by a small write: whether writes reach the disk. Raises what the client raises."""
        if not self._wait:
            return True
        _, state = await self._ask([("SET", f"{PREFIX}:health:disk", "1", "EX", "60")], LOOK_MS)
        self._watch.saw(state)
        return state is Disk.SOUND

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
        answers, state = await self._ask(commands, DISK_WAIT_MS)
        self._watch.saw(state)
        if state is Disk.SLOW:
            raise StoreUnavailable("Redis: not on disk yet")
        return answers

    async def _ask(self, commands: list[tuple[Any, ...]], milliseconds: int) -> tuple[list[Any], Disk]:
        """Each command's answer or error, and how the disk is."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            pipe.execute_command("WAITAOF", 1, 0, milliseconds)
            *answers, written = await pipe.execute(raise_on_error=False)
        if isinstance(written, ResponseError) and not _passes(written):
            return list(answers), why(written)
        if isinstance(written, Exception):
            raise written
        return list(answers), Disk.SOUND if int(written[0]) >= 1 else Disk.SLOW


def _passes(error: ResponseError) -> bool:
    """Whether the server only cannot tell at this moment: then nothing is known of the writes either."""
    text = str(error).lower()
    return "replica" in text or text.startswith(("loading", "busy", "unblocked", "tryagain"))


def why(error: ResponseError) -> Disk:
    """What an error of ``WAITAOF`` means: Redis tells these apart by words only."""
    text = str(error).lower()
    if "unknown command" in text:
        return Disk.UNKNOWN
    if "appendonly" in text or "append only" in text:
        return Disk.NO_FILE
    if "no permissions" in text or "noperm" in text:
        return Disk.DENIED
    return Disk.ODD


def _settle(group: list[Asked], answers: list[Any]) -> None:
    for (_, future), answer in zip(group, answers, strict=True):
        if future.done():
            continue  # nobody waits any more
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
