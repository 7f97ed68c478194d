"""The day in figures, out of facts: how many asked for a person, how many were answered, within what
was promised, and how their customers rated it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Fact

KINDS = ("handoff_opened", "handoff_accepted", "handoff_closed", "survey_answer")
Promised = Callable[[str], timedelta | None]
"""How soon the customers of a queue are promised an answer."""


class Told(Protocol):
    """The facts of these kinds since then, in their order. Raises StoreUnavailable."""

    async def since(self, kinds: Sequence[str], moment: datetime) -> Sequence[Fact]: ...


@dataclass(slots=True)
class Count:
    """Of an agent, a channel or all. ``promised``: of the answered, those of queues that promise something."""

    asked: int = 0
    answered: int = 0
    promised: int = 0
    kept: int = 0
    closed: int = 0
    waited: list[float] = field(default_factory=list)
    rated: list[int] = field(default_factory=list)

    @property
    def share(self) -> int | None:
        """Per cent answered within the promise; None where nothing was promised."""
        return round(100 * self.kept / self.promised) if self.promised else None

    @property
    def middle(self) -> float | None:
        """The median wait in seconds."""
        return sorted(self.waited)[len(self.waited) // 2] if self.waited else None

    @property
    def rating(self) -> float | None:
        """The mean of its customers' ratings, 1 to 5; None without one."""
        return sum(self.rated) / len(self.rated) if self.rated else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one day so far."""

    all: Count
    by_channel: dict[str, Count]
    by_agent: dict[str, Count]


def figures(facts: Iterable[Fact], promised: Promised) -> Figures:
    """Counted once for each handoff: its first answer, and its close. A close by nobody (the customer went on alone) is no
    agent's."""
    made, queues, answered = Figures(Count(), defaultdict(Count), defaultdict(Count)), dict[str, str](), set[str]()
    for fact in facts:
        handoff_id, agent = str(fact.body.get("handoff_id", "")), str(fact.body.get("agent") or "")
        channel = made.by_channel[fact.channel or ""]
        whole = (made.all, channel, *((made.by_agent[agent],) if agent else ()))
        match fact.kind:
            case "handoff_opened":
                queues[handoff_id] = str(fact.body.get("queue", ""))
                made.all.asked += 1
                channel.asked += 1
            case "handoff_accepted" if handoff_id not in answered:
                answered.add(handoff_id)
                _answered(whole, fact.body.get("waited_seconds"), promised(queues.get(handoff_id, "")))
            case "handoff_closed":
                for one in whole:
                    one.closed += 1
            case "survey_answer" if fact.body.get("survey") == "rating" and isinstance(score := fact.body.get("score"), int):
                for one in whole:
                    one.rated.append(score)
    return made


def _answered(counts: Iterable[Count], seconds: object, within: timedelta | None) -> None:
    for one in counts:
        one.answered += 1
        if isinstance(seconds, int | float):
            one.waited.append(float(seconds))
            one.promised += within is not None
            one.kept += within is not None and seconds <= within.total_seconds()
