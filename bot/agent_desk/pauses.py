"""A conversation that rests with its agent: until a time, or until the customer answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.agent_desk.telling import Telling
from bot.handoff.holding import holding
from bot.handoff.lifecycle import owned_by
from bot.handoff.states import goes_on, paused
from bot.model import Handoff, HandoffState
from bot.ports import AlreadyAccepted, HandoffRefused
from bot.ports.stores import Locks

LONGEST = timedelta(days=30)
DUE, BY_AGENT = "due", "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Each raises HandoffRefused with a sentence, or StoreUnavailable. The customer's answer ends one in
    ``HandoffBook.is_back``."""

    telling: Telling
    locks: Locks

    async def snooze(self, handoff_id: str, agent: str, until: datetime | None) -> None:
        """Until that time (UTC) or an answer; None: until the answer alone."""
        moment = self.telling.clock()
        if until is not None and not moment < until <= moment + LONGEST:
            raise HandoffRefused(f"Choose a time within the next {LONGEST.days} days.")
        async with holding(handoff_id, self.telling.handoffs, self.locks) as handoff:
            if await self.telling.reach.on_the_line(handoff):
                raise HandoffRefused("The customer is on the line.")
            try:
                await self.telling.handoffs.change(handoff_id, lambda now: paused(owned_by(now, agent), until))
            except AlreadyAccepted as taken:
                raise await self.telling.named(taken) from taken

    async def resume(self, handoff_id: str, agent: str) -> None:
        """Its agent goes on before that."""
        moment = self.telling.clock()
        await self.telling.handoffs.change(handoff_id, lambda now: goes_on(owned_by(now, agent), moment, BY_AGENT))

    async def look(self, listing: Sequence[Handoff]) -> int:
        """Those whose time has come are their agents' again; how many of these."""
        book, moment = self.telling.handoffs, self.telling.clock()

        def due(one: Handoff) -> bool:
            return one.state is HandoffState.SNOOZED and one.snoozed_until is not None and one.snoozed_until <= moment

        found = [one.id for one in listing if due(one)]
        for one in found:
            await book.change(one, lambda now: goes_on(now, moment, DUE) if due(now) else now)
        return len(found)
