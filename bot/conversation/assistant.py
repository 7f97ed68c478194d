"""The assistant's side of a turn: what it is asked, what it answers, and what its directives set going."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot import directives
from bot.conversation.escalation import Escalation
from bot.conversation.turn import FAILED, NOTHING_BUT_A_SECRET, Turn, metadata, words
from bot.conversation.turn_log import TurnLog
from bot.handoff.availability import PERSON
from bot.handoff.wait_answers import Waiting
from bot.identity.second_factor import Pins
from bot.model import ChannelName, Contact, InboundMessage, Option, Reply
from bot.ports import Clock, Dialogue, DialogueTurn, DialogueUnavailable, Wording
from bot.switching.preferred_channel import Preferences
from bot.switching.switch import Moving
from bot.transcript import continuity
from bot.transcript import lines as transcript
from bot.transcript.continuity import CarryOver
from bot.transcript.log import Lines
from bot.transcript.repeats import Questions
from bot.transcript.understood import read_back

HANGS = timedelta(minutes=2)
"""So long an agent's close waits for a Rasa that was reached and did not answer; what the customer writes waits behind it."""

SendCode = Callable[[Contact, str, InboundMessage], Awaitable[bool]]
"""Sends a one-time code by SMS to a number; False when it may not or cannot be sent."""


