"""What a conversation's older events say, folded, so that nobody reads them again for it: its slots, and what was asked twice.

A summary of the first n events, and the events after them, give what all of them would.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.model import Author, ChannelName, SlotFact
from bot.transcript.lines import Slots
from bot.transcript.repeats import Meter, Questions, Repeat

REMEMBERED = 100
"""Repeats that are told one by one; older ones are only counted."""


class Summary:
    """``take`` events in their order; ``dump`` and ``load`` keep it as JSON."""

    def __init__(self, questions: Questions) -> None:
        self._slots = Slots()
        self._meter = Meter(questions)
        self._more = 0

    def take(self, events: Iterable[Mapping[str, Any]]) -> Summary:
        """The same summary, with these."""
        for event in events:
            self._slots.take(event)
            self._meter.take(event)
        return self

    @property
    def slots(self) -> tuple[SlotFact, ...]:
        """The slots that hold a value now."""
        return tuple(self._slots.facts.values())

    @property
    def repeats(self) -> int:
        """How often the customer was asked for what they had given; of older events by the rules of then."""
        return self._more + len(self._meter.found)

    @property
    def latest_repeats(self) -> tuple[Repeat, ...]:
        """The newest of them, oldest first."""
        return tuple(self._meter.found[-REMEMBERED:])

    def dump(self) -> str:
        """As text."""
        facts = [asdict(fact) | {"at": fact.at.isoformat()} for fact in self.slots]
        latest = [asdict(repeat) | {"at": repeat.at.isoformat()} for repeat in self.latest_repeats]
        kept = {"slots": facts, "channel": self._slots.channel, "more": self.repeats - len(latest), "repeats": latest}
        return json.dumps(kept | {"meter": self._meter.state()}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str, questions: Questions) -> Summary:
        """Of no text, that of no events."""
        made = cls(questions)
        if not text:
            return made
        kept = json.loads(text)
        made._slots.channel = _channel(kept["channel"])
        made._slots.facts = {fact["name"]: _fact(fact) for fact in kept["slots"]}
        made._more = int(kept["more"])
        made._meter.found = [Repeat(each["slot"], Author(each["by"]), _time(each)) for each in kept["repeats"]]
        made._meter.restore(kept["meter"])
        return made


def _fact(kept: Mapping[str, Any]) -> SlotFact:
    return SlotFact(kept["name"], kept["value"], _channel(kept["channel"]), _time(kept))


def _time(kept: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(kept["at"])


def _channel(name: str | None) -> ChannelName | None:
    return None if name is None else ChannelName(name)
