"""How a queue is routed, as designers set it under ``routing`` in ``domain/*/_queues.yml``. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.model import Proof
from bot.ports.hours import Hours

CHATS = 3
"""Conversations in writing that an agent has at once, where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Minutes of head start in line, by why. ``slots``: by a slot's value."""

    proof: Mapping[Proof, int] = field(default_factory=dict)
    signals: Mapping[str, int] = field(default_factory=dict)
    slots: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    most: int = 60
    """All together."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """To another queue, for who waits so long."""

    to: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class QueueRules:
    """``skills``: what its agents must know. ``hours``: its own, None for those of the business. ``offered_for``: the line offers
    conversations to agents, each for so long; None: agents take them. ``wrap_up``: an agent who has to write up is left alone so
    long."""

    skills: frozenset[str] = frozenset()
    weights: Weights = Weights()
    hours: Hours | None = None
    overflow: Overflow | None = None
    offered_for: timedelta | None = None
    wrap_up: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """By queue; a queue without rules asks for nothing. ``chats``: conversations in writing at once; ``business``: the hours of
    queues without their own."""

    by_queue: Mapping[str, QueueRules] = field(default_factory=dict)
    chats: int = CHATS
    business: Hours = field(default_factory=Hours)

    def of(self, queue: str) -> QueueRules:
        """Of that queue."""
        return self.by_queue.get(queue, NO_RULES)

    def path(self, queue: str) -> list[str]:
        """The queue, and those to which it overflows."""
        over = self.of(queue).overflow
        return [queue, *(self.path(over.to) if over else ())]

    def hours(self, queue: str, business: Hours) -> Hours:
        """When the queue is open: ``business`` has the hours where it has none of its own."""
        return self.of(queue).hours or business

    def in_business(self, hours: Hours) -> Rules:
        """With the business's hours, and the queues' own in its time zone."""
        own = {name: replace(one, hours=replace(one.hours, zone=hours.zone)) for name, one in self.by_queue.items() if one.hours}
        return replace(self, by_queue={**self.by_queue, **own}, business=hours)


NO_RULES = QueueRules()
