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
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Handoff
from bot.ports import Clock
from desk.agents import Agent, AgentDirectory
from desk.sessions import LiveSession, SessionStore

GRACE = timedelta(minutes=2)
"""For a reload, another network, a gateway that starts anew."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Raises StoreUnavailable."""

    agents: AgentDirectory
    sessions: SessionStore
    clock: Clock

    async def at_desk(self) -> list[Agent]:
        """Who sees the queue now and takes conversations, by name."""
        return [agent for agent, heard in await self._available() if self._on_the_page(heard)]

    async def usernames(self) -> list[str]:
        """Their usernames."""
        return [agent.username for agent in await self.at_desk()]

    async def how_many(self) -> int:
        """How many they are."""
        return len(await self.at_desk())

    async def left_behind(self, handoff: Handoff) -> bool:
        """Whether the agent who has it does not read it: signed out, disabled, or no page of theirs was heard within GRACE. A
        talk on the phone needs no page. So a colleague may take it over, instead of a customer writing to nobody."""
        if not handoff.held or handoff.agent is None or (handoff.call_sid and not handoff.types):
            return False
        return not any(self._on_the_page(one.heard) for one in await self._sessions_of(handoff.agent))

    async def absent(self, handoff: Handoff) -> bool:
        """``left_behind``, or set to away and nothing done since GRACE: whose conversations go back to the line in a while."""
        if await self.left_behind(handoff):
            return True
        agent = await self.agents.get(handoff.agent) if handoff.held and handoff.agent else None
        if agent is None or agent.available or (handoff.call_sid and not handoff.types):
            return False
        return not any(self._on_the_page(one.seen) for one in await self._sessions_of(agent.username))

    async def _sessions_of(self, username: str) -> list[LiveSession]:
        """None of an agent who is gone or disabled."""
        agent, sessions = await asyncio.gather(self.agents.get(username), self.sessions.live())
        if agent is None or agent.disabled:
            return []
        return [one for one in sessions if (one.username, one.password_id) == (agent.username, agent.password_id)]

    async def by_phone(self) -> list[Agent]:
        """Who may be rung, by name."""
        found = await self._available()
        return [agent for agent, heard in found if agent.rings and (not agent.in_browser or self._on_the_page(heard))]

    async def phones(self) -> list[tuple[str, str]]:
        """Their usernames and what is rung."""
        return [(agent.username, agent.rings) for agent in await self.by_phone() if agent.rings]

    def _on_the_page(self, heard: datetime) -> bool:
        return self.clock() - heard < GRACE

    async def _available(self) -> list[tuple[Agent, datetime]]:
        """Those who are signed in and take conversations, with when a page of theirs was last heard."""
        agents, sessions = await asyncio.gather(self.agents.all(), self.sessions.live())
        found = []
        for agent in agents:
            heard = [one.heard for one in sessions if (one.username, one.password_id) == (agent.username, agent.password_id)]
            if heard and agent.available and not agent.disabled and not agent.must_change_password:
                found.append((agent, max(heard)))
        return found
