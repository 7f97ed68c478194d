"""A conversation goes to a person: the handoff is opened, and a customer who writes is told of the wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from bot import directives
from bot.conversation.turn import Turn, seen
from bot.conversation.turn_log import TurnLog
from bot.handoff.availability import Staffing
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.wait_answers import Waiting
from bot.model import CallState, ChannelName, Handoff, InboundMessage, Reply
from bot.ports import Calls, Contacts
from bot.transcript.notice import worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Opens a handoff and says what comes next. Methods raise StoreUnavailable."""

    contacts: Contacts
    handoffs: HandoffBook
    calls: Calls
    log: TurnLog
    staffing: Staffing | None = None
    waiting: Waiting | None = None

    async def hand_over(self, turn: Turn, wanted: directives.Handoff, *, shown: str | None = None) -> None:
        """Open it; ``shown``: the customer's line, where the assistant has not kept it."""
        await self.note_sender(turn)
        if shown:
            await self.log.heard(turn, shown)
        call_sid = await self._live_call(turn.message)
        handoff = await self.handoffs.open(turn.contact, replace(turn.message, call_sid=call_sid), wanted, turn.proof)
        turn.escalated = True
        if not handoff.open:  # this message had opened it before its worker died, and by now a person has closed it
            return
        turn.handoff = handoff
        if turn.message.channel is not ChannelName.VOICE:
            await self.waits(turn, turn.handoff)

    async def note_sender(self, turn: Turn) -> None:
        """Before an agent hears of the message: the answer goes to where the customer wrote last. Mostly it is noted at the
        turn's end, with all the rest."""
        await self.contacts.update(turn.contact.id, partial(seen, message=turn.message))

    async def waits(self, turn: Turn, handoff: Handoff) -> None:
        """Say the place in line; or, when nobody answers just now, when somebody will, and the way on without."""
        if not handoff.waits:
            await self.log.say(turn, "utter_agent_has_it")
            return
        nobody = await self._nobody(turn, handoff)
        await self.log.reply(turn, nobody or await self._in_line(turn, handoff))

    async def _in_line(self, turn: Turn, handoff: Handoff) -> Reply:
        """The place, and how long it takes where that is known."""
        place, channel = await self.handoffs.place(handoff), turn.message.channel
        said = worded(self.log.wording, "utter_handoff_waiting", channel, place=place)
        wait = await self.waiting.expected(channel, handoff.queue, place) if self.waiting else ""
        return replace(said, text=f"{said.text} {wait}") if wait else said

    async def tell_wait(self, turn: Turn, waiting: Waiting) -> Reply:
        """Say how long it takes until a person answers, as things are now."""
        told = await waiting.told(turn.message, turn.contact, turn.handoff)
        await self.log.reply(turn, told)
        return told

    async def _nobody(self, turn: Turn, handoff: Handoff) -> Reply | None:
        if self.staffing is None:
            return None
        return await self.staffing.told(handoff, turn.message.channel, turn.contact, turn.message.sender)

    async def _live_call(self, message: InboundMessage) -> str | None:
        """The message's call, unless the caller hung up while the turn was on its way."""
        call = await self.calls.get(message.call_sid) if message.call_sid else None
        return message.call_sid if call is None or call.state is not CallState.ENDED else None
