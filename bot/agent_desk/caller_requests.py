"""What the phone line has done for a waiting customer, beyond turns: callbacks, messages, texts, who has taken the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.facts.people import suppressed
from bot.handoff.holding import holding
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.states import assigned, in_line
from bot.languages.current import BASE, speaking
from bot.model import (
    About,
    Address,
    AddressKind,
    Author,
    Callback,
    CallbackTry,
    CallState,
    ChannelName,
    Handoff,
    InboundMessage,
    OutboundMessage,
    Voicemail,
    stable_id,
)
from bot.ports import Calls, Clock, Contacts, DeskEvent, Facts, NoFacts, Wording
from bot.ports.phone_line import CallbackRules, Schedule
from bot.ports.stores import Locks, Outbox
from bot.switching.preferred_channel import Preferences
from bot.transcript import lines as transcript
from bot.transcript.log import Lines
from bot.transcript.notice import addressed, tell

WATCH = timedelta(minutes=2)
"""After that, an attempt of which nothing was heard is over: longer than a phone rings, a whisper and a machine's greeting."""
MISSED = "missed"
"""Why it waits again: nobody answered a phone."""
AFTER_A_MISS = timedelta(seconds=15)
"""Until the next agent is rung, when one did not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """Each is done once however often it is told, and raises StoreUnavailable when it could not be kept."""

    handoffs: HandoffBook
    contacts: Contacts
    calls: Calls
    lines: Lines
    outbox: Outbox
    locks: Locks
    wording: Wording
    clock: Clock
    schedule: Schedule
    rules: CallbackRules = field(default_factory=CallbackRules)
    preferences: Preferences | None = None
    facts: Facts = field(default_factory=NoFacts)

    async def can_text(self, conversation_id: str, number: str) -> bool:
        """Whether this number takes texts from us: a real one, whose owner has not opted out."""
        contact = await self.contacts.of_conversation(conversation_id)
        return number.startswith("+") and contact is not None and not contact.opted_out

    async def text(self, conversation_id: str, number: str, sentence: str, cause: str, **values: object) -> bool:
        """Send one of the designers' sentences by SMS, once for ``cause``. False when it may not be sent."""
        if not await self.can_text(conversation_id, number):
            about, why = (
                About(conversation_id, None, ChannelName.SMS.value),
                "opted_out" if number.startswith("+") else "no_number",
            )
            await self.facts.once(suppressed(cause, sentence, why, about, self.clock()))
            return False
        return await self._say(conversation_id, ChannelName.SMS, Address(AddressKind.TEL, number), sentence, cause, **values)

    async def _say(
        self, conversation_id: str, channel: ChannelName, address: Address, sentence: str, cause: str, **values: object
    ) -> bool:
        contact, moment = await self.contacts.of_conversation(conversation_id), self.clock()
        reply = addressed(self.wording, contact, sentence, channel, **values)
        message_id = stable_id("o", f"{cause}:{sentence}")
        message = OutboundMessage(message_id, conversation_id, channel, address, reply, Author.NOTICE, moment)
        await tell(message, self.lines, self.locks, self.outbox)
        return True

    async def spoken_with(self, conversation_id: str) -> str:
        """The language of the customer, two letters."""
        contact = await self.contacts.of_conversation(conversation_id)
        return contact.locale if contact else BASE

    async def agreed(self, conversation_id: str, number: str, handoff_id: str, outcome: str) -> bool:
        """Tell what was agreed on the phone: on the channel that the customer chose, else by SMS to ``number``."""
        contact = await self.contacts.of_conversation(conversation_id)
        chosen = self.preferences.chosen(contact) if self.preferences and contact else None
        if chosen is None or chosen[0] is ChannelName.SMS:
            number = chosen[1].value if chosen else number
            return await self.text(conversation_id, number, "utter_summary_sms", handoff_id, outcome=outcome)
        return await self._say(conversation_id, *chosen, "utter_summary_sms", handoff_id, outcome=outcome)

    async def goes_on_by_text(self, handoff_id: str, number: str) -> bool:
        """The customer leaves the line and goes on by SMS, with their place in line."""
        handoff = await self.handoffs.get(handoff_id)
        if not await self.text(handoff.conversation_id, number, "utter_sms_goes_on", handoff_id):
            return False
        await self._change(handoff_id, lambda now: replace(now, channel=ChannelName.SMS))
        await self._note(handoff, "The caller goes on by text message.", f"{handoff_id}:sms")
        return True

    async def ask_callback(self, handoff_id: str, number: str) -> None:
        """The customer wants to be called at ``number`` and keeps their place."""

        def asked(handoff: Handoff) -> Handoff:
            known = handoff.callback
            return handoff if known and known.number == number else replace(handoff, callback=Callback(number, self.clock()))

        handoff = await self._change(handoff_id, asked)
        await self._note(handoff, "The caller wants to be called back.", f"{handoff_id}:callback")

    async def not_reached(self, handoff_id: str, result: str, call_sid: str, attempt: int | None = None) -> bool | None:
        """The customer was called and not reached (``busy``, ``no-answer``, ``machine``, ``failed``, ``unknown``). The handoff is
        back in line and called again later by itself; False when that was the last try, and the customer is told by text.
        None when it is no news: told before, or late, of an ``attempt`` that is over (None: of the present one)."""
        handoff = await self.handoffs.get(handoff_id)
        back = handoff.callback
        if back is None or not handoff.open or attempt not in (None, back.attempt):
            return None
        if not await self._once(f"not-reached:{call_sid}"):
            return None
        tried, tries = CallbackTry(self.clock(), result, handoff.agent), back.tries + 1
        over = tries >= self.rules.tries
        if over:  # first: a text is sent once for this handoff, and who dies here tries once more
            await self.text(handoff.conversation_id, back.number, "utter_callback_gave_up", f"{handoff_id}:{back.asked_at}")
        late = replace(_over(back), tries=tries, result=result, not_before=self.rules.next_time(tried.at), missed=())

        def back_in_line(now: Handoff) -> Handoff:
            if not now.open or now.callback is None or now.callback.attempt != back.attempt:
                return now  # the customer came by themselves, or it was seen to already
            return replace(in_line(now, MISSED), tries=(*now.tries, tried), callback=None if over else late)

        await self._change(handoff_id, back_in_line)
        if not over and late.not_before:
            await self.schedule.put(handoff_id, late.not_before)
        await self._note(handoff, f"Called back, try {tries}: {result}.", f"{call_sid}:result")
        return not over

    async def rings(self, handoff_id: str, agent: str, attempt: int) -> Handoff | None:
        """Give a callback that waits to an agent whose phone is about to be rung; None when it does not wait like that any
        more (taken, closed, the customer has called): then nobody may be rung."""

        def given(handoff: Handoff) -> Handoff:
            back, waits = handoff.callback, handoff.waits and not handoff.call_sid
            if not waits or back is None or back.attempt != attempt:
                return handoff
            ringing = replace(back, ringing_since=moment, calling=False)
            return replace(assigned(handoff, agent, moment), callback=ringing, types=False)

        moment = self.clock()
        after = await self._change(handoff_id, given)
        mine = after.agent == agent and after.callback is not None and after.callback.ringing_since == moment
        return after if mine else None

    async def calls_customer(self, handoff_id: str) -> int | None:
        """The agent is there and the customer's phone is about to be rung: the attempt's number, once for each, whichever
        gateway asks; from then on it is watched, so that one whose end nobody was told of is not lost."""

        def calling(handoff: Handoff) -> Handoff:
            back = handoff.callback
            return replace(handoff, callback=replace(back, ringing_since=self.clock(), calling=True)) if back else handoff

        back = (await self.handoffs.get(handoff_id)).callback
        if back is None or not await self.schedule.first(f"{handoff_id}:{back.asked_at.timestamp()}:{back.attempt}"):
            return None
        await self.schedule.put(handoff_id, self.clock() + WATCH)
        await self._change(handoff_id, calling)
        return back.attempt

    async def rests(self, handoff_id: str) -> None:
        """No try of the customer's (no agent took it, or the agent had gone when they picked up): back in line, called again
        by itself after the usual wait."""
        later = self.rules.next_time(self.clock())

        def back_in_line(handoff: Handoff) -> Handoff:
            if handoff.callback is None or not handoff.open:
                return handoff
            resting = replace(_over(handoff.callback), not_before=later, missed=())
            return replace(in_line(handoff, MISSED), callback=resting)

        if (await self._change(handoff_id, back_in_line)).callback:
            await self.schedule.put(handoff_id, later)

    async def joined(self, handoff_id: str, call_sid: str) -> None:
        """The customer is on the line with an agent: whatever was asked for meanwhile is done."""
        await self._change(handoff_id, lambda h: replace(h, callback=None, call_sid=call_sid, channel=ChannelName.VOICE))

    async def still_on_line(self, handoff_id: str, call_sid: str) -> None:
        """A caller waits whose handoff knows of no call: of two calls from one number, the other one is over."""

        def on_line(now: Handoff) -> Handoff:
            mine = now.open and now.call_sid is None
            return replace(now, call_sid=call_sid, channel=ChannelName.VOICE) if mine else now

        await self._change(handoff_id, on_line)

    async def missed(self, handoff_id: str, agent: str | None) -> None:
        """The agent's phone was not answered: back in line at the same place, and the caller hears it."""

        def back_in_line(now: Handoff) -> Handoff:
            if not now.held or (agent and now.agent != agent):
                return now
            back = now.callback
            missed = replace(_over(back), missed=(*back.missed, *([now.agent] if now.agent else ()))) if back else None
            return replace(in_line(now, MISSED), callback=missed)

        before, handoff = await self.handoffs.changed(handoff_id, back_in_line)
        if before == handoff:
            return
        if handoff.callback and handoff.callback.not_before:
            await self.schedule.put(handoff_id, self.clock() + AFTER_A_MISS)
        call = await self.calls.get(handoff.call_sid) if handoff.call_sid else None
        if call and call.state is CallState.WAITING:
            with speaking(call.language):
                await self.calls.say_later(call.sid, self.wording.say("utter_agent_missed", ChannelName.VOICE))

    async def taken_over(self, handoff_id: str, agent: str) -> None:
        """Another agent has it now."""
        moment = self.clock()
        await self._change(handoff_id, lambda h: assigned(h, agent, moment) if h.open else h)

    async def voicemail(self, handoff_id: str, recording: str, seconds: int) -> None:
        """A message was left."""
        handoff = await self._change(
            handoff_id, lambda now: self._message(now, recording, lambda one: replace(one, seconds=seconds))
        )
        await self._note(handoff, f"The caller left a voice message of {seconds} seconds.", f"{recording}:left")

    async def transcribed(self, handoff_id: str, recording: str, text: str) -> None:
        """The message's words, which may come before anything else of it; they stand in the transcript as the customer's."""
        handoff = await self._change(handoff_id, lambda now: self._message(now, recording, lambda one: replace(one, text=text)))
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        sender = contact.tel if contact else None
        if not text or sender is None or not await self._once(f"{recording}:text"):
            return
        said = InboundMessage(f"voice:{recording}", ChannelName.VOICE, sender, self.clock(), text=text)
        async with holding(handoff_id, self.handoffs, self.locks) as handoff:
            await self.lines.add(handoff.conversation_id, [transcript.user_event(said, text, handoff_id)], about=said.id)
        await self.handoffs.new_line(handoff)

    def _message(self, handoff: Handoff, recording: str, told: Callable[[Voicemail], Voicemail]) -> Handoff:
        """With what is known of a message by now; the vendor's requests come in any order."""
        before = next((one for one in handoff.voicemails if one.recording == recording), Voicemail(recording, 0, self.clock()))
        others = tuple(one for one in handoff.voicemails if one.recording != recording)
        return replace(handoff, voicemails=tuple(sorted((*others, told(before)), key=lambda one: one.at)))

    async def recorded(self, handoff_id: str, recording: str) -> None:
        """The talk with an agent was recorded."""
        await self._change(
            handoff_id, lambda h: h if recording in h.recordings else replace(h, recordings=(*h.recordings, recording))
        )

    async def effort(self, call_sid: str, answer: int) -> bool:
        """Keep how much effort the caller says it was, 1 to 5; False when it is kept already."""
        if await self.calls.get(call_sid) is None or not await self._once(f"effort:{call_sid}"):
            return False
        return await self.calls.update(call_sid, lambda now: replace(now, effort=answer)) is not None

    async def call_over(self, call_sid: str, status: str, seconds: int | None) -> None:
        """How the call ended, as the network says."""
        await self.calls.update(call_sid, lambda now: now if now.status else replace(now, status=status, seconds=seconds))

    async def changed(self, handoff_id: str) -> None:
        """The desk's pages look again."""
        await self.handoffs.bulletin.post(DeskEvent("queue", handoff_id))

    async def _change(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff:
        return await self.handoffs.change(handoff_id, change)

    async def _note(self, handoff: Handoff, text: str, cause: str) -> None:
        """A line for the agent, once."""
        event = transcript.bot_event(text, ChannelName.VOICE, self.clock(), author=Author.NOTICE)
        if await self._once(cause):
            async with holding(handoff.id, self.handoffs, self.locks) as now:
                await self.lines.add(now.conversation_id, [event], about=cause)
            await self.handoffs.new_line(handoff)

    async def _once(self, cause: str) -> bool:
        """True for the first who asks."""
        return await self.calls.once(f"once:{cause}")


def _over(back: Callback) -> Callback:
    """An attempt has ended."""
    return replace(back, attempt=back.attempt + 1, ringing_since=None, calling=False)
