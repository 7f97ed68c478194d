"""Calls back by themselves: a customer who was not reached is called again when it is due, the agent first, in business hours.

The handoff says what is due (``Callback.not_before``), the schedule wakes the gateways. Whoever claims an entry moves its time
on by ``WATCH`` instead of taking it away, so that what a gateway had begun when it died comes up again; the attempt's number
and ``Schedule.first`` see to it that nobody is rung for an attempt that another gateway has begun.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.agent_desk.caller_requests import WATCH, Errands
from bot.model import Callback, Handoff
from bot.ports import SendError, Telephone
from bot.ports.phone_line import AGENT

Phones = Callable[[], Awaitable[Sequence[tuple[str, str]]]]
"""Usernames and phones of the agents who take calls now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redialler:
    """``look`` now and then, in each gateway. Raises StoreUnavailable."""

    errands: Errands
    telephone: Telephone
    phones: Phones

    async def look(self) -> int:
        """See to everything that is due; how many agents were rung."""
        due = await self.errands.schedule.due(self.errands.clock())
        return sum([await self._see_to(handoff_id, since) for handoff_id, since in due])

    async def _see_to(self, handoff_id: str, since: datetime) -> bool:
        schedule, now = self.errands.schedule, self.errands.clock()
        handoff = await self.errands.handoffs.handoffs.get(handoff_id)
        back = handoff.callback if handoff and handoff.open else None
        if handoff is None or back is None or _by_hand(handoff, back):
            await schedule.claim(handoff_id, since, None)
            return False
        later = await self._later(handoff, back, now)
        if not await schedule.claim(handoff_id, since, later or now + WATCH) or later:
            return False
        if handoff.held:
            await self._lost(handoff, back)
            return False
        return await self._ring(handoff, back)

    async def _later(self, handoff: Handoff, back: Callback, now: datetime) -> datetime | None:
        """When to look again; None when something is to be done now."""
        hours = self.errands.rules.hours
        if handoff.call_sid or (handoff.held and await self._talking(handoff, back, now)):
            return now + WATCH
        if handoff.held:
            return None
        if back.not_before and back.not_before > now:
            return back.not_before
        return None if hours.open_at(now) else hours.next_opening(now)

    async def _talking(self, handoff: Handoff, back: Callback, now: datetime) -> bool:
        """Whether an agent is at it: by hand, still being rung, or on the phone."""
        if back.ringing_since is None or now - back.ringing_since < WATCH:
            return True
        return (await self.telephone.state(handoff.id)).leg(AGENT) is not None

    async def _lost(self, handoff: Handoff, back: Callback) -> None:
        """Nobody was told how the attempt ended: a gateway died, or the vendor's word did not arrive."""
        if back.calling:
            await self.errands.not_reached(handoff.id, "unknown", f"{handoff.id}:{back.attempt}")
        else:
            await self.errands.missed(handoff.id, handoff.agent)

    async def _ring(self, handoff: Handoff, back: Callback) -> bool:
        agents = await self.phones()
        free = await self._free(handoff, agents)
        left = [one for one in free if one[0] not in back.missed]
        if not left:
            if free:  # each of them was rung and did not take it
                await self.errands.rests(handoff.id)
            return False
        agent, phone = left[0]
        given = await self.errands.rings(handoff.id, agent, back.attempt)
        if given is None:
            return False
        try:
            await self.telephone.ring_agent(given, phone)
        except SendError:
            await self.errands.missed(handoff.id, agent)
            return False
        return True

    async def _free(self, handoff: Handoff, agents: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those who are not on the phone, first who called this customer last."""
        listing = await self.errands.handoffs.handoffs.listing()
        busy = {h.agent for h in listing if h.call_sid or (h.callback and h.callback.ringing_since)}
        before = handoff.tries[-1].agent if handoff.tries else None
        return sorted((one for one in agents if one[0] not in busy), key=lambda one: one[0] != before)


def _by_hand(handoff: Handoff, back: Callback) -> bool:
    """The first call is an agent's to begin: the customer waits in line for it."""
    return handoff.waits and back.not_before is None
