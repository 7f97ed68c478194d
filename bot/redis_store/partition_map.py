"""How many partitions there are: a number that Redis remembers, and each change of it.

The hash ``ot:partitions`` has a field for each **generation**: its number, and its count of partitions with the moment at which
it began (Unix seconds), as in ``2 -> "64 1795000000"``. Fields are only ever added. What comes goes into the partitions of the
newest generation; those of the older ones are closed and are worked on until nothing is left in them, each address's before what
came for it later (``gateway.workers.partitions.older_generations``).

Whoever learns of a new generation closes every partition of the older ones (``ot:{p03}:closed``) *before* writing into the
new one. The scripts that append look at that mark in the same step, so a process that has not heard of the change yet cannot
put anything behind what another has put into the new generation: it is told, and asks again.
"""

from __future__ import annotations

import asyncio
import re
import time
import zlib
from dataclasses import dataclass
from itertools import pairwise

import redis.asyncio as redis

from bot.model import Address
from bot.ports import StoreUnavailable
from bot.redis_store.client.base import PREFIX
from bot.redis_store.client.disk import OnDisk

PARTITIONS = 64
"""Of a new store, when nothing else is set."""
MOST = 999
UNWRITTEN = 8
"""Of a store that was in use before the number was written down."""
GENERATIONS = f"{PREFIX}:partitions"


@dataclass(frozen=True, slots=True)
class Generation:
    """The partitions from one change to the next."""

    number: int
    count: int
    began: float = 0.0

    def of(self, address: Address | str) -> str:
        """The partition's tag, e.g. ``{p03}`` (``{g2p03}`` in the second generation): stable over processes and versions."""
        return self._tag(zlib.crc32(str(address).encode()) % self.count)

    def partitions(self) -> list[str]:
        """The tags of all partitions."""
        return [self._tag(number) for number in range(self.count)]

    def _tag(self, number: int) -> str:
        generation = "" if self.number == 1 else f"g{self.number}"
        return f"{{{generation}p{number:02d}}}"

    @property
    def kept(self) -> tuple[str, str]:
        """The field and the value in Redis."""
        return str(self.number), f"{self.count} {self.began:.0f}"

    @classmethod
    def read(cls, number: str, kept: str) -> Generation:
        """The reverse of ``kept``."""
        count, _, began = kept.partition(" ")
        return cls(int(number), int(count), float(began or 0))


def generation_of(partition: str) -> int:
    """The number of a partition's generation."""
    found = re.match(r"\{g(\d+)p", partition)
    return int(found[1]) if found else 1


def closed_key(partition: str) -> str:
    """There when the partition takes nothing new; names the generation that came after."""
    return f"{PREFIX}:{partition}:closed"


class PartitionMap:
    """The generations as this process knows them. ``count``: of a store that is new; any other keeps its own."""

    def __init__(self, client: redis.Redis, count: int | None = None) -> None:
        self._redis = client
        self._count = count or PARTITIONS
        self._known: tuple[Generation, ...] = ()
        self._asking = asyncio.Lock()

    @property
    def current(self) -> Generation:
        """The newest; ``load`` must have been called."""
        return self._known[-1]

    @property
    def older(self) -> tuple[Generation, ...]:
        """Those before it, the newest first."""
        return self._known[-2::-1]

    async def load(self) -> Generation:
        """The newest; Redis is asked the first time. Raises what the client raises."""
        if not self._known:
            await self.refresh()
        return self.current

    async def older_until(self, kept: float) -> list[Generation]:
        """The older ones whose keys of this lifetime, seconds, may still be there; the newest first."""
        await self.load()
        pairs = zip(self.older, reversed(self._known), strict=False)
        return [before for before, after in pairs if after.began + kept > time.time()]

    async def all_partitions(self) -> list[str]:
        """The tags of all partitions of all generations, for looks into each."""
        await self.load()
        return [tag for generation in self._known for tag in generation.partitions()]

    async def refresh(self, heard: str = "") -> None:
        """Ask Redis, and close what is older. ``heard``: a mark of ``closed_key``. Raises what the client raises."""
        async with self._asking:
            found = await self._written()
            if missing := await self._missing(found, heard):
                for one in missing:
                    await self._redis.hsetnx(GENERATIONS, *one.kept)
                found = await self._written()
            newest = tuple(found[number] for number in sorted(found))
            if newest != self._known:
                await self._close(newest)
                self._known = newest

    async def refresh_after(self, generation: Generation, heard: str) -> None:
        """A write was refused: ``generation`` is closed. Raises StoreUnavailable when nothing newer can be found."""
        await self.refresh(heard)
        if self.current.number <= generation.number:
            raise StoreUnavailable("Redis: a partition is closed and nothing came after it")

    async def change(self, count: int) -> bool:
        """From now on so many; False when there are so many already. On disk when it returns; repeating it changes nothing."""
        while True:
            await self.refresh()
            if self.current.count == count:
                return False
            following = Generation(self.current.number + 1, count, time.time())
            if await OnDisk(self._redis).write("HSETNX", GENERATIONS, *following.kept):
                await self.refresh()
                return True

    async def _written(self) -> dict[int, Generation]:
        found = await self._redis.hgetall(GENERATIONS)
        return {int(number): Generation.read(str(number), str(kept)) for number, kept in found.items()}

    async def _missing(self, found: dict[int, Generation], heard: str) -> list[Generation]:
        """What Redis does not know: the store is new, or lost what it was told."""
        known = [*self._known, *([Generation.read(*heard.split(" ", 1))] if heard else [])]
        if not found and not known:
            known = [await self._first()]
        return [one for one in known if one.number not in found]

    async def _first(self) -> Generation:
        """A store that was in use keeps what it had."""
        names = [f"{PREFIX}:{tag}:{kind}" for tag in Generation(1, UNWRITTEN).partitions() for kind in ("inbox", "outbox")]
        used = await self._redis.exists(*names, f"{PREFIX}:gateways")
        return Generation(1, UNWRITTEN if used else self._count, time.time())

    async def _close(self, generations: tuple[Generation, ...]) -> None:
        known = {one.number for one in self._known[:-1]}
        for before, after in pairwise(generations):
            closed = before.partitions() if before.number not in known else ()
            await asyncio.gather(*(self._redis.set(closed_key(partition), " ".join(after.kept)) for partition in closed))
