"""What a call hears next: a turn's result, a question, the way into the queue, as a script. Each puts the call one step on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.door import enter
from bot.handoff.place_in_line import place_in_line
from bot.languages.current import speaking
from bot.model import Call, CallState, ChannelName, Handoff, InboundMessage, Reply, talked
from bot.ports import Calls, Clock, Conversations, Handoffs, TurnResult, Wording
from voice import script
from voice.gather.asking import Asker, Question, again
from voice.script import EITHER, EITHER_MODEL, Foreign, Prompt, Script, Speech, Tongues
from voice.speech.prompts import Prompts
from voice.speech.spoken import aloud

LANGUAGE_KEYS = "234567"
"""Keys that may offer a language: in the United States people know 2 for Spanish."""


class Reception(Protocol):
    """Says who may be put in line, and what they are offered instead (``voice.agents.offers``)."""

    async def nobody(self, queue: str) -> list[str]: ...
    async def refused(self, handoff: Handoff) -> list[str]: ...
    async def instead(self, call: Call, words: Sequence[str]) -> Script: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """``render`` gives a Reply's words, as the phone says them."""

    conversations: Conversations
    calls: Calls
    handoffs: Handoffs
    wording: Wording
    render: Callable[[Reply], str]
    clock: Clock
    tongues: Tongues
    reception: Reception | None = None

    @property
    def prompts(self) -> Prompts:
        """What the designers set, in the language of the turn."""
        return self.tongues.now.prompts

    @property
    def asker(self) -> Asker:
        """Turns as questions."""
        return Asker(self.prompts, self.render)

    async def again(self, call: Call) -> Script:
        """What the call is doing now, for a webhook that is late and whose own answer is not kept any more."""
        if call.state is CallState.ENDED:
            return script.nothing()
        if call.state is not CallState.TALKING and call.handoff_id:
            return script.enqueue([], call.step, self._speech(call))
        return script.ask(await self._prompt(call, call.step), call.step, self._speech(call))

    async def place(self, handoff: Handoff) -> int:
        """The caller's place in line, from 1."""
        return place_in_line(handoff, await self.handoffs.listing())

    async def spoken(
        self,
        call: Call,
        step: int,
        result: TurnResult,
        lead: Sequence[str | Foreign] = (),
        *,
        wanted: bool = False,
        last: bool = False,
        noise: bool = False,
    ) -> Script:
        """A turn's result as a script, in the turn's language. ``wanted``: try the queue again even if it failed before on this
        call. ``last``: when nothing more can be done, end the call. ``noise``: what came was too long for an answer."""
        with speaking(result.language):
            return await self._spoken(call, step, result, lead, wanted=wanted, last=last, noise=noise)

    async def _spoken(
        self, call: Call, step: int, result: TurnResult, lead: Sequence[str | Foreign], *, wanted: bool, last: bool, noise: bool
    ) -> Script:
        now = await self.calls.get(call.sid) or call  # the turn took time: the caller may be gone or put through
        if now.step > step or now.state is CallState.ENDED:
            return await self.again(now)
        if now.conversation_id == call.conversation_id != result.conversation_id:  # its number begins anew with this turn
            now = await self.calls.update(now.sid, partial(_moved, before=call, place=result.conversation_id)) or now
        call = replace(now, silences=0, language=result.language)
        if result.handoff and result.handoff.open:
            failed_before = call.handoff_id == result.handoff.id and call.state is CallState.TALKING
            if wanted or not failed_before:
                return await self.enqueue(call, step, [*lead, *self.asker.words(result)], result.handoff)
            if not result.replies:
                result = replace(result, replies=(Reply(await self._still_waiting(result.handoff)),))
        if result.hangup or (last and result.handoff):
            words = [*lead, *self.asker.words(result)] or [self.say("utter_call_over")]  # nobody is cut off without a word
            return await self.ends(call, step, words)
        return await self._asked(call, step, self.asker.question(result, call.last_prompt), lead, noise)

    async def _still_waiting(self, handoff: Handoff) -> str:
        """The place in line; or that nobody is there, or that an agent has it."""
        if handoff.held:
            return self.wording.say("utter_agent_has_it", ChannelName.VOICE)
        if self.reception and (away := await self.reception.nobody(handoff.queue)):
            return " ".join(away)
        return self.wording.say("utter_handoff_still_waiting", ChannelName.VOICE, place=await self.place(handoff))

    async def spoken_after(self, call: Call, step: int, result: TurnResult) -> Script:
        """A turn that the assistant had behind a talk with a person, as a script."""
        await self.keep(call, CallState.TALKING)
        return await self.spoken(call, step, result)

    async def _asked(self, call: Call, step: int, question: Question, lead: Sequence[str | Foreign], noise: bool) -> Script:
        """The assistant's next question; when it did not understand, the question in other words, and in the end a person."""
        prompt = question.prompt
        if not question.missed:
            return await self.ask(replace(call, misses=0, noise=0), step, prompt, lead)
        call = replace(call, misses=call.misses + 1, noise=call.noise + 1 if noise else 0)
        lead = [*lead, *question.lead]
        if call.misses < prompt.settings.no_match:
            said = again(prompt, call.misses) if question.lead else None
            return await self.ask(call, step, prompt, lead, said)
        message = self.message(call, f"{step}:no-match")
        result = await self.conversations.wants_person(message, "The caller was not understood")
        return await self.spoken(call, step, result, [self.say("utter_no_match_person")], last=True)

    async def ask(
        self, call: Call, step: int, prompt: Prompt, lead: Sequence[str | Foreign] = (), said: str | None = None
    ) -> Script:
        """Ask the next step; ``said`` replaces the prompt's words this time only."""
        following = step + 1
        if call.wide:
            read_out = bool(prompt.hints) and not prompt.menu  # these, as figures, end their listening as ever
            one_key = not read_out and not prompt.collecting
            call, prompt = replace(call, wide=False), replace(prompt, wide=one_key)
        if call.offers_languages:
            call = replace(call, offers_languages=False)
            prompt, lead = self._offering(prompt, lead)
        if said and prompt.menu and prompt.menu in said:  # the options are read out now, and have their keys
            prompt = replace(prompt, offers={})
        asked = replace(call, step=following, last_prompt=prompt.text)
        prompt = replace(prompt, asked_at=self.clock().timestamp())
        await asyncio.gather(self.calls.remember(_prompt_key(call.sid, following), prompt.to_json()), self.keep(asked))
        return script.ask(replace(prompt, text=said or prompt.text), following, self._speech(call), lead)

    def _offering(self, prompt: Prompt, lead: Sequence[str | Foreign]) -> tuple[Prompt, Sequence[str | Foreign]]:
        """The question with the other languages on offer, each in its own words and by the first key that nothing else has;
        whichever language is spoken is heard."""
        others = self.tongues.others
        read_out = 0 if prompt.menu else len(prompt.hints)  # of options that nobody has heard none has a key yet
        free = [key for key in LANGUAGE_KEYS if self.prompts.commands.chooses_nothing(key, read_out)]
        offers = dict(zip(free, others, strict=False))
        settings = replace(
            prompt.settings,
            language=EITHER,
            speech_model=EITHER_MODEL,
            hints=(*prompt.settings.hints, *(one.name for one in others.values())),
        )
        return replace(prompt, offers=offers, settings=settings), [*lead, *(self._offer(*one) for one in offers.items())]

    def _offer(self, key: str, code: str) -> Foreign:
        with speaking(code):
            return Foreign(self.say("utter_language_offer", key=key), self.tongues.speech.language, self.tongues.speech.voice)

    async def enqueue(self, call: Call, step: int, words: Sequence[str | Foreign], handoff: Handoff) -> Script:
        """Into the line; or what is offered instead, where nobody may wait."""
        if self.reception and (why := await self.reception.refused(handoff)):
            call = replace(call, step=step + 1, handoff_id=handoff.id, misses=0, noise=0)
            await self.keep(call)
            return await self.reception.instead(call, [*(w.text if isinstance(w, Foreign) else w for w in words), *why])
        taken = handoff.held  # they left the line when an agent took it
        where = self.say("utter_agent_has_it") if taken else self.say("utter_handoff_waiting", place=await self.place(handoff))
        announced = [*words, where]
        waiting = replace(call, step=step + 1, handoff_id=handoff.id, misses=0, noise=0)
        await self.keep(waiting, CallState.WAITING)
        return script.enqueue(announced, waiting.step, self._speech(call))

    async def ends(self, call: Call, step: int, words: Sequence[str | Foreign]) -> Script:
        """Say ``words`` and end the call."""
        await self.keep(replace(call, step=step + 1))
        return script.goodbye(words, self._speech(call))

    async def keep(self, call: Call, state: CallState | None = None) -> None:
        """Keep how far the talk is; what others note of the call meanwhile (that it is over, whose it is) stays."""
        await self.calls.update(call.sid, lambda now: replace(talked(now, call), state=state or now.state))

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
        return replace(self.tongues.speech, slow=call.slow)

    def say(self, name: str, **values: object) -> str:
        """A sentence of the designers', as the phone says it."""
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))

    def message(self, call: Call, step: str, *, digits: str | None = None, text: str = "") -> InboundMessage:
        """What a caller keyed or said. ``step`` makes its id: the same one is one turn."""
        return enter(
            InboundMessage(
                id=f"voice:{call.sid}:{step}",
                channel=ChannelName.VOICE,
                sender=call.caller,
                received_at=self.clock(),
                text=text,
                digits=digits,
                call_sid=call.sid,
            )
        )


def _prompt_key(sid: str, step: int) -> str:
    return f"{sid}:{step}:prompt"


def _moved(now: Call, before: Call, place: str) -> Call:
    """The call in the conversation that its turn went to, unless somebody else has moved it meanwhile."""
    return replace(now, conversation_id=place) if now.conversation_id == before.conversation_id else now
