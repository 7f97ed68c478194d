"""The heart: who owns the conversation, replies or a handoff. ``bot.taking_turns`` sees to it that each message has one turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import directives, offers, transcript
from bot.choosing import Late, Picked, Turned, Unclear
from bot.factor import MASK, PinCheck
from bot.identity import CodeCheck
from bot.keywords import Keywords
from bot.linking import Linking, Wish, wish_of
from bot.model import CallState, ChannelName, Contact, HandoffState, InboundMessage, Proof, Reply
from bot.ports import DialogueUnavailable, TurnResult
from bot.speaking import PERSON
from bot.staffing import ALONE
from bot.taking_turns import TURNS_PER_SENDER, Deliver, TakingTurns, by_the_caller
from bot.turn import Turn, words

PIN_KEYED = "/inform"
"""What the assistant is told instead of a PIN; what was found is in the metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations(TakingTurns):
    """``bot.ports.Conversations``: every customer's words come through here."""

    keywords: Keywords
    linking: Linking

    async def receive(self, message: InboundMessage, deliver: Deliver = by_the_caller) -> TurnResult:
        """One turn; ``deliver`` takes its result in the same write that keeps it. Raises TurnPostponed (text channels only)
        and StoreUnavailable."""
        return await self._once(message, self._answer, deliver=deliver)

    async def call_started(self, message: InboundMessage) -> TurnResult:
        """The greeting of a call, or the thread picked up where it was left."""

        async def greet(turn: Turn) -> None:
            if turn.handoff:
                turn.handoff = await self.handoffs.on_call(turn.handoff, message.call_sid)
            else:
                await self._say(turn, payload="/call_started", ours=True)

        return await self._once(message, greet)

    async def wishes(self, message: InboundMessage, payload: str, shown: str) -> TurnResult:
        """A wish that the channel itself understood (a key for the main menu), shown in the transcript as ``shown``."""

        async def pass_on(turn: Turn) -> None:
            if turn.handoff:
                await self._to_person(turn)
            else:
                await self._say(turn, payload=payload, shown=shown)

        return await self._once(message, pass_on)

    async def wants_person(self, message: InboundMessage, reason: str) -> TurnResult:
        """Open a handoff without asking the assistant."""

        async def hand_over(turn: Turn) -> None:
            await self._hand_over(turn, directives.Handoff(reason))

        return await self._once(message, hand_over)

    async def caller_returned(self, message: InboundMessage, outcome: str) -> TurnResult:
        """The caller is back from the queue or from the agent; the bot has the next turn."""

        async def take_back(turn: Turn) -> None:
            agreed = outcome
            if turn.handoff:
                await self.handoffs.close(turn.handoff, outcome)
                turn.handoff = None
            elif turn.message.call_sid:
                agreed = await self._last_outcome(turn.message.call_sid) or outcome
            await self._give_back(turn, agreed)

        return await self._once(message, take_back)

    async def handed_back(self, message: InboundMessage, outcome: str) -> TurnResult:
        """An agent closed a handoff: the bot has the next turn on the customer's channel."""

        async def speak(turn: Turn) -> None:
            await self._give_back(turn, outcome)

        return await self._once(message, speak, ours=True)

    async def call_ended(self, sid: str) -> None:
        """The caller is gone; an open handoff stays in the queue."""
        call = await self.calls.get(sid)
        if call is None or call.state is CallState.ENDED:
            return
        await self.calls.save(replace(call, state=CallState.ENDED, ended_at=self.clock()))
        handoff = await self.handoffs.open_for(call.conversation_id)
        if handoff and handoff.call_sid == sid:
            await self.handoffs.on_call(handoff, None)

    # -- what is done with a message ------------------------------------------------------------------------------

    async def _answer(self, turn: Turn) -> None:
        if notice := await self.keywords.handle(turn.contact, turn.message):
            turn.contact = notice.contact
            turn.replies.extend(notice.replies)
            return
        if await self._own_wish(turn):
            return
        if turn.handoff:
            waits = turn.handoff.state is HandoffState.WAITING and turn.message.channel is not ChannelName.VOICE
            if not (waits and await self._goes_on_alone(turn, await offers.chosen(self.menus, turn))):
                await self._to_person(turn)
            return
        if not await self._within_limits(turn):
            return
        if await self._check_pin(turn):
            await self._say(turn, payload=PIN_KEYED, shown=MASK)
            return
        if self._unreadable(turn.message):
            turn.replies.append(Reply(self.wording.say("utter_not_readable", turn.message.channel)))
            return
        match await offers.chosen(self.menus, turn):
            case Picked(option) if option.payload == PERSON:
                await self._hand_over(turn, directives.Handoff("The assistant could not answer"), shown=option.title)
            case Picked(option) if option.payload == ALONE:  # the wait is over already
                await self._add_line(turn, transcript.user_event(turn.message, option.title))
                await self._give_back(turn, "")
            case Picked(option):
                await self._say(turn, payload=option.payload, shown=option.title)
            case None:
                await self._understand(turn)
            case other:
                await self._ask_back(turn, other)

    async def _understand(self, turn: Turn) -> None:
        """The message is speech, or holds a one-time code."""
        await self._check_code(turn)
        if turn.handoff:
            await self._to_person(turn)
        elif not turn.replies:
            await self._say(turn)
        if turn.linked:
            await self._tell_of_link(turn)

    async def _ask_back(self, turn: Turn, choice: Turned | Unclear | Late) -> None:
        """The menu's next page, which of two was meant, or that the question is over: nothing for the assistant."""
        name, offered, turn.first = offers.again(choice)
        await self._add_line(turn, transcript.user_event(turn.message, words(turn.message)))
        await self._notice(turn, self.wording.say(name, turn.message.channel))
        turn.replies[-1] = offers.with_options(turn.replies[-1], offered)

    async def _within_limits(self, turn: Turn) -> bool:
        """A flood is kept for the transcript and told off once a minute; it gets no turns."""
        sender, codes = turn.message.sender, self.identity.codes
        if turn.within_limits:
            return True
        await self._add_line(turn, transcript.user_event(turn.message, words(turn.message)))
        if await codes.allow(f"too_fast:{sender}", 1, TURNS_PER_SENDER[1]):
            turn.replies.append(Reply(self.wording.say("utter_too_fast", turn.message.channel)))
        return False

    @staticmethod
    def _unreadable(message: InboundMessage) -> bool:
        return bool(message.media) and not message.text.strip()

    async def _check_code(self, turn: Turn) -> None:
        """A code that came back may join this contact into another: go on in that conversation."""
        try:
            turn.code, joined = await self.identity.check(turn.contact, turn.message)
        except DialogueUnavailable as error:
            await self._unreachable(turn, error)
            return
        if turn.code is not CodeCheck.ACCEPTED:
            return
        if turn.held and joined.conversation_id != turn.contact.conversation_id:
            turn.linked = True
            await turn.held.enter_async_context(self.locks.hold(joined.conversation_id))
        turn.contact, turn.unsaved = joined, True
        turn.proof = max(turn.proof, Proof.POSSESSED)
        turn.handoff = await self.handoffs.open_for(joined.conversation_id)

    async def _own_wish(self, turn: Turn) -> bool:
        """A customer undoes a link, or signs out, in words that mean nothing else; also while a person owns it."""
        match wish_of(turn.message):
            case Wish.UNLINK if link := await self.linking.may_undo(turn.contact):
                try:
                    await self.linking.undo(turn.contact, link, str(turn.message.sender))
                except DialogueUnavailable as error:
                    await self._unreachable(turn, error)
                    return True
                await self.linking.tell_elsewhere(link, "utter_unlinked_elsewhere", turn.message.id)
                await self._moved(turn, await self.contacts.find_or_create(turn.message.sender), "utter_unlinked")
            case Wish.SIGN_OUT if turn.message.channel is not ChannelName.VOICE:
                await self._moved(turn, await self.contacts.detach(turn.message.sender), "utter_signed_out")
            case _:
                return False
        return True

    async def _moved(self, turn: Turn, contact: Contact, sentence: str) -> None:
        """The sender has another conversation from now on."""
        turn.contact, turn.handoff, turn.proof, turn.unsaved = contact, None, Proof.CLAIMED, True
        if turn.held:
            await turn.held.enter_async_context(self.locks.hold(contact.conversation_id))
        await self._notice(turn, self.wording.say(sentence, turn.message.channel))
        turn.replies[-1] = replace(turn.replies[-1], response=sentence)

    async def _tell_of_link(self, turn: Turn) -> None:
        if link := await self.linking.latest(turn.contact):
            await self._notice(turn, self.wording.say("utter_linked", turn.message.channel))
            await self.linking.tell_elsewhere(link, "utter_linked_elsewhere", turn.message.id)

    async def _check_pin(self, turn: Turn) -> bool:
        """A PIN that was asked for: taken out of the message before anything is kept."""
        if not turn.pin_due:
            return False
        turn.pin, turn.message = await self.pins.take(turn.contact, turn.message, turn.proof)
        if turn.pin is PinCheck.ACCEPTED:
            turn.proof = Proof.PROVEN
        return turn.pin is not PinCheck.NONE

    async def _to_person(self, turn: Turn) -> None:
        """A person owns it: keep the line, show the agent, and be silent."""
        assert turn.handoff is not None
        await self._add_line(turn, transcript.user_event(turn.message, words(turn.message)))
        await self.handoffs.new_line(turn.handoff)
