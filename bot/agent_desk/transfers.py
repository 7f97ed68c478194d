"""A conversation goes from its agent to somebody else: back in line, to another queue, to a colleague who takes it or declines;
or a colleague takes it over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.agent_desk.returning import MOVED, RELEASED, Returning
from bot.agent_desk.telling import ON_THE_PHONE, Telling
from bot.handoff.holding import holding
from bot.handoff.lifecycle import owned_by
from bot.handoff.notes import clean_note, noted
from bot.handoff.states import assigned, given_up, in_line, offered, passed_by
from bot.model import Handoff, HandoffState, Offer
from bot.model.queues import Queues
from bot.ports import AlreadyAccepted, HandoffRefused
from bot.ports.stores import Locks

OFFERED_FOR = timedelta(minutes=2)
"""So long a colleague has to take it or decline."""
CLOSED = "This conversation is closed; the assistant has it again."
DECLINED, LATE, TAKEN = "declined", "late", "taken"
Missed = Callable[[str], Awaitable[None]]
"""Told of an agent who let what the line offered them pass. Raises StoreUnavailable."""
AtDesk = Callable[[], Awaitable[Collection[str]]]
"""Usernames of those who take conversations now. Raises StoreUnavailable."""


async def nobody_missed(_username: str) -> None:
    """Where it changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfers:
    """Each raises HandoffRefused with a sentence, or StoreUnavailable. ``note``: for colleagues, never for the customer;
    ``anyhow``: whoever has it, and also while nobody does."""

    telling: Telling
    locks: Locks
    returning: Returning
    at_desk: AtDesk
    queues: Queues
    offered_for: timedelta = OFFERED_FOR
    missed: Missed = nobody_missed

    async def release(self, handoff_id: str, agent: str, note: str, *, anyhow: bool = False) -> None:
        """Back in line, with its place; the customer is told."""
        await self._to_line(handoff_id, agent, note, RELEASED, None, anyhow=anyhow)

    async def move(self, handoff_id: str, agent: str, queue: str, note: str, *, anyhow: bool = False) -> None:
        """To another queue, with its place; the customer is told."""
        if queue not in self.queues.by_name:
            raise HandoffRefused("There is no such queue.")
        await self._to_line(handoff_id, agent, note, MOVED, queue, anyhow=anyhow)

    async def offer(self, handoff_id: str, agent: str, to: str, note: str, *, anyhow: bool = False) -> None:
        """To a colleague, who has until the deadline. The customer hears of it when they take it."""
        words, moment = clean_note(note), self.telling.clock()
        if to == agent and not anyhow:
            raise HandoffRefused("You have this conversation already.")
        name = await self.telling.name_of(to)
        if to not in await self.at_desk():
            raise HandoffRefused(f"{name} is not at the desk just now.")

        def given(now: Handoff) -> Handoff:
            by = agent if not anyhow else now.agent
            if anyhow and (not now.open or now.agent == to):
                raise HandoffRefused(CLOSED if not now.open else f"{name} has this conversation already.")
            mine = now if anyhow else owned_by(now, agent)
            given_to = offered(mine, Offer(to, moment + self.offered_for, by))
            return noted(given_to, agent, words, moment, "offered")

        async with holding(handoff_id, self.telling.handoffs, self.locks) as handoff:
            await self._change(handoff, given)

    async def decline(self, handoff_id: str, agent: str, note: str) -> None:
        """By who it is offered to: it goes back to who gave it, or in line when they have left."""
        words = clean_note(note)
        async with holding(handoff_id, self.telling.handoffs, self.locks) as handoff:
            if handoff.offer is None or agent not in (handoff.offer.to, handoff.agent):
                raise HandoffRefused("This conversation is not offered to you any more.")
            await self._comes_back(handoff, DECLINED, agent, words)

    async def look(self, listing: Sequence[Handoff]) -> int:
        """Offers whose deadline is over come back; how many of these."""
        book, moment = self.telling.handoffs, self.telling.clock()
        due = [one for one in listing if one.offer and one.offer.until <= moment]
        for one in due:
            async with holding(one.id, book, self.locks) as handoff:
                if handoff.offer == one.offer:
                    await self._comes_back(handoff, LATE, "", "")
        return len(due)

    async def take_over(self, handoff_id: str, agent: str, owner: str) -> None:
        """From a colleague who is there, and who sees that it was taken. The customer is told who is with them now."""
        moment = self.telling.clock()

        def taken(now: Handoff) -> Handoff:
            if now.open and now.agent not in (owner, agent) and now.agent is not None:
                raise AlreadyAccepted(now.agent)
            mine = assigned(now, agent, moment, TAKEN)
            return replace(noted(mine, agent, "", moment, TAKEN), taken_from=owner, types=True)

        async with holding(handoff_id, self.telling.handoffs, self.locks) as handoff:
            if not handoff.open or handoff.agent == agent:
                return
            after = await self._change(handoff, taken)
            await self.telling.joined(after, "utter_agent_joined", agent)

    async def _to_line(self, handoff_id: str, agent: str, note: str, why: str, queue: str | None, *, anyhow: bool) -> None:
        words, moment = clean_note(note), self.telling.clock()

        def back(now: Handoff) -> Handoff:
            if not anyhow:
                owned_by(now, agent)
            if not now.open or now.queue == queue:
                raise HandoffRefused("It is in that queue already." if now.open else CLOSED)
            if now.waits and queue is None:
                raise HandoffRefused("It waits in line already.")
            back_again = in_line(now, why) if now.waits else given_up(now, moment, why)
            waiting = noted(back_again, agent, words, moment, why)
            return replace(waiting, queue=queue, queued_at=moment) if queue else waiting

        async with holding(handoff_id, self.telling.handoffs, self.locks) as handoff:
            await self.returning.tell(await self._change(handoff, back))

    async def _comes_back(self, handoff: Handoff, why: str, agent: str, words: str) -> None:
        """The caller holds it. To who gave it; in line when that is nobody, or they have left: then the customer is told."""
        gone = handoff.agent is not None and handoff.id in await self.returning.absent([handoff])
        moment, told = self.telling.clock(), agent or (handoff.offer.to if handoff.offer else "")

        def back(now: Handoff) -> Handoff:
            if now.offer != handoff.offer:
                return now
            if now.agent is None:
                return noted(passed_by(now, moment, why), told, words, moment, why if words else "")
            after = given_up(now, moment, why) if gone else assigned(now, now.agent, moment, why)
            return noted(after, told, words, moment, why)

        after = await self.telling.handoffs.change(handoff.id, back)
        if why == LATE and handoff.agent is None and handoff.offer:
            await self.missed(handoff.offer.to)
        if after.state is HandoffState.WAITING and after.agent_left_at:
            await self.returning.tell(after)

    async def _change(self, handoff: Handoff, change: Callable[[Handoff], Handoff]) -> Handoff:
        if await self.telling.on_the_phone(handoff):
            raise HandoffRefused(ON_THE_PHONE)
        try:
            return await self.telling.handoffs.change(handoff.id, change)
        except AlreadyAccepted as taken:
            raise await self.telling.named(taken) from taken
