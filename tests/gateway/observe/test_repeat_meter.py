"""The metric: conversations are counted once they are quiet, each repeat once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.ports.stores import Recent
from bot.transcript.log import Lines
from bot.transcript.repeats import Questions
from gateway.observe.metrics import Metrics
from gateway.observe.repeat_meter import QUIET, RepeatMeter

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Kept:
    """Lines that hold one repeat at a given time."""

    def __init__(self, at: datetime) -> None:
        asked = {"event": "bot", "timestamp": at.timestamp(), "metadata": {"utter_action": "utter_ask_name"}}
        self.events: list[dict[str, Any]] = [{"event": "slot", "name": "name", "value": "Ana"}, {"event": "user"}, asked]
        self.read = 0

    async def recent(self, conversation_id: str) -> Recent:
        self.read += 1
        return Recent("", self.events)


async def test_a_quiet_conversation_is_counted_once() -> None:
    at, metrics, kept = NOON, Metrics(), Kept(NOON)
    meter = RepeatMeter(Questions(), metrics, lambda: at)
    meter.turn("c")
    await meter.look(cast(Lines, kept))
    assert kept.read == 0  # it may go on
    at = NOON + QUIET
    await meter.look(cast(Lines, kept))
    await meter.look(cast(Lines, kept))
    assert (kept.read, metrics.registry.get_sample_value("onethread_repeats_total", {"by": "bot"})) == (1, 1.0)


async def test_what_was_counted_before_is_not_counted_again() -> None:
    at, metrics, kept = NOON + timedelta(days=1), Metrics(), Kept(NOON)
    meter = RepeatMeter(Questions(), metrics, lambda: at)
    meter.turn("c")
    at += QUIET
    await meter.look(cast(Lines, kept))
    assert metrics.registry.get_sample_value("onethread_repeats_total", {"by": "bot"}) == 0.0
