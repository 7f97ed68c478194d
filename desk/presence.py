"""Who is there: the one place that says it, for text channels, the phone's queue, callbacks, the desk and the figures.

Nothing is kept about it. It follows from the agent's own word (*Available*), from their live sessions and from when a page of
theirs was last heard (a page follows ``/desk/events`` and is heard with each beat, whether or not somebody looks at it):

* **At the desk**: signed in, available, and a page of theirs was heard within GRACE. Only they see the queue and can accept, so
  only they are counted for customers. A browser that died is gone after GRACE; signing out, the end of a session (idle, too
  long, another password, disabled) at once.
* **By phone**: signed in, available, and a phone. They may have left their desk (they said *by phone*, and are rung for callbacks
  and transfers) until their session ends. Who answers in the browser has no phone without the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Handoff
from bot.ports import Clock
from bot.ports.handoff_target import desk_of
from bot.routing.deciding import Worker
from bot.routing.rules import Rules
from desk.accounts.agent import Agent
from desk.accounts.work import Status
from desk.agents import AgentDirectory
from desk.sessions import SessionStore

GRACE = timedelta(minutes=2)
"""For a reload, another network, a gateway that starts anew."""


@dataclass(frozen=True, slots=True)
class Here:
    """Everybody, and when a page of theirs was last heard: looked at once for a whole page of the desk."""

    agents: tuple[Agent, ...]
    heard: Mapping[str, datetime]
    """By username; nobody who is signed out, disabled or has another role than talking with customers is among them."""
    seen: Mapping[str, datetime]
    """The same: when they last did something themselves."""
    now: datetime

    @property
    def names(self) -> dict[str, str]:
        """Names by username."""
        return {agent.username: agent.display_name for agent in self.agents}

    @property
    def available(self) -> list[Agent]:
        """Those who are signed in and take conversations."""
        return [one for one in self.agents if one.username in self.heard and one.available and not one.must_change_password]

    @property
    def at_desk(self) -> list[Agent]:
        """Those of them who see the queue."""
        return [one for one in self.available if self.reads(one.username)]

    def reads(self, username: str) -> bool:
        """Whether a page of theirs was heard within GRACE."""
        heard = self.heard.get(username)
        return heard is not None and self.now - heard < GRACE

    def acts(self, username: str) -> bool:
        """Whether they did something within GRACE."""
        seen = self.seen.get(username)
        return seen is not None and self.now - seen < GRACE

    def left(self, handoffs: Iterable[Handoff]) -> frozenset[str]:
        """Of these, the ids of those whose agent does not read them. A talk on the phone needs no page; whether people of another
        desk are there is not known here."""
        ours = ((one, one.agent) for one in handoffs if one.held and one.agent and not desk_of(one.agent))
        return frozenset(one.id for one, agent in ours if (not one.call_sid or one.types) and not self.reads(agent))


@dataclass(frozen=True, slots=True)
class Presence:
    """Raises StoreUnavailable."""

    agents: AgentDirectory
    sessions: SessionStore
    clock: Clock
    rules: Rules = field(default_factory=Rules)

    async def look(self) -> Here:
        """Everybody now."""
        agents, sessions = await asyncio.gather(self.agents.all(), self.sessions.live())
        valid = {(one.username, one.password_id) for one in agents if one.works}
        theirs = [one for one in sessions if (one.username, one.password_id) in valid]
        heard = {one.username: one.heard for one in sorted(theirs, key=lambda one: one.heard)}
        seen = {one.username: one.seen for one in sorted(theirs, key=lambda one: one.seen)}
        return Here(tuple(agents), heard, seen, self.clock())

    async def at_desk(self) -> list[Agent]:
        """Who sees the queue now and takes conversations, by name."""
        return (await self.look()).at_desk

    async def usernames(self) -> list[str]:
        """Their usernames."""
        return [agent.username for agent in await self.at_desk()]

    async def how_many(self) -> int:
        """How many they are."""
        return len(await self.at_desk())

    async def left_behind(self, handoff: Handoff) -> bool:
        """Whether the agent who has it does not read it: signed out, disabled, or no page of theirs was heard within GRACE. So a
        colleague may take it over, instead of a customer writing to nobody."""
        return handoff.id in (await self.look()).left([handoff])

    async def absent(self, handoffs: Sequence[Handoff]) -> frozenset[str]:
        """Of these, the ids of those whose agent is not there: ``left_behind``, or set to away and nothing done since GRACE.
        They go back to the line in a while."""
        here = await self.look()
        away = {one.username for one in here.agents if _gone(one) and not here.acts(one.username)}
        talks = {one.id for one in handoffs if one.call_sid and not one.types}
        gone = {one.id for one in handoffs if one.held and one.agent in away and one.id not in talks}
        return here.left(handoffs) | gone

    async def by_phone(self) -> list[Agent]:
        """Who may be rung, by name."""
        here = await self.look()
        return [one for one in here.available if one.rings and (not one.in_browser or here.reads(one.username))]

    async def workers(self) -> list[Worker]:
        """Who may be offered conversations now."""
        return [
            Worker(one.username, one.work.skills, one.work.languages, one.work.chats or self.rules.chats)
            for one in await self.at_desk()
        ]

    async def serving(self, queue: str) -> int:
        """How many at the desk have what this queue asks for, or one to which it overflows."""
        asked = [self.rules.of(name).skills for name in self.rules.path(queue)]
        return sum(any(skills <= one.work.skills for skills in asked) for one in await self.at_desk())

    async def phones(self) -> list[tuple[str, str]]:
        """Their usernames and what is rung."""
        return [(agent.username, agent.rings) for agent in await self.by_phone() if agent.rings]


def _gone(agent: Agent) -> bool:
    """Whether they said that they do not take conversations, and do not write up one either."""
    return not agent.available and agent.work.status is not Status.WRAP_UP
