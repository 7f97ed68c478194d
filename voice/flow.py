"""How a call goes: greeting, answers, silence, the queue and back. No HTTP here; each method gives TwiML.

Every prompt has a number, the step; ``Call.step`` is the one that is being asked. An answer to an earlier step is a
repeat or late, and is never a second turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialling import DialIns, code_of
from bot.model import Call, CallState
from bot.ports import Contacts, TurnResult
from bot.speaking import PERSON
from voice import twiml
from voice.asking import again
from voice.attestation import OFF, believed
from voice.commands import Wish
from voice.forms import VoiceForm, caller_address
from voice.hearing import Heard, hear
from voice.partials import Partials
from voice.saying import Saying
from voice.spoken import say_digits
from voice.twiml import RATES, Foreign, Prompt

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
    def partials(self) -> Partials:
        """What is recognised while callers speak."""
        return Partials(self.calls, self.prompts.commands)

    async def started(self, form: VoiceForm, lead: Sequence[str] = ()) -> str:
        """A call begins: after ``lead``, greet, or pick up the thread."""
        call = await self.call(form)
        if call.state is CallState.ENDED:
            return twiml.nothing()
        if self.dial_ins and await self.dial_ins.expected():
            lead = [*lead, *([] if await self._known(call) else [self._say("utter_dial_hint")])]
            call = replace(call, wide=True)
            await self.calls.save(call)
        return await self._spoken(call, 0, await self.conversations.call_started(self._message(call, "0")), lead)

    async def answered(self, form: VoiceForm, step: int) -> str:
        """Keys, speech or silence came for ``step``."""
        call, kept = await asyncio.gather(self.call(form), self._kept(form.sid, step))
        if form.over:
            await self.ended(form.sid)
            return twiml.nothing()
        if step < call.step:
            return await self.again(call)
        prompt = self._as_asked(call, kept)
        if call.state is CallState.ENDED:
            return await self._last_words(call, step, prompt, form)
        if (joined := await self._joined(call, step, prompt, form)) is not None:
            return joined
        heard = hear(form, prompt, self.prompts.commands)
        if await self.partials.person(call, step, prompt, heard):
            return await self._person_asked(call, step)
        return await self._taken(call, step, prompt, heard, form)

    async def returned(self, form: VoiceForm, step: int) -> str:
        """The caller left the queue, for whatever reason (``QueueResult``)."""
        call = await self.call(form)
        if form.queue_result == "hangup" or form.over:
            await self.ended(form.sid)
            return twiml.nothing()
        if step < call.step or call.state is CallState.ENDED:
            return await self.again(call)
        back = replace(call, state=CallState.TALKING, silences=0)
        await self.calls.save(back)
        if form.queue_result not in RETURNED:
            return await self._ask(back, step, self._plain(self._say("utter_not_joined")))
        lead = [self._say("utter_call_back_to_bot")] if form.queue_result == "bridged" else []
        result = await self.conversations.caller_returned(self._message(call, str(step)), "")  # the agent noted nothing
        return await self._spoken(back, step, result, lead)

    async def overdue(self, form: VoiceForm, step: int) -> str:
        """The step's turn never came: apologise, and put the caller through to a person."""
        call = await self.call(form)
        message = self._message(call, f"{step}:overdue")
        result = await self.conversations.wants_person(message, "The assistant did not answer in time")
        return await self._spoken(call, step, result, [self._say("utter_turn_failed")])

    async def apologised(self, form: VoiceForm, step: int) -> str:
        """As ``overdue``, when not even a person can be asked for: key 0 does it again."""
        call = await self.call(form)
        return await self._ask(call, step, self._plain(self._say("utter_turn_failed")))

    async def ended(self, sid: str) -> None:
        """The caller is gone. Told once to the conversation; a turn that still runs changes nothing any more."""
        call = await self.calls.get(sid)
        if call is None:  # hung up at once: the first webhook may still be worked on
            await self.calls.remember(_over_key(sid), "1")
            call = await self.calls.get(sid)
        if call is None or call.state is CallState.ENDED:
            return
        await self.conversations.call_ended(sid)
        left = await self.calls.get(sid)
        if left and left.state is not CallState.ENDED:
            await self.calls.save(replace(left, state=CallState.ENDED, ended_at=self.clock()))

    async def call(self, form: VoiceForm) -> Call:
        """The call's record; made at its first webhook. Its level of proof begins as CLAIMED, whoever rings."""
        if known := await self.calls.get(form.sid):
            return known
        caller = form.caller if believed(form.attestation, self.least_attestation) else caller_address("", form.sid)
        contact = await self.contacts.find_or_create(caller)
        call = Call(form.sid, contact.conversation_id, caller, self.clock(), attestation=form.attestation)
        await self.calls.save(call)
        if await self.calls.remembered(_over_key(form.sid)):
            await self.ended(form.sid)
            return replace(call, state=CallState.ENDED)
        return call

    async def _known(self, call: Call) -> bool:
        """Whether this caller was ever here: who never was may come from a chat."""
        contact = await self.contacts.find(call.caller)
        return contact is not None and contact.last_seen is not None

    async def _joined(self, call: Call, step: int, prompt: Prompt, form: VoiceForm) -> str | None:
        """The chat's thread goes on here when its code was keyed or said; None when the answer can be no code."""
        code = code_of(form.digits.rstrip("#"), form.speech)
        asked = prompt.digits and prompt.count in (None, len(code or ""))
        if code is None or asked or self.dial_ins is None or not await self.dial_ins.expected():
            return None
        moved = await self.dial_ins.entered(call, code)
        if moved is None:
            return await self._ask(call, step, prompt, [self._say("utter_dial_wrong")])
        started = await self.conversations.call_started(self._message(moved, str(step)))
        return await self._spoken(moved, step, started, [self._say("utter_dial_welcome")])

    # -- an answer -----------------------------------------------------------------------------------------------

    async def _last_words(self, call: Call, step: int, prompt: Prompt, form: VoiceForm) -> str:
        """Said just before the end, and overtaken by the news of it: the thread has it, and nobody hears the answer."""
        heard = hear(form, prompt, self.prompts.commands)
        if heard.keys or (heard.text and not heard.wish):
            text = "" if heard.keys else heard.text
            await self.conversations.receive(self._message(call, str(step), digits=heard.keys or None, text=text))
        return twiml.nothing()

    async def _taken(self, call: Call, step: int, prompt: Prompt, heard: Heard, form: VoiceForm) -> str:
        if prompt.purpose == "there":
            return await self._there(call, step, heard)
        if prompt.purpose == "confirm" and not heard.nothing and not heard.wish:
            return await self._confirmed(call, step, prompt, heard, form)
        if heard.wish:
            return await self._wished(call, step, prompt, heard)
        if heard.language:
            language, answer = heard.language
            return await self._missed(call, step, prompt, [Foreign(answer, language)], text=heard.text)
        if heard.sworn:
            return await self._missed(call, step, prompt, [self._say("utter_sworn_at")])
        if heard.nothing:
            return await self._silent(call, step, prompt)
        if heard.words > prompt.settings.noise_words and call.noise + 1 >= prompt.settings.no_match:
            return await self._anybody(call, step, prompt)
        if heard.confidence is not None and heard.confidence < prompt.settings.confirm_below:
            return await self._confirm(call, step, prompt, heard)
        return await self._turn(call, step, heard.keys, heard.text, prompt)

    async def _turn(self, call: Call, step: int, keys: str, text: str, prompt: Prompt) -> str:
        """The assistant's turn."""
        message = self._message(call, str(step), digits=keys or None, text="" if keys else text)
        noise = not keys and len(text.split()) > prompt.settings.noise_words
        return await self._spoken(call, step, await self.conversations.receive(message), noise=noise)

    async def _wished(self, call: Call, step: int, prompt: Prompt, heard: Heard) -> str:
        name = heard.wish or ""
        wish: Wish = getattr(self.prompts.commands, name)
        call = replace(call, silences=0)
        if name == "person" and not (heard.text and wish.intent):  # by key: also when the assistant is down
            message = self._message(call, str(step), digits=wish.key)
            result = await self.conversations.wants_person(message, f"The caller pressed {wish.key}")
            return await self._spoken(call, step, result, wanted=True)
        if wish.intent:
            shown = heard.text or (wish.say[0] if wish.say else name)
            result = await self.conversations.wishes(self._message(call, str(step), text=shown), f"/{wish.intent}", shown)
            if name == "person" and _apologised(result):  # who asks for a person gets one without the assistant, too
                result = await self.conversations.wants_person(
                    self._message(call, f"{step}:person"), "The caller asked for a person"
                )
                return await self._spoken(call, step, result, wanted=True)
            return await self._spoken(call, step, result)
        if name == "slower":
            slower = replace(call, slow=min(call.slow + 1, max(RATES)))
            return await self._ask(slower, step, prompt, [self._say("utter_slower")])
        return await self._ask(call, step, prompt)

    async def _person_asked(self, call: Call, step: int) -> str:
        """A person was asked for in words that were understood only on the way."""
        shown = next(iter(self.prompts.commands.person.say), "")
        message = self._message(call, str(step), text=shown)
        result = await self.conversations.wants_person(message, "The caller asked for a person")
        return await self._spoken(replace(call, silences=0), step, result, wanted=True)

    async def _confirm(self, call: Call, step: int, prompt: Prompt, heard: Heard) -> str:
        """Ask back before anything is done with words that were hardly understood."""
        asked = Prompt(
            self._say("utter_confirm_heard", heard=say_digits(heard.keys) if heard.keys else heard.text),
            hints=tuple(wish.say[0] for wish in (self.prompts.commands.yes, self.prompts.commands.no) if wish.say),
            settings=replace(prompt.settings, listen="both", barge_in="both", count=None, short=None, with_keys=None),
            purpose="confirm",
            pending=heard.keys or heard.text,
            original=prompt.to_json(),
        )
        return await self._ask(replace(call, silences=0), step, asked)

    async def _confirmed(self, call: Call, step: int, asked: Prompt, heard: Heard, form: VoiceForm) -> str:
        """Yes: that was the answer. No: the question again. Anything else is a new answer, and taken as it is."""
        prompt = Prompt.from_json(asked.original)
        meant = self.prompts.commands.answer(heard.keys, heard.text)
        if meant is None:
            anew = replace(hear(form, prompt, self.prompts.commands), confidence=None)
            return await self._taken(call, step, prompt, anew, form)
        if not meant:
            return await self._missed(call, step, prompt, [self._say("utter_heard_wrong")])
        keys = asked.pending if asked.pending.isdecimal() else ""
        return await self._turn(call, step, keys, asked.pending, prompt)

    # -- not understood, nobody there ------------------------------------------------------------------------------

    async def _missed(self, call: Call, step: int, prompt: Prompt, lead: Sequence[str | Foreign], text: str = "") -> str:
        """An answer that nothing can be done with: ask again in other words, in the end put through to a person."""
        call = replace(call, misses=call.misses + 1, silences=0)
        if call.misses < prompt.settings.no_match:
            return await self._ask(call, step, prompt, lead, again(prompt, call.misses))
        message = self._message(call, str(step), text=text)
        result = await self.conversations.wants_person(message, "The caller was not understood")
        return await self._spoken(call, step, result, [*lead, self._say("utter_no_match_person")], last=True)

    async def _silent(self, call: Call, step: int, prompt: Prompt) -> str:
        silences = call.silences + 1
        if silences < prompt.settings.no_input:
            keys = "utter_silence_figures" if prompt.collecting else "utter_silence_keys"
            said = self._say("utter_silence_again" if silences == 1 else keys, prompt=again(prompt, silences))
            return await self._ask(replace(call, silences=silences), step, prompt, said=said)
        result = await self.conversations.wants_person(self._message(call, str(step)), "The caller was silent")
        return await self._spoken(call, step, result, [self._say("utter_silence_person")], last=True)

    async def _anybody(self, call: Call, step: int, prompt: Prompt) -> str:
        """Music or another talk has been on the line for a while: only a person can press a key."""
        listening = replace(prompt.settings, listen="keys", barge_in="both", timeout=10, count=1, short=None)
        asked = Prompt(self._say("utter_anybody_there"), settings=listening, purpose="there", original=prompt.to_json())
        return await self._ask(call, step, asked)

    async def _there(self, call: Call, step: int, heard: Heard) -> str:
        if heard.nothing:
            await self.calls.save(replace(call, step=step + 1))
            return twiml.goodbye([self._say("utter_nobody_there")], self._speech(call))
        message = self._message(call, str(step), digits=heard.keys or None)
        result = await self.conversations.wants_person(message, "The line was too noisy")
        return await self._spoken(replace(call, noise=0), step, result, wanted=True)


def _apologised(result: TurnResult) -> bool:
    """Whether the assistant failed: then the way to a person that needs no assistant is on offer."""
    return not result.handoff and any(option.payload == PERSON for reply in result.replies for option in reply.options)


def _over_key(sid: str) -> str:
    """Kept when a call is over of which there is no record yet."""
    return f"{sid}:over"
