"""Moves facts into the records, in each gateway, beside everything else; what is wrong with it is said and slows nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.model import now
from bot.redis_store.client.base import connect
from bot.redis_store.facts import fact_streams
from gateway.observe.metrics import Metrics
from gateway.settings.config import Settings
from records.errors import RecordsUnavailable
from records.recorder import Recorder, RecorderHealth
from records.redis_stream import RedisFactStream
from records.sql import RecordsStore

BEHIND = timedelta(minutes=2)
"""Facts that wait for so long although the database answers: more come than one recorder keeps."""
ANSWERS_WITHIN = 1.5
"""Seconds; less than a health check waits."""
STOPS = 5.0
"""Seconds that a batch has to end when the gateway stops; what is left is kept by the next recorder."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorder at work, as the rest of the gateway sees it."""

    recorder: Recorder
    records: RecordsStore

    async def well(self) -> bool:
        """Whether what happens is being kept."""
        return not (await self._health()).error

    async def notes(self) -> list[str]:
        """What is to be mended, as a sentence for operators and agents."""
        return [sentence] if (sentence := said_of(await self._health())) else []

    async def _health(self) -> RecorderHealth:
        """Also while nothing happens, and the recorder asks nothing of the database. One that is slow to answer is not away."""
        health = await self.recorder.health()
        if health.error:
            return health
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self.records.answers()
        except RecordsUnavailable as error:
            return replace(health, error=str(error), trouble=error.trouble)
        except TimeoutError:
            pass
        return health

    async def measure(self, metrics: Metrics) -> None:
        """For the page of figures."""
        health = await self.recorder.health()
        metrics.records(waiting=health.waiting, seconds=health.lag(now()).total_seconds(), aside=health.aside)


def said_of(health: RecorderHealth) -> str:
    """Empty while all is well."""
    waits = f"{health.waiting} facts wait in Redis and lose nothing by it; nothing else is slower (docs/runbook.md)."
    if health.error:
        return f"What happens cannot be kept for good just now: {health.error.rstrip('.')}. {waits}"
    if health.lag(now()) > BEHIND:
        return f"More happens than can be kept for good: {waits}"
    return ""


@asynccontextmanager
async def recording(settings: Settings, records: RecordsStore) -> AsyncIterator[Recording | None]:
    """A recorder at work; None where nothing is recorded."""
    if not settings.recording:
        yield None
        return
    stream = connect(settings.redis_url, decode=False)
    recorder = Recorder(RedisFactStream(stream, fact_streams()), records, every=settings.record_every)
    task = asyncio.create_task(recorder.run(), name="recorder")
    try:
        yield Recording(recorder, records)
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=STOPS)
        await stream.aclose()
