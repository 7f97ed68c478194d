"""How a call goes: greeting, answers, silence, the queue and back. No HTTP here; each method gives a script.

Every prompt has a number, the step; ``Call.step`` is the one that is being asked. An answer to an earlier step is a
repeat or late, and is never a second turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.languages.current import speaking
from bot.model import Call, CallState
from bot.ports import Contacts
from bot.switching.dial_in import DialIns, code_of
from voice import script
from voice.attestation import OFF, believed
from voice.gather.answers import Answers, apologised
from voice.gather.forms import VoiceForm, caller_address
from voice.gather.hearing import hear
from voice.gather.partials import Partials
from voice.gather.saying import Saying
from voice.script import Prompt, Script

RETURNED = frozenset({"bridged", "leave"})
MOVED = frozenset({"redirected", "redirected-from-bridged", "bridging-in-process"})
"""Values of ``QueueResult`` (https://www.twilio.com/docs/voice/twiml/enqueue): the bot goes on; somebody else has the
caller already. ``hangup`` is the end; all others (``queue-full``, ``error``, ``system-error``) could not be joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFlow(Saying):
    """The call's side of a conversation: what came, and what follows from it."""

    contacts: Contacts
    least_attestation: str = OFF
    dial_ins: DialIns | None = None

    @property
    def answers(self) -> Answers:
        """What follows from an answer."""
        return Answers(self)

    @property
    def partials(self) -> Partials:
        """What is recognised while callers speak."""
        return Partials(self.calls, self.prompts.commands)

    async def started(self, form: VoiceForm, lead: Sequence[str] = ()) -> Script:
        """A call begins: after ``lead``, greet, or pick up the thread."""
        call = await self.call(form)
        if call.state is CallState.ENDED:
            return script.nothing()
        with speaking(call.language):
            return await self._greeted(call, lead)

    async def _greeted(self, call: Call, lead: Sequence[str]) -> Script:
        dials = self.dial_ins is not None and await self.dial_ins.expected()
        if dials or self.tongues.others:
            known = await self._known(call)
            lead = [*lead, self.say("utter_dial_hint")] if dials and not known else lead
            call = replace(call, wide=dials, offers_languages=bool(self.tongues.others) and not known)
            await self.keep(call)
        return await self.spoken(call, 0, await self.conversations.call_started(self.message(call, "0")), lead)

    async def answered(self, form: VoiceForm, step: int) -> Script:
        """Keys, speech or silence came for ``step``."""
        call, kept = await asyncio.gather(self.call(form), self._kept(form.sid, step))
        if form.over:
            await self.ended(form.sid)
            return script.nothing()
        if step < call.step:
            return await self.again(call)
        prompt = self._as_asked(call, kept)
        if call.state is CallState.ENDED:
            return await self.answers.last_words(call, step, prompt, form)
        if (said_again := await self.answers.after_figures(call, step, prompt, form)) is not None:
            return said_again
        if (joined := await self._joined(call, step, prompt, form)) is not None:
            return joined
        heard = hear(form, prompt, self.prompts.commands, self.tongues.asked)
        if await self.partials.person(call, step, prompt, heard):
            return await self.answers.person_asked(call, step)
        return await self.answers.taken(call, step, prompt, heard, form)

    async def returned(self, form: VoiceForm, step: int) -> Script:
        """The caller left the queue, for whatever reason (``QueueResult``)."""
        call = await self.call(form)
        if form.queue_result == "hangup" or form.over:
            await self.ended(form.sid)
            return script.nothing()
        if step < call.step or call.state is CallState.ENDED:
            return await self.again(call)
        back = replace(call, state=CallState.TALKING, silences=0)
        await self.keep(back, CallState.TALKING)
        if form.queue_result not in RETURNED:
            return await self.ask(back, step, self._plain(self.say("utter_not_joined")))
        result = await self.conversations.caller_returned(self.message(call, str(step)), "")  # the agent noted nothing
        # the assistant's own words say that it is the assistant again, and once is enough
        unsaid = apologised(result) or not (result.replies or result.handoff)
        lead = [self.say("utter_call_back_to_bot")] if form.queue_result == "bridged" and unsaid else []
        return await self.spoken(back, step, result, lead)

    async def waits_again(self, form: VoiceForm, step: int) -> Script:
        """The agent had to leave in the middle of the talk: say so, and back in line."""
        call = await self.call(form)
        if form.over:
            await self.ended(form.sid)
            return script.nothing()
        if step < call.step or call.state is CallState.ENDED:
            return await self.again(call)
        handoff = await self.handoffs.get(call.handoff_id) if call.handoff_id else None
        if handoff is None or not handoff.open:
            return await self.returned(replace(form, queue_result="bridged"), step)
        return await self.enqueue(call, step, [self.say("utter_agent_had_to_leave")], handoff)

    async def overdue(self, form: VoiceForm, step: int) -> Script:
        """The step's turn never came: apologise, and put the caller through to a person."""
        call = await self.call(form)
        message = self.message(call, f"{step}:overdue")
        result = await self.conversations.wants_person(message, "The assistant did not answer in time")
        return await self.spoken(call, step, result, [self.say("utter_turn_failed")])

    async def resumed(self, form: VoiceForm, step: int) -> Script:
        """The gateway that worked on the answer to ``step`` has died, and nobody knows what became of it: say so, and go on with
        what is open now."""
        call = await self.call(form)
        if step < call.step or call.state is CallState.ENDED:
            return await self.again(call)
        result = await self.conversations.call_started(self.message(call, f"{step}:resumed"))
        return await self.spoken(call, step, result, [self.say("utter_answer_lost")])

    async def apologised(self, form: VoiceForm, step: int) -> Script:
        """As ``overdue``, when not even a person can be asked for: key 0 does it again."""
        call = await self.call(form)
        return await self.ask(call, step, self._plain(self.say("utter_turn_failed")))

    async def ended(self, sid: str) -> None:
        """The caller is gone. Told once to the conversation; a turn that still runs changes nothing any more."""
        call = await self.calls.get(sid)
        if call is None:  # hung up at once: the first webhook may still be worked on
            await self.calls.remember(_over_key(sid), "1")
            call = await self.calls.get(sid)
        if call is None or call.state is CallState.ENDED:
            return
        await self.conversations.call_ended(sid)

    async def call(self, form: VoiceForm) -> Call:
        """The call's record; made at its first webhook. Its level of proof begins as CLAIMED, whoever rings."""
        if known := await self.calls.get(form.sid):
            return known
        caller = form.caller if believed(form.attestation, self.least_attestation) else caller_address("", form.sid)
        contact = await self.contacts.find_or_create(caller)
        spoken = self.tongues.named(contact.locale).code
        began = Call(form.sid, contact.conversation_id, caller, self.clock(), attestation=form.attestation, language=spoken)
        call = await self.calls.create(began)
        if await self.calls.remembered(_over_key(form.sid)):
            await self.ended(form.sid)
            return replace(call, state=CallState.ENDED)
        return call

    async def _known(self, call: Call) -> bool:
        """Whether this caller was ever here: who never was may come from a chat."""
        contact = await self.contacts.find(call.caller)
        return contact is not None and contact.last_seen is not None

    async def _joined(self, call: Call, step: int, prompt: Prompt, form: VoiceForm) -> Script | None:
        """The chat's thread goes on here when its code was keyed or said; None when the answer can be no code."""
        code = code_of(form.digits.rstrip("#"), form.speech)
        asked = prompt.digits and prompt.count in (None, len(code or ""))
        if code is None or asked or self.dial_ins is None or not await self.dial_ins.expected():
            return None
        moved = await self.dial_ins.entered(call, code)
        if moved is None:
            return await self.ask(call, step, prompt, [self.say("utter_dial_wrong")])
        if left := await self.handoffs.open_for(call.conversation_id):  # of the number's own thread
            await self.handoffs.update(left.id, lambda now: replace(now, call_sid=None) if now.call_sid == call.sid else now)
        started = await self.conversations.call_started(self.message(moved, str(step)))
        with speaking(started.language):
            return await self.spoken(moved, step, started, [self.say("utter_dial_welcome")])


def _over_key(sid: str) -> str:
    """Kept when a call is over of which there is no record yet."""
    return f"{sid}:over"
