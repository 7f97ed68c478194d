"""Counts repeats (``bot.transcript.repeats``) of conversations that have gone quiet: reading them costs, and no turn waits
for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.ports import StoreUnavailable
from bot.transcript.log import Lines
from bot.transcript.repeats import Questions
from bot.transcript.summary import Summary
from gateway.observe.metrics import Metrics

QUIET = timedelta(seconds=60)
LOOK_EVERY = 10.0
MOST = 10_000
"""Conversations remembered; beyond that the oldest are not counted."""
log = structlog.get_logger()


class RepeatMeter:
    """``turn`` after each turn; ``run`` beside the workers."""

    def __init__(self, questions: Questions, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self.questions = questions
        self._metrics = metrics
        self._clock = clock
        self._since: dict[str, tuple[datetime, datetime]] = {}

    def turn(self, conversation_id: str) -> None:
        """There was a turn just now: the conversation is counted from its first one that was not counted."""
        now = self._clock()
        first, _ = self._since.pop(conversation_id, (now, now))
        self._since[conversation_id] = (first, now)
        if len(self._since) > MOST:
            self._since.pop(next(iter(self._since)))

    async def look(self, lines: Lines) -> None:
        """Count those that have been quiet for a while."""
        now = self._clock()
        quiet = [(place, first) for place, (first, last) in self._since.items() if now - last >= QUIET]
        for place, first in quiet:
            self._since.pop(place, None)
            recent = await lines.recent(place)
            known = Summary.load(recent.summary, self.questions).take(recent.events)
            for repeat in known.latest_repeats:
                if repeat.at >= first - QUIET:
                    self._metrics.repeats.labels(by=repeat.by.value).inc()

    async def run(self, lines: Lines) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look(lines)
            except StoreUnavailable:
                log.warning("repeats_not_counted")
