"""The line offers conversations to agents who are free, and moves on who has waited too long: by the clock, in any gateway.

One gateway does it at a time, so that nobody is given more than they can have; whether an offer stands is decided by the record,
as an agent may have accepted it in that moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.handoff.lifecycle import HandoffBook
from bot.handoff.states import in_line, offered
from bot.model import Handoff, HandoffState, Offer
from bot.ports import HandoffRefused
from bot.ports.stores import Locks
from bot.routing.deciding import Deal, Worker, deals, overflows
from bot.routing.rules import Rules

GONE = "gone"
LOCK = "routing"
Workers = Callable[[], Awaitable[Sequence[Worker]]]
"""Who takes conversations now. Raises StoreUnavailable."""


async def nobody_works() -> Sequence[Worker]:
    """Where nobody knows who is there."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """``look`` now and then. Raises StoreUnavailable."""

    book: HandoffBook
    locks: Locks
    workers: Workers = nobody_works
    rules: Rules = field(default_factory=Rules)

    async def look(self, listing: Sequence[Handoff]) -> int:
        """Offers to who has left come back, overflow goes to its queue, and what waits is offered; how much was done."""
        if not any(one.waits and self._led(one) for one in listing):
            return 0
        async with self.locks.hold(LOCK):
            here, workers = await self.book.handoffs.listing(), await self._working()
            done = [await self._back(one, workers) for one in here] + [await self._moved(one) for one in self._overflows(here)]
            if any(done):
                here = await self.book.handoffs.listing()
            return sum(done) + sum([await self._offer(one) for one in deals(here, workers, self.rules, self.book.clock())])

    async def _working(self) -> list[Worker]:
        """Who is there; busy, who has just talked and has yet to write up how it ended."""
        moment, over = self.book.clock(), await self.book.handoffs.unwritten()
        ends = {one.agent: one.closed_at + self.rules.of(one.queue).wrap_up for one in over if one.closed_at}
        return [replace(one, busy=ends.get(one.username, moment) > moment) for one in await self.workers()]

    def _led(self, handoff: Handoff) -> bool:
        rules = self.rules.of(handoff.queue)
        return rules.offered_for is not None or rules.overflow is not None

    def _overflows(self, here: Sequence[Handoff]) -> list[Handoff]:
        return overflows(here, self.rules, self.book.clock())

    async def _back(self, handoff: Handoff, workers: Sequence[Worker]) -> bool:
        """What the line offered to somebody who has left."""
        offer = handoff.offer
        if offer is None or offer.by is not None or any(one.username == offer.to for one in workers):
            return False
        return await self._step(handoff, lambda now: in_line(now, GONE) if now.offer == offer else now)

    async def _moved(self, wanted: Handoff) -> bool:
        def moved(now: Handoff) -> Handoff:
            same = now.state is HandoffState.WAITING and now.queued_at != wanted.queued_at
            return replace(now, queue=wanted.queue, queued_at=wanted.queued_at, why=wanted.why, passed=()) if same else now

        return await self._step(wanted, moved)

    async def _offer(self, deal: Deal) -> bool:
        until = self.rules.of(deal.handoff.queue).offered_for
        if until is None:
            return False
        offer = Offer(deal.to, self.book.clock() + until)

        def given(now: Handoff) -> Handoff:
            same = now.state is HandoffState.WAITING and now.queue == deal.handoff.queue
            return offered(now, offer) if same else now

        return await self._step(deal.handoff, given)

    async def _step(self, handoff: Handoff, change: Callable[[Handoff], Handoff]) -> bool:
        """False when somebody else was quicker."""
        with suppress(HandoffRefused):
            before, after = await self.book.changed(handoff.id, change)
            return before != after
        return False
