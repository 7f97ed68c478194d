"""What one night deletes: recordings at Twilio, people in Redis, words and old facts in the records; all by one file of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import redis.asyncio as redis
import structlog

from bot.model.retention import Rules
from bot.ports import Clock
from gateway.cold import cold_in
from gateway.observe.metrics import Metrics
from gateway.retention.people import Told, forget_silent
from gateway.retention.recordings import Recordings
from records.sql import Deleted, RecordsStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Night:
    """``run`` may be repeated: what is deleted is passed over. Each step writes down what it deleted, as facts."""

    client: redis.Redis
    records: RecordsStore
    recordings: Recordings
    told: Told
    rules: Rules
    clock: Clock
    metrics: Metrics

    async def run(self) -> None:
        """Recordings first: handoffs that go with a person lead to them. Raises StoreUnavailable, RecordsUnavailable."""
        await self.records.partitions_ready()  # for the months that come, and for what this night has to tell
        gone = await self._recordings()
        await self._people()
        found = await self.records.purge(self.rules, gone)
        self._count("retention_records", _counted(found))

    async def _recordings(self) -> list[str]:
        gone = await self.recordings.delete_old(self.rules)
        before = self.clock() - self.rules.recordings if self.rules.recordings else None
        await self.told.deleted("recordings", before, recordings=len(gone))
        self._count("retention_recordings", {"recordings": len(gone)})
        return gone

    async def _people(self) -> None:
        if self.rules.words is not None:
            cold = cold_in(self.records)
            done = await forget_silent(self.client, self.clock, self.rules.words, self.told, cold)
            rows = await cold.purge(self.clock() - self.rules.words)
            await self.told.deleted("words", done.before, cold_rows=rows)
            self._count("retention_people", {"contacts": done.gone, "handoffs": done.handoffs, "cold_rows": rows})

    def _count(self, event: str, deleted: Mapping[str, int]) -> None:
        log.info(event, **deleted)
        for what, count in deleted.items():
            self.metrics.deleted.labels(what=what).inc(count)


def _counted(found: Deleted) -> dict[str, int]:
    return {"lines": found.lines, "facts": sum(found.removed.values()), "persons": sum(found.stripped.values())}
