"""Passes handoffs on to other desks, and each of the customer's messages, in order, each once.

``Passed`` is the outbox: what is yet to be told follows from it, from the handoff and from the one transcript, so that nothing is
lost with a gateway. A desk that cannot be reached loses the handoff to our own (``bot.other_desks.losing``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.facts import other_desks as told
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.notes import noted
from bot.model import ChannelName, Handoff
from bot.other_desks.arriving import Arriving
from bot.other_desks.losing import Losing
from bot.other_desks.trying import due, failed, given_up, well
from bot.ports import Clock, Facts, SendError, SendFailure
from bot.ports.handoff_target import HandoffTarget, Happened, Passed, PassedHandoffs, PassedState, Words, Wrote, desk_of
from bot.ports.stores import Locks
from bot.transcript import lines as transcript
from bot.transcript.log import Lines

EVENTS = 200
"""Of the newest that are looked at for what the customer wrote."""
REMEMBERED = 500
"""Ids of messages that a desk has."""
LOOK_AGAIN = timedelta(seconds=15)
"""A desk that is asked for news is asked so often, and whenever it says that there are some."""
AT_ONCE = 8
CLOSED, TAKEN_BACK, LOST = "closed", "taken_back", "lost"
OPEN = "open"
NOT_SET = "it is not among the settings any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """``by_queue``: the desk of each queue that has one; ``packet_of``: as things stand. Methods raise StoreUnavailable."""

    by_queue: Mapping[str, HandoffTarget]
    passed: PassedHandoffs
    book: HandoffBook
    lines: Lines
    locks: Locks
    facts: Facts
    clock: Clock
    packet_of: Callable[[str], Awaitable[dict[str, Any] | None]]
    arriving: Arriving
    losing: Losing
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def desks(self) -> Mapping[str, HandoffTarget]:
        """By name."""
        return {desk.name: desk for desk in self.by_queue.values()}

    async def look(self) -> int:
        """Pass on what is new, and go on with what is there; how many handoffs were passed on."""
        waiting = await self.book.handoffs.listing() if self.by_queue else []
        begun = [await self.begin(handoff) for handoff in waiting]
        live = await self.passed.live()
        await asyncio.gather(*(self.advance(one.handoff_id) for one in live))
        return sum(begun)

    async def begin(self, handoff: Handoff) -> bool:
        """Note that a desk is to have it, once, where its queue has one and nobody here has taken it."""
        desk = self.by_queue.get(handoff.queue)
        if desk is None or not handoff.open or handoff.agent is not None or await self.passed.get(handoff.id) is not None:
            return False
        await self.passed.create(Passed(handoff_id=handoff.id, desk=desk.name, state=PassedState.OPENING, since=self.clock()))
        return True

    async def advance(self, handoff_id: str, *, news: bool = False) -> None:
        """All that is due of one; ``news``: they said that something happened there."""
        async with self.locks.hold(f"passed:{handoff_id}"), self.turns:  # who waits for the same handoff takes no turn
            passed, handoff = await self.passed.get(handoff_id), await self.book.handoffs.get(handoff_id)
            if passed is None or handoff is None or not due(passed, self.clock()):
                return
            desk = self.desks.get(passed.desk)
            if passed.state is PassedState.OVER:
                await self._after_the_end(desk, passed, news=news)
                return
            if desk is None:
                await self._without(passed, handoff)
                return
            try:
                await self._advance(desk, passed, handoff, news=news)
            except SendError as error:
                await self._failed(desk, handoff, error)

    async def _without(self, passed: Passed, handoff: Handoff) -> None:
        """The desk was taken out of the settings: nobody can be told, and whoever is with an agent of theirs is ours."""
        if passed.state is not PassedState.ENDING and handoff.open:
            await self.losing.lose(passed, handoff, passed.desk, NOT_SET)
        await self.passed.update(handoff.id, lambda now: replace(now, state=PassedState.OVER, why=now.why or CLOSED))

    async def _advance(self, desk: HandoffTarget, passed: Passed, handoff: Handoff, *, news: bool) -> None:
        if passed.state is PassedState.OPENING:
            passed = await self._opened(desk, passed, handoff)
        if passed.state is PassedState.THERE and desk.polls:
            passed = await self._read(desk, passed, news=news)
        if passed.state is PassedState.THERE:
            passed = await self._said(desk, passed, handoff)
            passed = await self._over_here(passed)
        if passed.state is PassedState.ENDING:
            await self._ended(desk, passed, handoff)

    async def _opened(self, desk: HandoffTarget, passed: Passed, handoff: Handoff) -> Passed:
        """They have it, with everything; what the customer wrote until now is in the packet."""
        if not handoff.open or (handoff.agent and desk_of(handoff.agent) != desk.name):
            left = PassedState.ENDING if passed.begun else PassedState.OVER
            return await self._keep(passed, replace(passed, state=left, why=TAKEN_BACK if handoff.open else CLOSED))
        again, passed = bool(passed.begun), await self._begun(desk, passed, handoff)
        packet = await self.packet_of(handoff.id)
        ref = await desk.open(handoff, packet or {}, again=again)
        there = replace(well(passed), state=PassedState.THERE, ref=ref)
        passed, moment = await self._keep(passed, there), self.clock()
        await self.facts.append([told.passed(handoff, desk.name, told.OPENED, moment)])
        sentence = f"Passed on to {desk.title}" + (f" ({ref})" if ref != handoff.id else "") + "."
        await self.book.change(handoff.id, lambda now: noted(now, desk.title, sentence, moment))
        return passed

    async def _begun(self, desk: HandoffTarget, passed: Passed, handoff: Handoff) -> Passed:
        """From here on it may be there, with what was written until this first try: of a repeat they may see nothing. Who knows
        it by our id may speak of it before our request is answered."""
        if passed.begun:
            return passed
        known = tuple(words.id for words in await self._words(handoff))[-REMEMBERED:]
        return await self._keep(passed, replace(passed, begun=OPEN, given=known, ref=handoff.id if desk.same_ref else ""))

    async def _read(self, desk: HandoffTarget, passed: Passed, *, news: bool) -> Passed:
        """What happened there."""
        moment = self.clock()
        if not news and passed.looked_at and moment - passed.looked_at < LOOK_AGAIN:
            return passed
        found = await desk.news(passed.ref, passed.seen)
        for one in found.happened:
            await self._taken(desk, passed, one)
        return await self._keep(passed, replace(passed, seen=found.seen or passed.seen, looked_at=moment))

    async def _after_the_end(self, desk: HandoffTarget | None, passed: Passed, *, news: bool) -> None:
        """An agent there who still writes is told that nobody reads it; all else there is of no concern to anybody, and some
        of it is our own doing (``end``, ``tell``)."""
        if not (news and desk is not None and desk.polls and passed.ref):
            return
        with suppress(SendError):
            found = await desk.news(passed.ref, passed.seen)
            for one in found.happened:
                if isinstance(one, Wrote):
                    await self._taken(desk, passed, one)
            await self._keep(passed, replace(passed, seen=found.seen or passed.seen, looked_at=self.clock()))

    async def _taken(self, desk: HandoffTarget, passed: Passed, one: Happened) -> None:
        """Done, once; the agent there is told when it is not."""
        if one.id in passed.heard:
            return
        if sentence := await self.arriving.take(passed, one):
            await desk.tell(passed.ref, sentence)

    async def _said(self, desk: HandoffTarget, passed: Passed, handoff: Handoff) -> Passed:
        """Each of the customer's messages that they do not have."""
        for words in await self._words(handoff):
            if words.id in passed.given:
                continue
            again, passed = passed.begun == words.id, await self._keep(passed, replace(passed, begun=words.id))
            try:
                await desk.say(passed.ref, words, again=again)
            except SendError as error:
                if error.failure is not SendFailure.REFUSED:
                    raise
                await self.losing.not_taken(handoff, desk, words, error)
            given = (*passed.given, words.id)[-REMEMBERED:]
            passed = await self._keep(passed, replace(well(passed), given=given))
        return passed

    async def _over_here(self, passed: Passed) -> Passed:
        """Closed, or somebody of ours has it: they are to be told."""
        now = await self.book.get(passed.handoff_id)
        if not now.open:
            return await self._keep(passed, replace(passed, state=PassedState.ENDING, why=CLOSED))
        if now.agent and desk_of(now.agent) != passed.desk:
            return await self._keep(passed, replace(passed, state=PassedState.ENDING, why=TAKEN_BACK))
        return passed

    async def _ended(self, desk: HandoffTarget, passed: Passed, handoff: Handoff) -> None:
        if passed.why == LOST:
            await self.losing.ours(passed, desk.title, passed.error)
        now = await self.book.get(handoff.id)
        if passed.begun == OPEN and not passed.ref:
            passed = await self._keep(passed, replace(passed, ref=await desk.find(now) or ""))
        if passed.ref:
            await desk.end(passed.ref, now, passed.why)
        await self._keep(passed, replace(well(passed), state=PassedState.OVER))
        await self.facts.append([told.passed(handoff, desk.name, told.OVER, self.clock(), why=passed.why)])

    async def _failed(self, desk: HandoffTarget, handoff: Handoff, error: SendError) -> None:
        """Tried again later; or our own desk has it, and they are told when they are back."""
        moment = self.clock()
        after = await self.passed.update(handoff.id, lambda now: failed(now, error, moment))
        if after is None:
            return
        hopeless = error.failure in (SendFailure.ACCOUNT, SendFailure.REFUSED)
        if after.state is PassedState.ENDING and given_up(after, moment):
            await self.passed.update(handoff.id, lambda now: replace(now, state=PassedState.OVER))
        elif after.state is not PassedState.ENDING and (hopeless or given_up(after, moment)):
            await self.losing.lose(after, handoff, desk.title, error.reason)

    async def _words(self, handoff: Handoff) -> list[Words]:
        """What the customer wrote for whoever has this handoff, lately, oldest first."""
        page = await self.lines.page(handoff.conversation_id, None, EVENTS)
        found: list[Words] = []
        for event in page.events:
            said = transcript.lines([event]) if _is_for(handoff, event) else ()
            if said and event.get("message_id"):
                line = said[0]
                found.append(Words(str(event["message_id"]), line.at, line.text, line.channel or ChannelName.WEB, line.media))
        return found

    async def _keep(self, was: Passed, now: Passed) -> Passed:
        """What this step alone has changed: what came meanwhile (``heard``, ``refused``) stays."""
        return await self.passed.update(was.handoff_id, lambda kept: replace(now, heard=kept.heard, refused=kept.refused)) or now


def _is_for(handoff: Handoff, event: Mapping[str, Any]) -> bool:
    """Its mark says so, not its time: that is when the message came, which may be before the turn that asked for a person was
    done. Lines that have no mark were kept by the gateway itself, or before there were marks."""
    told = event.get("metadata") or {}
    if mark := told.get("handoff"):
        return bool(mark == handoff.id)
    return bool(told.get("to_person")) and float(event.get("timestamp") or 0) >= handoff.opened_at.timestamp()