class TurnPostponed(Exception):
    """The assistant cannot be reached and has not seen the message: keep it, and try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Asks the assistant within a deadline; a failing one is apologised for, with the offer of a person.

    ``deadline``: seconds for one answer. ``carry_over``: the designers' rules for what may still be known after a while.
    """

    dialogue: Dialogue
    lines: Lines
    log: TurnLog
    escalation: Escalation
    wording: Wording
    send_code: SendCode
    pins: Pins
    clock: Clock
    deadline: float
    carry_over: CarryOver = field(default_factory=CarryOver)
    moving: Moving | None = None
    preferences: Preferences | None = None
    waiting: Waiting | None = None
    questions: Questions = field(default_factory=Questions)

    async def say(self, turn: Turn, *, payload: str | None = None, shown: str | None = None, ours: bool = False) -> None:
        """The assistant's turn for the message, or for ``payload`` (``/intent``) in its place. ``shown``: the line in the
        transcript; ``ours``: nothing that the customer said. Raises TurnPostponed (text channels only) and StoreUnavailable."""
        try:
            if turn.unsaved:
                await self.lines.flush(turn.contact.conversation_id)
            await self._let_go(turn)
            answer = await self._recovered(turn) or await self.ask(turn, payload, shown, ours)
        except DialogueUnavailable as error:
            await self.unreachable(turn, error)
            return
        turn.asked, turn.understood = True, answer.understood
        turn.unclassified = ours or payload == NOTHING_BUT_A_SECRET
        turn.replies.extend(answer.replies)
        for directive in answer.directives:
            await self._carry_out(turn, directive)
        if turn.offer:  # a question of the gateway's own stands alone: the open one comes after it
            turn.replies, turn.expects_digits, turn.collect, turn.secret = [turn.offer], False, None, False
        silent = not turn.replies and not turn.escalated and not turn.hangup
        if answer.failed_actions or silent:
            await self._apologise(turn)

    async def give_back(self, turn: Turn, outcome: str, shown: str = "") -> None:
        """A person is done with the conversation: the assistant has the turn, and knows what was agreed. ``shown``: the words of
        a customer who ends the wait. They are kept with this turn: Rasa answers no message whose line it has already."""
        payload = "/handoff_closed" + json.dumps({"outcome": outcome})
        await self.say(turn, payload=payload, shown=shown or None, ours=not shown)
        turn.unclassified = True  # whoever ended it, the payload is ours

    async def unreachable(self, turn: Turn, error: DialogueUnavailable) -> None:
        """A message that Rasa has not seen can wait for it (TurnPostponed); a caller cannot. Our own word that an agent is done
        waits a while, also for a Rasa that hangs or fails: an apology to who asked nothing would be all that they hear of the
        close."""
        waits = turn.message.hand_back and self.clock() - turn.message.received_at < HANGS
        if (waits or not error.reached) and turn.message.channel is not ChannelName.VOICE:
            raise TurnPostponed from error
        await self._apologise(turn)

    async def ask(self, turn: Turn, payload: str | None, shown: str | None, ours: bool) -> DialogueTurn:
        """The question alone, nothing done about the answer. Raises DialogueUnavailable."""
        text = None if payload else words(turn.message)
        return await self.dialogue.turn(
            turn.contact.conversation_id,
            turn.message.channel,
            turn.message.id,
            text=text,
            payload=payload,
            metadata=metadata(turn, shown or text, ours),
            timeout=self.deadline,
        )

    async def _let_go(self, turn: Turn) -> None:
        """Empty what is too old after so long an absence (``domain/*/_slots.yml``). Raises DialogueUnavailable."""
        away = turn.back.away
        turn.recap = self.carry_over.is_long(away)
        if away is None or not self.carry_over.concerns(away):
            return
        slots = await self.dialogue.slots(turn.contact.conversation_id)
        names, form = self.carry_over.too_old(away, slots)
        events = continuity.emptying(names, form=form)
        if events:
            await self.lines.add(turn.contact.conversation_id, events, about=turn.message.id, again=turn.again)
        turn.asked_again = self.carry_over.asked_again(names)

    async def _recovered(self, turn: Turn) -> DialogueTurn | None:
        """The turn that a dead worker had run already, as the tracker holds it."""
        if not turn.again:
            return None
        try:
            events = await self.dialogue.events(turn.contact.conversation_id)
        except DialogueUnavailable as error:  # only read: the message can wait until it is known
            raise DialogueUnavailable(str(error), reached=False) from error
        found = transcript.turn_of(events, turn.message.id)
        return found and replace(found, understood=read_back(events, turn.message.id, self.questions))

    async def _carry_out(self, turn: Turn, directive: directives.Directive) -> None:
        match directive:
            case directives.Handoff():
                await self.escalation.hand_over(turn, directive)
            case directives.SendCode(tel=tel):
                if not await self.send_code(turn.contact, tel, turn.message):
                    await self._code_not_sent(turn)
            case directives.CollectDigits(count=count, secret=secret):
                turn.expects_digits, turn.collect, turn.secret = True, count, secret
            case directives.CollectPin(count=count):
                turn.expects_digits, turn.collect, turn.secret = True, count, True
                await self.pins.expect(turn.contact, turn.message)
            case directives.Hangup():
                turn.hangup = True
            case directives.Move(to=where) if self.moving is not None:
                said = await self.moving.to(where, turn.contact, turn.message, turn.proof)
                await self.log.reply(turn, said)
                turn.offer = said if said.options else turn.offer
                turn.replies.insert(0, turn.replies.pop())  # an open question comes last
            case directives.Prefer(to=where) if self.preferences is not None:
                turn.contact, said = await self.preferences.set(turn.contact, turn.message, where, turn.proof)
                await self.log.reply(turn, said)
                turn.replies.insert(0, turn.replies.pop())
            case directives.ModelUsed():
                turn.model_uses.append(directive)
            case directives.TellWait() if self.waiting is not None:
                asking = bool(turn.replies)  # an open question of the assistant's comes last, and its options are the only ones
                told = await self.escalation.tell_wait(turn, self.waiting)
                turn.replies.insert(0, replace(turn.replies.pop(), options=() if asking else told.options))

    async def _code_not_sent(self, turn: Turn) -> None:
        """The assistant said that a code is on its way; its words are replaced by what is true."""
        turn.replies.clear()
        again = replace(turn.message, id=f"{turn.message.id}#code")
        nested = Turn(again, turn.contact, proof=turn.proof, place=turn.place)
        await self.say(nested, payload="/code_not_sent", ours=True)
        turn.replies.extend(nested.replies)

    async def _apologise(self, turn: Turn) -> None:
        turn.failed, channel = True, turn.message.channel
        offer = Option(self.wording.say("utter_offer_person", channel), PERSON)
        turn.replies.append(Reply(self.wording.say(FAILED, channel), (offer,), response=FAILED))
