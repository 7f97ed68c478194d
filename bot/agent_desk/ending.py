"""How a conversation with a person ends: closed with an outcome, written up later, opened again; notes and reminders."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.agent_desk.telling import Telling
from bot.door.outgoing import unreadable
from bot.handoff.hand_back import HandingBack
from bot.handoff.holding import holding
from bot.handoff.notes import clean_note, noted
from bot.handoff.states import REOPENED, again
from bot.model import ChannelName, Closing, Handoff, HandoffState
from bot.model.queues import Queues
from bot.ports import AlreadyAccepted, HandoffRefused, SendError, Telephone
from bot.ports.stores import Locks
from bot.transcript import continuity

NOT_ON_THE_LIST = "Choose how it ended."
LONGEST_REMINDER = timedelta(days=366)
WRITE_UP_FOR = timedelta(minutes=30)
"""So long an agent is asked to write up a talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Each raises HandoffRefused with a sentence, or StoreUnavailable."""

    telling: Telling
    locks: Locks
    handing_back: HandingBack
    telephone: Telephone
    queues: Queues

    async def close(self, handoff_id: str, agent: str, agreed: str, closing: Closing | None) -> None:
        """Give the conversation back to the bot, which has the next turn. Where the agent's phone was hung up first, the caller
        is with it already: they are told what was agreed all the same. Nothing agreed: they hear that it is the assistant."""
        book = self.telling.handoffs
        await self._closable(handoff_id, agent)
        agreed = unreadable(agreed)[0].strip()
        if not agreed and closing is None:
            raise HandoffRefused(NOT_ON_THE_LIST)
        async with holding(handoff_id, book, self.locks):
            handoff = await book.closable_by(handoff_id, agent)
            ended = self._checked(handoff, closing)
            if handoff.open or agreed:
                await self.handing_back.promise(handoff, agreed, agent, f"closed:{agent}", ended)
            closed = await book.close(handoff_id, agreed, by=agent, closing=ended)
        if handoff.channel is ChannelName.VOICE:
            with suppress(SendError):  # the talk is over already, or ends when somebody hangs up
                await self.telephone.finish(closed, agreed)

    async def look(self) -> int:
        """What nobody wrote up in time is closed without; how many."""
        book, moment = self.telling.handoffs, self.telling.clock()
        found = [one for one in await book.handoffs.unwritten() if _late(one, moment)]
        for one in found:
            await book.change(one.id, lambda now: replace(now, state=HandoffState.CLOSED) if _late(now, moment) else now)
        return len(found)

    async def reopen(self, handoff_id: str, agent: str) -> None:
        """It is this agent's again, unless another handoff owns the conversation; the assistant's open question is over."""
        book, moment = self.telling.handoffs, self.telling.clock()

        def mine(now: Handoff) -> Handoff:
            if now.open:
                raise HandoffRefused("This conversation is open already.")
            return again(noted(now, agent, _as_it_ended(now), moment, REOPENED), agent, moment)

        async with holding(handoff_id, book, self.locks) as handoff:
            known = await self.telling.contacts.of_conversation(handoff.conversation_id)
            if known is None or handoff.handed_back.startswith("h_"):
                raise HandoffRefused("This conversation went on in another one of the same customer: open that one.")
            after = await book.change(handoff_id, mine)
            left = continuity.emptying((), form=True)
            await self.telling.lines.keep(after.conversation_id, left, about=f"{after.id}#reopened:{after.reopened}", again=True)

    async def note(self, handoff_id: str, agent: str, text: str) -> None:
        """For colleagues; anybody of them may write one, whoever has the conversation."""
        words, moment = clean_note(text), self.telling.clock()
        if not words:
            raise HandoffRefused("Write a note first.")
        await self.telling.handoffs.change(handoff_id, lambda now: noted(now, agent, words, moment))

    async def reminded(self, handoff_id: str, agent: str) -> None:
        """Whose reminder it is, is done with it."""

        def done(now: Handoff) -> Handoff:
            if now.open or now.closing is None or now.agent != agent:
                raise HandoffRefused("There is no reminder of yours.")
            return replace(now, closing=replace(now.closing, remind_at=None))

        await self.telling.handoffs.change(handoff_id, done)

    async def _closable(self, handoff_id: str, agent: str) -> None:
        try:
            await self.telling.handoffs.closable_by(handoff_id, agent)
        except AlreadyAccepted as taken:
            raise await self.telling.named(taken) from taken

    def _checked(self, handoff: Handoff, closing: Closing | None) -> Closing | None:
        """What may be kept of it."""
        if closing is None:
            return None
        at, moment = closing.remind_at, self.telling.clock()
        if at is not None and not moment < at <= moment + LONGEST_REMINDER:
            raise HandoffRefused("Choose a time for the reminder within the next year.")
        if closing.code not in self.queues.endings(handoff.queue):
            raise HandoffRefused(NOT_ON_THE_LIST)
        return replace(closing, note=clean_note(closing.note), intent=closing.intent.strip()[:80])


def _late(handoff: Handoff, moment: datetime) -> bool:
    ended = handoff.closed_at
    return handoff.state is HandoffState.WRAP_UP and ended is not None and moment - ended >= WRITE_UP_FOR


def _as_it_ended(handoff: Handoff) -> str:
    """What a note says of the end that is none any more."""
    closing = handoff.closing or Closing()
    return " | ".join(part for part in (closing.code, handoff.outcome or "", closing.note) if part)
