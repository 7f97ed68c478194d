"""Moves facts from the stream into SQL: at least once in, exactly once kept, by any number of recorders.

A batch is acknowledged after it is kept. Who dies between leaves it to the next recorder, whose repeat adds nothing. While the
database is away the batch in hand is tried again, with growing pauses; the others wait in the stream.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.model import now as utc_now
from records.errors import RecordsUnavailable, StreamUnavailable, Trouble
from records.facts import Aside, Fact, decode
from records.sql import Kept

log = structlog.get_logger(__name__)
MOST = 1000
"""Facts of one batch, which is one transaction."""
EVERY = timedelta(seconds=1)
"""Between looks at the stream while less than a batch waits: a batch costs the gateway some milliseconds of processor time before
its first fact, and a sync of the disk that turns wait for, too; nobody waits for it."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A fact as it lies in the stream; ``place`` is what it is acknowledged by."""

    place: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not acknowledged yet, and since when the oldest of it waits."""

    count: int = 0
    oldest: datetime | None = None


class FactStream(Protocol):
    """Where facts wait. Each method raises StreamUnavailable."""

    async def take(self, most: int) -> list[Taken]:
        """The next ones, oldest first, and what a dead recorder left; none when none wait. Does not block."""
        ...

    async def done(self, places: Sequence[str]) -> None:
        """They are kept: nobody needs them any more."""
        ...

    async def waiting(self) -> Waiting: ...


class Keeper(Protocol):
    """Where they go (``RecordsStore``)."""

    async def keep(self, found: Sequence[Fact | Aside]) -> Kept: ...


@dataclass(frozen=True, slots=True)
class RecorderHealth:
    """For the health page, the metrics and the desk. Counts are since this recorder began.

    ``error``: what is wrong now, in one sentence, since ``failing_since``; ``aside``: facts that could not be read.
    """

    waiting: int
    oldest: datetime | None
    kept: int
    repeated: int
    aside: int
    error: str
    failing_since: datetime | None
    trouble: Trouble | None

    def lag(self, now: datetime) -> timedelta:
        """How long the oldest fact has waited."""
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()


class Recorder:
    """``run`` until cancelled; or ``step`` by ``step``."""

    def __init__(
        self,
        stream: FactStream,
        store: Keeper,
        clock: Callable[[], datetime] = utc_now,
        most: int = MOST,
        every: timedelta = EVERY,
    ) -> None:
        self._stream, self._store, self._clock, self._most, self._every = stream, store, clock, most, every
        self._held: list[Taken] = []
        self._kept = Kept()
        self._error = ""
        self._trouble: Trouble | None = None
        self._failing_since: datetime | None = None
        self._failures = 0
        self._seen = Waiting()

    async def run(self) -> None:
        """Never ends by itself, whatever the database or the stream does."""
        while True:
            full = await self.step()
            await asyncio.sleep(0 if full else self._pause())

    async def step(self) -> bool:
        """One batch; whether it was a full one, so that more may wait. Raises nothing that is told by ``health``."""
        try:
            self._held = self._held or await self._stream.take(self._most)
            if self._held:
                kept = await self._store.keep([decode(one.raw) for one in self._held])
                self._count(kept)
                await self._stream.done([one.place for one in self._held])
        except (RecordsUnavailable, StreamUnavailable) as error:
            self._failed(error)
            return False
        except Exception as error:
            log.exception("records_recorder_failed")
            self._failed(RecordsUnavailable(f"The recorder failed ({type(error).__name__}): see the log.", Trouble.OTHER))
            return False
        full, self._held = len(self._held) >= self._most, []
        self._recovered()
        return full

    async def health(self) -> RecorderHealth:
        """The state now; of the stream as it was last seen while that is away."""
        error = self._error
        try:
            self._seen = await self._stream.waiting()
        except StreamUnavailable as unavailable:
            error = error or str(unavailable)
        total = self._kept
        return RecorderHealth(
            waiting=self._seen.count,
            oldest=self._seen.oldest,
            kept=total.added,
            repeated=total.already,
            aside=total.aside,
            error=error,
            failing_since=self._failing_since,
            trouble=self._trouble,
        )

    def _pause(self) -> float:
        if not self._failures:
            return self._every.total_seconds()
        return min(FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE) * random.uniform(0.75, 1)

    def _count(self, kept: Kept) -> None:
        self._kept += kept
        if kept.aside:
            log.warning("records_kept_aside", count=kept.aside)

    def _failed(self, error: Exception) -> None:
        if not self._failures:
            self._failing_since = self._clock()
            log.error("records_away", error=str(error))
        self._failures += 1
        self._error, self._trouble = str(error), getattr(error, "trouble", None)

    def _recovered(self) -> None:
        if self._failures:
            log.info("records_back", failures=self._failures)
        self._failures, self._error, self._trouble, self._failing_since = 0, "", None, None
