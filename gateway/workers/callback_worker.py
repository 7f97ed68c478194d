"""Looks in each gateway for what is due: calls back (``bot.agent_desk.callbacks``; the schedule sees to it that only one acts),
agents who may not stay in a call (``voice.agents.leaving``), and customers to be told that theirs left
(``bot.agent_desk.workspace``; both under the conversation's lock)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.ports import StoreUnavailable
from gateway.observe.metrics import Metrics

LOOK_EVERY = 5.0
log = structlog.get_logger()


Look = Callable[[], Awaitable[int]]
"""One look: how much was done. Raises StoreUnavailable."""


async def run(name: str, look: Look, metrics: Metrics) -> None:
    """Look again and again, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            if done := await look():
                log.info(name, count=done)
        except StoreUnavailable:
            log.warning("store_not_looked_at", look=name)
        except Exception as error:  # noqa: BLE001 - a worker's edge: counted, and the next look goes on
            metrics.failures.labels(part="gateway").inc()
            log.error("look_failed", look=name, error=type(error).__name__)
