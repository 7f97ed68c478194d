"""A conversation comes back to the line because its agent is not there, or put it there: with its place, and the customer is
told, once, whatever the cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.agent_desk.telling import Telling
from bot.handoff.holding import holding
from bot.handoff.states import DESK_LOST, LEFT, given_up
from bot.model import Handoff, HandoffState
from bot.model.handoffs import INBOX
from bot.ports.stores import Locks
from bot.transcript.notice import told_to

GRACE = timedelta(minutes=10)
"""So long a conversation stays with an agent whom nobody sees at the desk: time for a colleague to take it over, and for a
browser to come back."""
RELEASED, MOVED = "released", "moved"
SENTENCES = {RELEASED: "utter_agent_released", MOVED: "utter_agent_moved", DESK_LOST: "utter_desk_lost"}
"""What the customer is told first; who is gone has left."""

Absent = Callable[[Sequence[Handoff]], Awaitable[Collection[str]]]
"""Of these, the ids of those whose agent does not read them. Raises StoreUnavailable."""


async def nobody_absent(_handoffs: Sequence[Handoff]) -> Collection[str]:
    """Where nobody knows who is there."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Methods raise StoreUnavailable."""

    telling: Telling
    locks: Locks
    absent: Absent = nobody_absent
    grace: timedelta = GRACE

    async def tell_all(self) -> int:
        """Tell each customer who was not told yet; how many conversations."""
        book = self.telling.handoffs
        left = [one for one in await book.handoffs.listing() if one.agent_left_at]
        for one in left:
            async with holding(one.id, book, self.locks) as handoff:
                await self.tell(handoff)
        return len(left)

    async def tell(self, handoff: Handoff) -> None:
        """The caller holds it. The talk's end tells a caller who was connected (``voice.agents.leaving``); who was accepted again
        was told of the next."""
        if handoff.agent_left_at and handoff.waits and not await self.telling.on_the_phone(handoff):
            cause = f"{handoff.id}:left:{handoff.agent_left_at}"
            await self.telling.noticed(handoff, await self._words(handoff), cause)
        await self.telling.handoffs.change(handoff.id, lambda now: replace(now, agent_left_at=None))

    async def look(self, listing: Sequence[Handoff]) -> int:
        """Conversations of agents who are gone for longer than the grace come back to the line; how many of these did."""
        theirs = [one for one in listing if one.state is HandoffState.ASSIGNED and one.agent != INBOX]
        absent = await self.absent(theirs) if theirs else ()
        return sum([await self._alone(one, absent=one.id in absent) for one in theirs])

    async def _alone(self, handoff: Handoff, *, absent: bool) -> bool:
        book, moment = self.telling.handoffs, self.telling.clock()
        since = handoff.alone_since
        if not absent or since is None:
            if absent is (since is None):  # what is known has changed
                seen = moment if absent else None
                await book.change(handoff.id, lambda now: replace(now, alone_since=seen) if _same(now, handoff) else now)
            return False
        if moment - since < self.grace:
            return False

        def back(now: Handoff) -> Handoff:
            return given_up(now, moment, LEFT) if _same(now, handoff) and now.alone_since == since else now

        async with holding(handoff.id, book, self.locks):
            before, after = await book.changed(handoff.id, back)
            if after != before:
                await self.tell(after)
            return after != before

    async def _words(self, handoff: Handoff) -> str:
        """What has become of the agent, and who is asked next, or when somebody is there again."""
        say, channel = self.telling.wording.say, await self.telling.channel(handoff)
        with told_to(await self.telling.contacts.of_conversation(handoff.conversation_id)):
            first = say(SENTENCES.get(handoff.why, "utter_agent_left"), channel)
            return f"{first} {await self.telling.nobody(handoff, channel) or say('utter_place_kept', channel)}"


def _same(now: Handoff, seen: Handoff) -> bool:
    """Whether it is still with the agent with whom it was seen."""
    return now.state is HandoffState.ASSIGNED and (now.agent, now.assigned_at) == (seen.agent, seen.assigned_at)
