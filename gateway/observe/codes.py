"""One-time codes as operators see them: counted by what became of them, with an alarm when as many were sent as may be."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.identity.one_time_codes import CAP
from bot.ports import DeskEvent, StoreUnavailable, Troubles
from bot.ports.stores import Bulletin
from connectors.delivery_reasons import CODE_CAP
from gateway.observe.metrics import Metrics

OURS = "codes"
"""Stands for a vendor in the list of what a person must mend."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CodesCounted:
    """Told what became of each wish for a code."""

    metrics: Metrics
    troubles: Troubles
    bulletin: Bulletin

    async def __call__(self, outcome: str) -> None:
        """Count it; the cap stands on the desk and in health for an hour after it was met."""
        self.metrics.codes.labels(outcome=outcome).inc()
        if outcome != CAP:
            return
        log.error("codes_stopped")
        with suppress(StoreUnavailable):
            await self.troubles.met(OURS, CODE_CAP)
            await self.bulletin.post(DeskEvent("queue", None))
