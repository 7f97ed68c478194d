"""How a call goes: greeting, answers, silence, the queue and back. No HTTP here; each method gives TwiML.

Every prompt has a number, the step; ``Call.step`` is the one that is being asked. An answer to an earlier step is a
repeat or late, and is never a second turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.model import Call, CallState, ChannelName, Handoff, HandoffState, InboundMessage, Reply
from bot.ports import Calls, Clock, Contacts, Conversations, Handoffs, TurnResult, Wording
from voice import twiml
from voice.forms import VoiceForm
from voice.spoken import aloud, heard_digits
from voice.twiml import Prompt, Speech

PERSON_KEY, REPEAT_KEY = "0", "*"

RETURNED = frozenset({"bridged", "leave"})
MOVED = frozenset({"redirected", "redirected-from-bridged", "bridging-in-process"})
"""Values of ``QueueResult`` (https://www.twilio.com/docs/voice/twiml/enqueue): the bot goes on; somebody else has the
caller already. ``hangup`` is the end; all others (``queue-full``, ``error``, ``system-error``) could not be joined."""


@dataclass(frozen=True, slots=True)
class CallFlow:
    """The call's side of a conversation. ``render`` gives a Reply's words with its options, as the phone says them."""

    conversations: Conversations
    calls: Calls
    handoffs: Handoffs
    contacts: Contacts
    wording: Wording
    render: Callable[[Reply], str]
    clock: Clock
    speech: Speech

    async def started(self, form: VoiceForm) -> str:
        """A call comes in: greet, or pick up the thread."""
        call = await self.call(form)
        return await self._spoken(call, 0, await self.conversations.call_started(self._message(call, "0")))

    async def answered(self, form: VoiceForm, step: int) -> str:
        """Keys, speech or silence came for ``step``."""
        call = await self.call(form)
        if form.over:
            await self.ended(form.sid)
            return twiml.nothing()
        if step < call.step or call.state is CallState.ENDED:
            return await self.again(call)
        prompt = await self._prompt(call, step)
        digits, text = _heard(form, prompt)
        if not prompt.digits and digits and set(digits) == {PERSON_KEY}:
            message = self._message(call, str(step), digits=PERSON_KEY)
            result = await self.conversations.wants_person(message, "The caller pressed 0")
            return await self._spoken(call, step, result, wanted=True)
        if digits == REPEAT_KEY:
            return await self._ask(replace(call, silences=0), step, prompt)
        if not digits and not text:
            return await self._silent(call, step, prompt)
        message = self._message(call, str(step), digits=digits, text=text)
        return await self._spoken(call, step, await self.conversations.receive(message))

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
            return await self._ask(back, step, Prompt(self._say("utter_not_joined")))
        lead = [self._say("utter_call_back_to_bot")] if form.queue_result == "bridged" else []
        result = await self.conversations.caller_returned(self._message(call, str(step)), form.queue_result)
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
        return await self._ask(call, step, Prompt(self._say("utter_turn_failed")))

    async def ended(self, sid: str) -> None:
        """The caller is gone. Told once to the conversation; a turn that still runs changes nothing any more."""
        call = await self.calls.get(sid)
        if call is None or call.state is CallState.ENDED:
            return
        await self.conversations.call_ended(sid)
        left = await self.calls.get(sid)
        if left and left.state is not CallState.ENDED:
            await self.calls.save(replace(left, state=CallState.ENDED, ended_at=self.clock()))

    async def again(self, call: Call) -> str:
        """What the call is doing now, for a webhook that is late and whose own answer is not kept any more."""
        if call.state is CallState.ENDED:
            return twiml.nothing()
        if call.state is not CallState.TALKING and call.handoff_id:
            return twiml.enqueue([], call.handoff_id, call.step, self.speech)
        return twiml.ask(await self._prompt(call, call.step), call.step, self.speech)

    async def call(self, form: VoiceForm) -> Call:
        """The call's record; made at its first webhook. Its level of proof begins as CLAIMED, whoever rings."""
        if known := await self.calls.get(form.sid):
            return known
        contact = await self.contacts.find_or_create(form.caller)
        call = Call(form.sid, contact.conversation_id, form.caller, self.clock())
        await self.calls.save(call)
        return call

    async def place(self, handoff: Handoff) -> int:
        """The caller's place in line, from 1."""
        waiting = [h.id for h in await self.handoffs.listing() if h.state is HandoffState.WAITING]
        return waiting.index(handoff.id) + 1 if handoff.id in waiting else 1

    # -- what is said --------------------------------------------------------------------------------------------

    async def _spoken(
        self, call: Call, step: int, result: TurnResult, lead: Sequence[str] = (), *, wanted: bool = False, last: bool = False
    ) -> str:
        """A turn's result as TwiML. ``wanted``: try the queue again even if it failed before on this call.
        ``last``: when nothing more can be done, end the call."""
        now = await self.calls.get(call.sid) or call  # the turn took time: the caller may be gone or put through
        if now.step > step or now.state is CallState.ENDED:
            return await self.again(now)
        call = replace(now, conversation_id=result.conversation_id, silences=0)
        words = [aloud(self.render(reply)) for reply in result.replies]
        if result.handoff and result.handoff.open:
            failed_before = call.handoff_id == result.handoff.id and call.state is CallState.TALKING
            if wanted or not failed_before:
                return await self._enqueue(call, step, [*lead, *words], result.handoff)
            words = words or [self._say("utter_handoff_still_waiting", place=await self.place(result.handoff))]
        if result.hangup or (last and result.handoff):
            await self.calls.save(replace(call, step=step + 1))
            return twiml.goodbye([*lead, *words], self.speech)
        return await self._ask(call, step, _prompt_of(result, " ".join(words) or call.last_prompt), lead)

    async def _ask(self, call: Call, step: int, prompt: Prompt, lead: Sequence[str] = (), said: str | None = None) -> str:
        """Ask the next step; ``said`` replaces the prompt's words this time only."""
        following = step + 1
        await self.calls.remember(_prompt_key(call.sid, following), prompt.to_json())
        await self.calls.save(replace(call, step=following, last_prompt=prompt.text))
        return twiml.ask(replace(prompt, text=said or prompt.text), following, self.speech, lead)

    async def _silent(self, call: Call, step: int, prompt: Prompt) -> str:
        silences = call.silences + 1
        if silences < 3:
            name = "utter_silence_again" if silences == 1 else "utter_silence_keys"
            return await self._ask(replace(call, silences=silences), step, prompt, said=self._say(name, prompt=prompt.text))
        result = await self.conversations.wants_person(self._message(call, str(step)), "The caller was silent")
        return await self._spoken(call, step, result, [self._say("utter_silence_person")], last=True)

    async def _enqueue(self, call: Call, step: int, words: Sequence[str], handoff: Handoff) -> str:
        place = await self.place(handoff)
        announced = [*words, self._say("utter_handoff_waiting", place=place)]
        waiting = replace(call, state=CallState.WAITING, step=step + 1, handoff_id=handoff.id)
        await self.calls.save(waiting)
        return twiml.enqueue(announced, handoff.id, waiting.step, self.speech)

    async def _prompt(self, call: Call, step: int) -> Prompt:
        kept = await self.calls.remembered(_prompt_key(call.sid, step))
        return Prompt.from_json(kept) if kept else Prompt(call.last_prompt)

    def _say(self, name: str, **values: object) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))

    def _message(self, call: Call, step: str, *, digits: str | None = None, text: str = "") -> InboundMessage:
        return InboundMessage(
            id=f"voice:{call.sid}:{step}",
            channel=ChannelName.VOICE,
            sender=call.caller,
            received_at=self.clock(),
            text=text,
            digits=digits,
            call_sid=call.sid,
        )


def _prompt_key(sid: str, step: int) -> str:
    return f"{sid}:{step}:prompt"


def _prompt_of(result: TurnResult, text: str) -> Prompt:
    titles = tuple(option.title for reply in result.replies for option in reply.options)
    return Prompt(text, titles, digits=result.expects_digits or result.collect is not None, count=result.collect)


def _heard(form: VoiceForm, prompt: Prompt) -> tuple[str | None, str]:
    """Keys (first) or words. Where figures are expected, dictated figures become keys and ``*`` alone repeats."""
    keys = form.digits.rstrip("#")
    if keys == REPEAT_KEY:
        return REPEAT_KEY, ""
    if prompt.digits:
        keys = "".join(key for key in keys if key.isdigit()) or heard_digits(form.speech) or ""
    return (keys, "") if keys else (None, form.speech)
