"""What a call hears next: a turn's result, a question, the way into the queue, as TwiML. Each puts the call one step on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.model import Call, CallState, ChannelName, Handoff, HandoffState, InboundMessage, Reply
from bot.ports import Calls, Clock, Conversations, Handoffs, TurnResult, Wording
from voice import twiml
from voice.asking import Asker, Question, again
from voice.prompts import Prompts
from voice.spoken import aloud
from voice.twiml import Foreign, Prompt, Speech


class Reception(Protocol):
    """Says who may be put in line, and what they are offered instead (``voice.offers``)."""

    async def refused(self, handoff: Handoff) -> list[str]: ...
    async def instead(self, call: Call, words: Sequence[str]) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """``render`` gives a Reply's words, as the phone says them."""

    conversations: Conversations
    calls: Calls
    handoffs: Handoffs
    wording: Wording
    render: Callable[[Reply], str]
    clock: Clock
    speech: Speech
    prompts: Prompts = field(default_factory=Prompts)
    reception: Reception | None = None

    @property
    def asker(self) -> Asker:
        """Turns as questions."""
        return Asker(self.prompts, self.render)

    async def again(self, call: Call) -> str:
        """What the call is doing now, for a webhook that is late and whose own answer is not kept any more."""
        if call.state is CallState.ENDED:
            return twiml.nothing()
        if call.state is not CallState.TALKING and call.handoff_id:
            return twiml.enqueue([], call.handoff_id, call.step, self._speech(call))
        return twiml.ask(await self._prompt(call, call.step), call.step, self._speech(call))

    async def place(self, handoff: Handoff) -> int:
        """The caller's place in line, from 1."""
        waiting = [h.id for h in await self.handoffs.listing() if h.state is HandoffState.WAITING]
        return waiting.index(handoff.id) + 1 if handoff.id in waiting else 1

    # -- a code from a chat --------------------------------------------------------------------------------------

    async def _spoken(
        self,
        call: Call,
        step: int,
        result: TurnResult,
        lead: Sequence[str | Foreign] = (),
        *,
        wanted: bool = False,
        last: bool = False,
        noise: bool = False,
    ) -> str:
        """A turn's result as TwiML. ``wanted``: try the queue again even if it failed before on this call.
        ``last``: when nothing more can be done, end the call. ``noise``: what came was too long for an answer."""
        now = await self.calls.get(call.sid) or call  # the turn took time: the caller may be gone or put through
        if now.step > step or now.state is CallState.ENDED:
            return await self.again(now)
        call = replace(now, conversation_id=result.conversation_id, silences=0)
        if result.handoff and result.handoff.open:
            failed_before = call.handoff_id == result.handoff.id and call.state is CallState.TALKING
            if wanted or not failed_before:
                return await self._enqueue(call, step, [*lead, *self.asker.words(result)], result.handoff)
            if not result.replies:
                still = self.wording.say("utter_handoff_still_waiting", ChannelName.VOICE, place=await self.place(result.handoff))
                result = replace(result, replies=(Reply(still),))
        if result.hangup or (last and result.handoff):
            await self.calls.save(replace(call, step=step + 1))
            return twiml.goodbye([*lead, *self.asker.words(result)], self._speech(call))
        return await self._asked(call, step, self.asker.question(result, call.last_prompt), lead, noise)

    async def _asked(self, call: Call, step: int, question: Question, lead: Sequence[str | Foreign], noise: bool) -> str:
        """The assistant's next question; when it did not understand, the question in other words, and in the end a person."""
        prompt = question.prompt
        if not question.missed:
            return await self._ask(replace(call, misses=0, noise=0), step, prompt, lead)
        call = replace(call, misses=call.misses + 1, noise=call.noise + 1 if noise else 0)
        lead = [*lead, *question.lead]
        if call.misses < prompt.settings.no_match:
            said = again(prompt, call.misses) if question.lead else None
            return await self._ask(call, step, prompt, lead, said)
        message = self._message(call, f"{step}:no-match")
        result = await self.conversations.wants_person(message, "The caller was not understood")
        return await self._spoken(call, step, result, [self._say("utter_no_match_person")], last=True)

    async def _ask(
        self, call: Call, step: int, prompt: Prompt, lead: Sequence[str | Foreign] = (), said: str | None = None
    ) -> str:
        """Ask the next step; ``said`` replaces the prompt's words this time only."""
        following = step + 1
        if call.wide:
            one_key = not prompt.hints and not prompt.collecting  # a menu and figures end their listening as ever
            call, prompt = replace(call, wide=False), replace(prompt, wide=one_key)
        asked = replace(call, step=following, last_prompt=prompt.text)
        await asyncio.gather(self.calls.remember(_prompt_key(call.sid, following), prompt.to_json()), self.calls.save(asked))
        return twiml.ask(replace(prompt, text=said or prompt.text), following, self._speech(call), lead)

    async def _enqueue(self, call: Call, step: int, words: Sequence[str | Foreign], handoff: Handoff) -> str:
        if self.reception and (why := await self.reception.refused(handoff)):
            call = replace(call, step=step + 1, handoff_id=handoff.id, misses=0, noise=0)
            await self.calls.save(call)
            return await self.reception.instead(call, [*(w.text if isinstance(w, Foreign) else w for w in words), *why])
        place = await self.place(handoff)
        announced = [*words, self._say("utter_handoff_waiting", place=place)]
        waiting = replace(call, state=CallState.WAITING, step=step + 1, handoff_id=handoff.id, misses=0, noise=0)
        await self.calls.save(waiting)
        return twiml.enqueue(announced, handoff.id, waiting.step, self._speech(call))

    async def _prompt(self, call: Call, step: int) -> Prompt:
        return self._as_asked(call, await self._kept(call.sid, step))

    async def _kept(self, sid: str, step: int) -> str | None:
        """The step's prompt, as it was kept when it was asked."""
        return await self.calls.remembered(_prompt_key(sid, step))

    def _as_asked(self, call: Call, kept: str | None) -> Prompt:
        return Prompt.from_json(kept) if kept else self._plain(call.last_prompt)

    def _plain(self, text: str) -> Prompt:
        return Prompt(text, settings=self.prompts.settings(Reply(""), digits=False))

    def _speech(self, call: Call) -> Speech:
        return replace(self.speech, slow=call.slow)

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
