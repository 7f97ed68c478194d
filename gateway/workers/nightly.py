"""Once a night, in one gateway of all: whoever comes first takes the lease, does it, and marks the night as done.

A night that nobody was there for is made up for at the next start. Who fails, or dies, leaves the lease, which runs out: then it
is tried again, by whoever comes first. The first night is the one after the first start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import redis.asyncio as redis
import structlog
from redis.exceptions import LockError, RedisError

from bot.ports import Clock
from bot.redis_store.client.base import PREFIX, guarded, text_of

DONE, LEASE = f"{PREFIX}:retention:night", f"{PREFIX}:retention:lease"
LEASE_SECONDS = 600.0
"""So long after a failure or a death it is tried again."""
RENEWAL = 60.0
MISSED = timedelta(days=2)
LATE = (
    "What has had its time was not deleted since the night of {night}: the gateways' logs say why (retention_failed; "
    "docs/runbook.md)."
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Nightly:
    """``hour``: of the day in ``zone`` at which a night's work is due. ``work`` may be repeated."""

    client: redis.Redis
    clock: Clock
    zone: ZoneInfo
    hour: int
    work: Callable[[], Awaitable[None]]

    async def look(self) -> int:
        """Do what is due, if nobody else does; how often work was done. Raises StoreUnavailable, and what ``work`` raises."""
        night = self._night()
        async with guarded():
            if not await self._due(night):
                return 0
            lease = self.client.lock(LEASE, timeout=LEASE_SECONDS, thread_local=False)
            if not await lease.acquire(blocking=False):
                return 0
        renewal = asyncio.create_task(_keep(lease))
        try:
            done = await self._once(night)
        except Exception as error:
            log.error("retention_failed", night=night.isoformat(), error=str(error) or type(error).__name__)
            raise
        finally:
            renewal.cancel()
        await _release(lease)
        return done

    async def notes(self) -> list[str]:
        """That it was not done for days, as a sentence. Raises StoreUnavailable."""
        async with guarded():
            done = text_of(await self.client.get(DONE))
        late = done is not None and date.fromisoformat(done) < self._night() - MISSED
        return [LATE.format(night=done)] if late else []

    def _night(self) -> date:
        """The night whose work is due: before the hour it is still yesterday's."""
        local = self.clock().astimezone(self.zone)
        return local.date() if local.hour >= self.hour else local.date() - timedelta(days=1)

    async def _due(self, night: date) -> bool:
        done = text_of(await self.client.get(DONE))
        if done is None:
            await self.client.set(DONE, night.isoformat(), nx=True)
            return False
        return date.fromisoformat(done) < night

    async def _once(self, night: date) -> int:
        """Somebody may have done it between the look and the lease."""
        async with guarded():
            if not await self._due(night):
                return 0
        await self.work()
        async with guarded():
            await self.client.set(DONE, night.isoformat())
        return 1


async def _keep(lease: redis.lock.Lock) -> None:
    """Renewed while its holder lives. One that was lost is not taken back: the work may be done twice, and does no harm."""
    while True:
        await asyncio.sleep(RENEWAL)
        with suppress(RedisError, OSError):
            await lease.reacquire()


async def _release(lease: redis.lock.Lock) -> None:
    with suppress(LockError, RedisError, OSError):
        await lease.release()
