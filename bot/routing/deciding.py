"""Who is asked to take which conversation. Pure: from what is open, who is there, the rules and the time.

An agent has several conversations in writing and one call. Who talks on the phone, or writes up how a talk ended, is left alone.
Who spoke with the customer last is asked first, then who has the least to do, then who was given nothing for the longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.model import Handoff, HandoffState
from bot.routing.line import in_order
from bot.routing.rules import CHATS, Rules

ASKED_AGAIN = timedelta(minutes=5)
"""So long after somebody has passed, others are asked."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent who takes conversations now. ``chats``: in writing, at once; ``busy``: writes up how a talk ended."""

    username: str
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    chats: int = CHATS
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent has now, offers to them included; ``since``: when they were given something last."""

    chats: int = 0
    calls: int = 0
    since: datetime = NEVER

    def plus(self, handoff: Handoff, at: datetime) -> Load:
        """With that one."""
        call = is_call(handoff)
        return Load(self.chats + (not call), self.calls + call, max(self.since, at))


@dataclass(frozen=True, slots=True)
class Deal:
    """This conversation is offered to this agent."""

    handoff: Handoff
    to: str


@dataclass(slots=True)
class Loads:
    """Of everybody, as of the open handoffs."""

    by_agent: dict[str, Load] = field(default_factory=dict)

    @classmethod
    def of(cls, handoffs: Iterable[Handoff]) -> Loads:
        """What rests with its agent until later counts for nothing."""
        found = cls()
        for one in handoffs:
            if one.state is HandoffState.ASSIGNED and one.agent:
                found.add(one.agent, one, one.assigned_at or one.opened_at)
            if one.offer:
                found.add(one.offer.to, one, one.offer.until)
        return found

    def add(self, agent: str, handoff: Handoff, at: datetime) -> None:
        """They have this one, too."""
        self.by_agent[agent] = self.now(agent).plus(handoff, at)

    def now(self, agent: str) -> Load:
        """Of this agent."""
        return self.by_agent.get(agent, Load())

    def room(self, worker: Worker, handoff: Handoff) -> bool:
        """Whether they may get this one, too."""
        load = self.now(worker.username)
        return not worker.busy and not load.calls and (is_call(handoff) or load.chats < worker.chats)


def is_call(handoff: Handoff) -> bool:
    """Whether it takes its agent's ears."""
    return handoff.call_sid is not None or handoff.callback is not None


def able(handoff: Handoff, workers: Sequence[Worker], rules: Rules) -> list[Worker]:
    """Who has the queue's skills; of them those who speak the customer's language, while there is one."""
    skilled = [one for one in workers if rules.of(handoff.queue).skills <= one.skills]
    speaks = handoff.packet.language
    return ([one for one in skilled if speaks in one.languages] if speaks else []) or skilled


def deals(handoffs: Sequence[Handoff], workers: Sequence[Worker], rules: Rules, now: datetime) -> list[Deal]:
    """What the line offers to whom now, in the line's order: who is there before who has left."""
    loads, found = Loads.of(handoffs), list[Deal]()
    for handoff in sorted((one for one in handoffs if _dealt(one, rules)), key=lambda one: (not one.here, in_order(one))):
        free = [one for one in able(handoff, workers, rules) if loads.room(one, handoff) and not _passed(handoff, one, now)]
        if free:
            chosen = min(free, key=lambda one: _preference(handoff, one, loads))
            loads.add(chosen.username, handoff, now)
            found.append(Deal(handoff, chosen.username))
    return found


def overflows(handoffs: Iterable[Handoff], rules: Rules, now: datetime) -> list[Handoff]:
    """Those that have waited in their queue for so long that they go to another, as they are there."""
    found = []
    for one in handoffs:
        over = rules.of(one.queue).overflow
        if over and one.state is HandoffState.WAITING and now - (one.queued_at or one.opened_at) >= over.after:
            found.append(replace(one, queue=over.to, queued_at=now, why="overflow", passed=()))
    return found


def _dealt(handoff: Handoff, rules: Rules) -> bool:
    """The line calls again by itself those whom it did not reach."""
    again = handoff.callback is not None and handoff.callback.not_before is not None and handoff.call_sid is None
    return handoff.state is HandoffState.WAITING and rules.of(handoff.queue).offered_for is not None and not again


def _passed(handoff: Handoff, worker: Worker, now: datetime) -> bool:
    return any(one.agent == worker.username and now - one.at < ASKED_AGAIN for one in handoff.passed)


def _preference(handoff: Handoff, worker: Worker, loads: Loads) -> tuple[bool, int, datetime, str]:
    load = loads.now(worker.username)
    return worker.username != handoff.last_agent, load.chats, load.since, worker.username
