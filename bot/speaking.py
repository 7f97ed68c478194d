"""The assistant's side of a turn: what it is asked, what it answers, and what its directives set going."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot import continuity, directives, transcript
from bot.choosing import Choice, Picked
from bot.continuity import CarryOver
from bot.factor import Pins
from bot.handoff import HandoffBook
from bot.lines import Lines
from bot.model import Author, Call, CallState, ChannelName, Contact, Handoff, HandoffState, InboundMessage, Option, Reply
from bot.moving import Moving
from bot.ports import Calls, Clock, Dialogue, DialogueTurn, DialogueUnavailable, Wording
from bot.preference import Preferences
from bot.staffing import ALONE, Staffing
from bot.turn import Turn, metadata, words

PERSON = "onethread:person"
"""Payload of the option that opens a handoff without asking the assistant."""

SendCode = Callable[[Contact, str, InboundMessage], Awaitable[bool]]
"""Sends a one-time code by SMS to a number; False when it may not or cannot be sent."""


class TurnPostponed(Exception):
    """The assistant cannot be reached and has not seen the message: keep it, and try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """Asks the assistant within a deadline; a failing one is apologised for, with the offer of a person.

    ``deadline``: seconds for one answer. ``carry_over``: the designers' rules for what may still be known after a while.
    """

    dialogue: Dialogue
    lines: Lines
    handoffs: HandoffBook
    calls: Calls
    wording: Wording
    send_code: SendCode
    pins: Pins
    clock: Clock
    deadline: float
    carry_over: CarryOver = field(default_factory=CarryOver)
    moving: Moving | None = None
    preferences: Preferences | None = None
    staffing: Staffing | None = None

    async def _say(self, turn: Turn, *, payload: str | None = None, shown: str | None = None, ours: bool = False) -> None:
        try:
            if turn.unsaved:
                await self.lines.flush(turn.contact.conversation_id)
            await self._let_go(turn)
            answer = await self._recovered(turn) or await self._ask(turn, payload, shown, ours)
        except DialogueUnavailable as error:
            await self._unreachable(turn, error)
            return
        turn.asked = True
        turn.replies.extend(answer.replies)
        for directive in answer.directives:
            await self._carry_out(turn, directive)
        if turn.offer:  # a question of the gateway's own stands alone: the open one comes after it
            turn.replies, turn.expects_digits, turn.collect = [turn.offer], False, None
        silent = not turn.replies and turn.handoff is None and not turn.hangup
        if answer.failed_actions or silent:
            await self._apologise(turn)

    async def _let_go(self, turn: Turn) -> None:
        """Empty what is too old after so long an absence (``domain/_slots.yml``). Raises DialogueUnavailable."""
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

    async def _unreachable(self, turn: Turn, error: DialogueUnavailable) -> None:
        """A message that Rasa has not seen can wait for it; a caller cannot."""
        if not error.reached and turn.message.channel is not ChannelName.VOICE:
            raise TurnPostponed from error
        await self._apologise(turn)

    async def _ask(self, turn: Turn, payload: str | None, shown: str | None, ours: bool) -> DialogueTurn:
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

    async def _recovered(self, turn: Turn) -> DialogueTurn | None:
        """The turn that a dead worker had run already, as the tracker holds it."""
        if not turn.again:
            return None
        try:
            events = await self.dialogue.events(turn.contact.conversation_id)
        except DialogueUnavailable as error:  # only read: the message can wait until it is known
            raise DialogueUnavailable(str(error), reached=False) from error
        return transcript.turn_of(events, turn.message.id)

    async def _carry_out(self, turn: Turn, directive: directives.Directive) -> None:
        match directive:
            case directives.Handoff():
                await self._hand_over(turn, directive)
            case directives.SendCode(tel=tel):
                if not await self.send_code(turn.contact, tel, turn.message):
                    await self._code_not_sent(turn)
            case directives.CollectDigits(count=count):
                turn.expects_digits, turn.collect = True, count
            case directives.CollectPin(count=count):
                turn.expects_digits, turn.collect = True, count
                await self.pins.expect(turn.contact, turn.message)
            case directives.Hangup():
                turn.hangup = True
            case directives.Move(to=where) if self.moving is not None:
                said = await self.moving.to(where, turn.contact, turn.message, turn.proof)
                await self._notice(turn, said.text)
                turn.replies[-1], turn.offer = said, said if said.options else turn.offer
                turn.replies.insert(0, turn.replies.pop())  # an open question comes last
            case directives.Prefer(to=where) if self.preferences is not None:
                turn.contact, text = await self.preferences.set(turn.contact, turn.message, where, turn.proof)
                await self._notice(turn, text)
                turn.replies.insert(0, turn.replies.pop())

    async def _code_not_sent(self, turn: Turn) -> None:
        """The assistant said that a code is on its way; its words are replaced by what is true."""
        turn.replies.clear()
        again = replace(turn.message, id=f"{turn.message.id}#code")
        nested = Turn(again, turn.contact, proof=turn.proof)
        await self._say(nested, payload="/code_not_sent", ours=True)
        turn.replies.extend(nested.replies)

    async def _hand_over(self, turn: Turn, wanted: directives.Handoff, *, shown: str | None = None) -> None:
        if shown:
            await self._add_line(turn, transcript.user_event(turn.message, shown))
        call_sid = await self._live_call(turn.message)
        turn.handoff = await self.handoffs.open(turn.contact, replace(turn.message, call_sid=call_sid), wanted, turn.proof)
        await self._add_line(turn, {"event": "pause"})
        if turn.message.channel is not ChannelName.VOICE:
            await self._waits(turn, turn.handoff)

    async def _waits(self, turn: Turn, handoff: Handoff) -> None:
        """Say the place in line; or, when nobody answers just now, when somebody will, and the way on without."""
        nobody = await self.staffing.nobody(turn.message.channel) if self.staffing else None
        if nobody is None or handoff.state is not HandoffState.WAITING:
            place = await self.handoffs.place(handoff)
            await self._notice(turn, self.wording.say("utter_handoff_waiting", turn.message.channel, place=place))
            return
        await self._notice(turn, nobody.text)
        turn.replies[-1] = nobody

    async def _goes_on_alone(self, turn: Turn, choice: Choice | None) -> bool:
        """A customer whom nobody had answered yet chose to go on without: the assistant has the next turn."""
        if turn.handoff is None or not isinstance(choice, Picked) or choice.option.payload != ALONE:
            return False
        await self._add_line(turn, transcript.user_event(turn.message, choice.option.title))
        await self.handoffs.close(turn.handoff, "The customer went on without a person")
        turn.handoff = None
        await self._give_back(turn, "")
        return True

    async def _live_call(self, message: InboundMessage) -> str | None:
        """The message's call, unless the caller hung up while the turn was on its way."""
        call = await self.calls.get(message.call_sid) if message.call_sid else None
        return message.call_sid if call is None or call.state is not CallState.ENDED else None

    async def _give_back(self, turn: Turn, outcome: str) -> None:
        await self._add_line(turn, {"event": "resume"})
        await self._say(turn, payload="/handoff_closed" + json.dumps({"outcome": outcome}), ours=True)

    async def _last_outcome(self, call_sid: str) -> str | None:
        call: Call | None = await self.calls.get(call_sid)
        if call is None or call.handoff_id is None:
            return None
        return (await self.handoffs.get(call.handoff_id)).outcome

    async def _apologise(self, turn: Turn) -> None:
        channel = turn.message.channel
        offer = Option(self.wording.say("utter_offer_person", channel), PERSON)
        turn.replies.append(Reply(self.wording.say("utter_turn_failed", channel), (offer,)))

    async def _notice(self, turn: Turn, text: str) -> None:
        turn.replies.append(Reply(text))
        await self._add_line(turn, transcript.bot_event(text, turn.message.channel, self.clock(), author=Author.NOTICE))

    async def _add_line(self, turn: Turn, event: dict[str, Any]) -> None:
        turn.unsaved = True  # it waits when Rasa is away
        await self.lines.add(turn.contact.conversation_id, [event], about=turn.message.id, again=turn.again)
