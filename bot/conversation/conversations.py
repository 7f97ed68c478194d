"""The heart: who owns the conversation, replies or a handoff. ``bot.conversation.once`` sees to it that each message has one
turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import directives
from bot.conversation.answering import Answering
from bot.conversation.assistant import Assistant
from bot.conversation.escalation import Escalation
from bot.conversation.once import Deliver, TakingTurns, by_the_caller
from bot.conversation.turn import Turn
from bot.conversation.with_person import WithPerson
from bot.handoff.hand_back import HandingBack, belongs
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.reach import takes_words
from bot.model import Address, CallState, Handoff, InboundMessage, Kind
from bot.ports import Calls, Clock, Contacts, TurnResult
from bot.ports.stores import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """``bot.ports.Conversations``: every customer's words come through here."""

    turns: TakingTurns
    answering: Answering
    with_a_person: WithPerson
    escalation: Escalation
    assistant: Assistant
    handing_back: HandingBack
    handoffs: HandoffBook
    contacts: Contacts
    calls: Calls
    links: Links
    clock: Clock

    async def receive(self, message: InboundMessage, deliver: Deliver = by_the_caller) -> TurnResult:
        """One turn; ``deliver`` takes its result in the same write that keeps it. Raises TurnPostponed (text channels only)
        and StoreUnavailable."""
        if message.hand_back:
            return await self.turns.once(message, self._hand_back, ours=True, deliver=deliver)
        colleague = message.entry is not None and message.entry.kind is Kind.ECHO
        return await self.turns.once(message, self.answering.answer, ours=colleague, deliver=deliver)

    async def with_person(self, sender: Address) -> bool:
        """Whether a person has this sender's conversation now. A look, not a promise: the turn looks again, under its lock."""
        place = self.contacts.guess(sender)
        if place is None and (contact := await self.contacts.find(sender)):
            place = contact.conversation_id
        return place is not None and await self.handoffs.open_for(place) is not None

    async def call_started(self, message: InboundMessage) -> TurnResult:
        """The greeting of a call, or the thread picked up where it was left."""

        async def greet(turn: Turn) -> None:
            if turn.handoff and message.call_sid:
                turn.handoff = await self.handoffs.on_call(turn.handoff.id, message.call_sid)
            else:
                await self.assistant.say(turn, payload="/call_started", ours=True)

        return await self.turns.once(message, greet)

    async def wishes(self, message: InboundMessage, payload: str, shown: str) -> TurnResult:
        """A wish that the channel itself understood (a key for the main menu), shown in the transcript as ``shown``."""

        async def pass_on(turn: Turn) -> None:
            if turn.handoff:
                await self.with_a_person.to_person(turn)
            else:
                await self.assistant.say(turn, payload=payload, shown=shown)

        return await self.turns.once(message, pass_on)

    async def wants_person(self, message: InboundMessage, reason: str) -> TurnResult:
        """Open a handoff without asking the assistant."""

        async def hand_over(turn: Turn) -> None:
            await self.escalation.hand_over(turn, directives.Handoff(reason))

        return await self.turns.once(message, hand_over)

    async def caller_returned(self, message: InboundMessage, outcome: str) -> TurnResult:
        """The caller is back from the queue or from the agent; the bot has the next turn."""

        async def take_back(turn: Turn) -> None:
            call = await self.calls.get(message.call_sid) if message.call_sid else None
            own = call.handoff_id if call else None
            if turn.handoff and own and turn.handoff.id != own and message.call_sid:  # joined with one that goes on
                turn.handoff = await self.handoffs.on_call(turn.handoff.id, message.call_sid)
                return
            if turn.handoff:
                own = (await self.handoffs.close(turn.handoff.id, outcome)).id
                turn.handoff = None
            await self._back_on_the_phone(turn, own, outcome)

        return await self.turns.once(message, take_back)

    async def code_lost(self, message: InboundMessage) -> TurnResult:
        """The code that a caller waits for did not arrive: another way is offered."""

        async def speak(turn: Turn) -> None:
            await self.assistant.say(turn, payload="/code_not_sent", ours=True)

        return await self.turns.once(message, speak)

    async def call_ended(self, sid: str) -> None:
        """The caller is gone; an open handoff stays in the queue."""
        moment = self.clock()
        over = await self.calls.update(sid, lambda now: replace(now, state=CallState.ENDED, ended_at=now.ended_at or moment))
        if over is not None and (handoff := await self.handoffs.open_for(over.conversation_id)):
            await self.handoffs.off_call(handoff.id, sid)
        if over is not None and over.handoff_id:
            await self.handing_back.hung_up(over.handoff_id)

    async def _hand_back(self, turn: Turn) -> None:
        """An agent is done: the bot has the turn. Who takes no words of ours gets none, and nothing is on offer to them; the
        assistant has noted it all the same."""
        handoff = await self.handing_back.due(turn.message)
        if handoff is None or not await self._still_theirs(turn, handoff):
            return
        await self.assistant.give_back(turn, handoff.outcome or "")
        if not takes_words(turn.message.channel, turn.message.sender, turn.contact):
            turn.replies.clear()

    async def _still_theirs(self, turn: Turn, handoff: Handoff) -> bool:
        links = await self.links.of(turn.contact.id)
        return belongs(handoff, turn.contact, frozenset(link.before[0].id for link in links if link.undone_at is None))

    async def _back_on_the_phone(self, turn: Turn, handoff_id: str | None, outcome: str) -> None:
        """As ``_hand_back``, for a caller who is there; who was told by message already is greeted."""
        mine = await self.handing_back.taken(handoff_id, turn.message.id) if handoff_id else None
        if mine is None and handoff_id:
            await self.assistant.say(turn, payload="/call_started", ours=True)
            return
        await self.assistant.give_back(turn, (mine.outcome if mine else None) or outcome)
        if mine and not turn.asked:
            await self.handing_back.given_up(mine.id, turn.message.id)
