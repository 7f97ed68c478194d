"""A customer's words while a person owns the conversation, and the choices of one whom nobody has answered yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.conversation import offers
from bot.conversation.assistant import Assistant
from bot.conversation.escalation import Escalation
from bot.conversation.turn import Turn, words
from bot.conversation.turn_log import TurnLog
from bot.handoff.availability import ALONE, CALL_ME, Staffing
from bot.handoff.lifecycle import INBOX, HandoffBook
from bot.handoff.states import ended
from bot.handoff.wait_answers import Waiting
from bot.identity.one_time_codes import without_code
from bot.identity.proof import Identity
from bot.identity.second_factor import Pins
from bot.menus.answers import Choice, Picked
from bot.model import Callback, ChannelName, Handoff
from bot.model.handoffs import Told
from bot.ports import Clock
from bot.ports.stores import Menus
from bot.transcript import continuity
from bot.transcript import lines as transcript
from bot.transcript.log import BESIDE_AN_AGENT, Lines

ENDED = "The customer ended the chat"
TOLD_AGAIN = timedelta(minutes=10)
"""Who waits, and writes after so long, is told once more that it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithPerson:
    """Keeps the line for the agent; the assistant is silent. Methods raise StoreUnavailable."""

    assistant: Assistant
    escalation: Escalation
    log: TurnLog
    lines: Lines
    handoffs: HandoffBook
    identity: Identity
    pins: Pins
    menus: Menus
    clock: Clock
    staffing: Staffing | None = None
    waiting: Waiting | None = None

    async def to_person(self, turn: Turn) -> None:
        """Keep the line, show the agent, and be silent. Precondition: a handoff is open."""
        assert turn.handoff is not None
        if await self.identity.one_time_codes.expects(turn.contact, turn.message):
            await self.pins.hide(turn.message)
            turn.message = without_code(turn.message)
        line, turn.unsaved = transcript.user_event(turn.message, words(turn.message), turn.handoff.id), True
        await self.lines.keep(turn.contact.conversation_id, [line], about=turn.message.id, again=turn.again)
        turn.handoff = await self.handoffs.is_back(turn.handoff)
        await self.handoffs.new_line(turn.handoff)
        await self.lines.try_flush(turn.contact.conversation_id, BESIDE_AN_AGENT)

    async def answer(self, turn: Turn, handoff: Handoff) -> None:
        """Words for a person; while nobody has accepted yet, also a choice between waiting and other ways, a question about
        the wait, or a "never mind": those two are answered although the line is the agent's as well, and so is the first line on
        another channel, or after long."""
        if offers.ends(turn.message) and await self._ended(turn, handoff):
            return
        if not handoff.waits or turn.message.channel is ChannelName.VOICE:
            await self.to_person(turn)
            return
        choice = await offers.chosen(self.menus, turn)
        if await self._goes_on_alone(turn, self._alone_words(turn, choice)) or await self._to_be_called(turn, choice):
            return
        await self.to_person(turn)
        still = turn.handoff if turn.handoff and turn.handoff.waits else None
        if still is None or self.waiting is None or not turn.within_limits:
            return
        if self.waiting.about.asks(turn.message.text):
            await self.escalation.tell_wait(turn, self.waiting)
        elif self.waiting.about.given_up(turn.message.text) or self._left_in_doubt(turn, still):
            await self.log.reply(turn, await self.waiting.still(turn.message, turn.contact, still))
            told = Told(turn.message.channel, self.clock())
            turn.handoff = await self.handoffs.change(still.id, lambda now: replace(now, told=told))

    async def over(self, turn: Turn) -> None:
        """The customer ends the chat: the assistant takes note and is silent, what it had open is closed."""
        await self.assistant.give_back(turn, "", turn.message.text)
        turn.replies.clear()
        await self.log.say(turn, "utter_chat_ended")

    async def _ended(self, turn: Turn, handoff: Handoff) -> bool:
        """The customer leaves the line, or the person, who may still write up how it ended. A call, or one that was asked for, is
        not ended by a page: then it is words for whoever has it."""

        def over(now: Handoff) -> Handoff:
            if not now.open or now.call_sid or now.callback:
                return now
            alone = now.agent in (None, INBOX)
            return ended(replace(now, handed_back=turn.message.id), self.clock(), ENDED if alone else "", written_up=alone)

        turn.handoff = await self.handoffs.change(handoff.id, over)
        if turn.handoff.open:
            return False
        turn.handoff = None
        await self.over(turn)
        return True

    def _left_in_doubt(self, turn: Turn, handoff: Handoff) -> bool:
        """Whether who writes cannot know that their words wait: they were told so on another channel, or long ago."""
        last = handoff.told_last
        return last.channel is not turn.message.channel or self.clock() - last.at >= TOLD_AGAIN

    async def joined(self, turn: Turn, handoff: Handoff) -> None:
        """A code was right, and a person has, or is asked for, what it joined: why no assistant answers is said, and the
        assistant's question for the code is over, or it would take the agent's close for its answer."""
        left = continuity.emptying((), form=True)
        await self.lines.add(turn.contact.conversation_id, left, about=f"{turn.message.id}#left", again=turn.again)
        turn.unsaved = True
        if turn.message.channel is not ChannelName.VOICE:
            await self.escalation.waits(turn, handoff)

    async def _to_be_called(self, turn: Turn, choice: Choice | None) -> bool:
        """A customer whom nobody had answered yet chose to be called: a colleague does, from their place on the desk."""
        if turn.handoff is None or not isinstance(choice, Picked) or choice.option.payload != CALL_ME or self.staffing is None:
            return False
        number, moment = self.staffing.number(turn.contact, turn.message.sender), self.clock()
        if number is None:  # it was proved when it was offered, and is not any more
            return False

        def asked(now: Handoff) -> Handoff:
            wanted = now.waits and now.callback is None
            return replace(now, callback=Callback(number.value, moment)) if wanted else now

        turn.handoff = await self.handoffs.change(turn.handoff.id, asked)
        if not turn.handoff.waits:  # an agent has accepted it meanwhile
            return False
        await self.log.heard(turn, choice.option.title)
        await self.log.say(turn, "utter_staff_call_kept", last2=number.value[-2:])
        return True

    def _alone_words(self, turn: Turn, choice: Choice | None) -> str:
        """What a customer chose or wrote who goes on without a person; empty for all else."""
        if isinstance(choice, Picked):
            return choice.option.title if choice.option.payload == ALONE else ""
        text = turn.message.text
        asks = self.waiting is not None and turn.within_limits and self.waiting.about.goes_on_alone(text)
        return text if asks else ""

    async def _goes_on_alone(self, turn: Turn, said: str) -> bool:
        """A customer whom nobody had answered yet ``said`` that they go on without: the assistant has the next turn."""
        if turn.handoff is None or not said:
            return False
        closed = await self.handoffs.change(turn.handoff.id, self._alone)
        if closed.open:  # an agent has accepted it meanwhile
            turn.handoff = closed
            return False
        turn.handoff = None
        await self.assistant.give_back(turn, "", said)
        return True

    def _alone(self, now: Handoff) -> Handoff:
        """Closed by the customer, who was not answered yet. Who holds the line leaves it on the phone alone."""
        if not now.waits or now.call_sid:
            return now
        return ended(now, self.clock(), "The customer went on without a person", written_up=True)
