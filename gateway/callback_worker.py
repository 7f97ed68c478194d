"""Looks in each gateway for calls back that are due (``bot.callbacks``); the schedule sees to it that only one acts."""

from __future__ import annotations

import asyncio

import structlog

from bot.callbacks import Redialler
from bot.ports import StoreUnavailable
from gateway.metrics import Metrics

LOOK_EVERY = 5.0
log = structlog.get_logger()


async def run(redialler: Redialler, metrics: Metrics) -> None:
    """Look again and again, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            if rung := await redialler.look():
                log.info("called_back", agents=rung)
        except StoreUnavailable:
            log.warning("callbacks_not_looked_at")
        except Exception as error:  # noqa: BLE001 - a worker's edge: counted, and the next look goes on
            metrics.failures.labels(part="gateway").inc()
            log.error("callbacks_failed", error=type(error).__name__)
