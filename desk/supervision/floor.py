"""The floor as it is now: each queue's line against its promise, each agent with what they do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Handoff
from bot.ports import Glance
from bot.routing.deciding import Load, Loads
from desk.accounts.agent import Agent
from desk.accounts.work import Status
from desk.presence import Here

GONE = "gone"
"""Neither signed in nor heard of."""


@dataclass(frozen=True, slots=True)
class Line:
    """A queue. ``since``: of who waits the longest and is there; ``late``: how many wait longer than promised; ``serving``: how
    many agents at the desk may be asked."""

    queue: str
    title: str
    waiting: int
    left: int
    late: int
    since: datetime | None
    serving: int
    open: bool


@dataclass(frozen=True, slots=True)
class AtWork:
    """An agent: what they do (``status``, or ``gone``), since when, and the conversations that they have."""

    agent: Agent
    status: str
    has: tuple[Handoff, ...]
    load: Load

    @property
    def username(self) -> str:
        """By which they are known."""
        return self.agent.username


def line(
    queue: str, title: str, glances: Sequence[Glance], now: datetime, within: timedelta | None, *, serving: int, is_open: bool
) -> Line:
    """One queue's."""
    waits = [one.handoff for one in glances if one.handoff.waits and one.handoff.queue == queue]
    here = [one for one in waits if one.here]
    late = sum(within is not None and now - one.opened_at >= within for one in here)
    since = min((one.opened_at for one in here), default=None)
    return Line(queue, title, len(here), len(waits) - len(here), late, since, serving, is_open)


def at_work(here: Here, glances: Sequence[Glance]) -> list[AtWork]:
    """Everybody who may work: who is there first, by name."""
    handoffs = [one.handoff for one in glances]
    loads = Loads.of(handoffs)
    found = [
        AtWork(one, _status(one, here.reads), tuple(h for h in handoffs if h.agent == one.username), loads.now(one.username))
        for one in here.agents
        if not one.disabled
    ]
    return sorted(found, key=lambda one: (one.status == GONE, one.agent.display_name.casefold()))


def _status(agent: Agent, reads: Callable[[str], bool]) -> str:
    if not reads(agent.username):
        return GONE
    return Status(agent.work.status)
