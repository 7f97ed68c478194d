"""Rasa, and the lines that go into its tracker without a turn."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import now
from bot.ports import Dialogue
from bot.rasa_http.pool import RasaPool
from bot.redis_store.turns import RedisUnsaved
from bot.transcript.log import Lines
from gateway.observe.measured import MeasuredDialogue, Releases
from gateway.observe.repeat_meter import RepeatMeter
from gateway.outside import rasa
from gateway.wiring.base import Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """``servers``: when there are several behind ``dialogue``. ``meter``: counts questions for what was known."""

    dialogue: Dialogue
    servers: RasaPool | None
    lines: Lines
    meter: RepeatMeter


def wire_assistant(base: Base) -> Assistant:
    """One Rasa server, or all of them as one, measured."""
    meter = RepeatMeter(base.content.questions, base.observed.metrics, now)
    releases = Releases(base.store.facts, now)
    plain = rasa(base.settings, base.http, base.observed.metrics)
    dialogue = MeasuredDialogue(plain, base.observed.metrics, base.observed.tracing, meter.turn, releases.seen)
    return Assistant(
        dialogue=dialogue,
        servers=plain if isinstance(plain, RasaPool) else None,
        lines=Lines(dialogue, RedisUnsaved(base.store.client), base.store.transcripts),
        meter=meter,
    )
