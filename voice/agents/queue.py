"""The caller in the queue: music, the place in line, the wait, what the agent types; any key leads elsewhere.

https://www.twilio.com/docs/voice/twiml/enqueue : each script here ends by asking for the next one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot.agent_desk.caller_requests import Errands
from bot.handoff.wait_answers import measured
from bot.model import Call, CallState, ChannelName, Handoff
from bot.ports import Calls
from bot.ports.phone_line import Waits
from voice import script
from voice.agents.hold_music import PHRASES
from voice.agents.line_settings import LineSettings
from voice.agents.typed_talk import TYPED, types
from voice.flow import CallFlow
from voice.gather.forms import VoiceForm
from voice.script import Script, url
from voice.speech.spoken import aloud

PLACE_EVERY = 45
"""Seconds between two announcements of the place in line."""

WAYS_OUT = "123"
"""Keys that lead out of the queue: be called back, leave a message, go on by text."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a waiting caller: ``joined`` is the step at which they were enqueued, ``number`` counts the looks,
    ``told`` is the Unix time at which the place was said last (0: just before the queue)."""

    joined: int
    number: int
    told: int

    def following(self, told: int) -> str:
        """The address of the next look."""
        return url("queue", joined=self.joined, n=self.number + 1, told=told)

    def key(self, told: int) -> str:
        """Where a key goes that is pressed during this look."""
        return url("queue/key", joined=self.joined, n=self.number + 1, told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRoom:
    """What a caller in the queue hears. ``nobody``: why no agent of a queue is there just now, as words; empty while one is."""

    flow: CallFlow
    calls: Calls
    waits: Waits
    settings: LineSettings
    errands: Errands
    nobody: Callable[[str], Awaitable[list[str]]]

    async def hears(self, form: VoiceForm, look: Look) -> Script:
        """The words that wait for the caller, and what is next. A repeated look gives the same words again."""
        key = f"{form.sid}:queue:{look.joined}:{look.number}"
        if (known := await script.remembered(self.calls, key)) is not None:
            return known
        words = [aloud(text) for text in await self.calls.to_say(form.sid)]
        answer = await self._answer(form.sid, look, words)
        if words:
            await script.remember(self.calls, key, answer)
        return answer

    async def pressed(self, form: VoiceForm, look: Look) -> Script:
        """A key: out of the queue with what was chosen; another key changes nothing but is answered by the ways out."""
        if form.digits in WAYS_OUT and form.digits:
            await self.calls.remember(chosen_key(form.sid, look.joined), form.digits)
            await self.calls.update(form.sid, _leaves)
            return script.leave([], self.flow.tongues.speech)
        return self._wait([aloud(self._say("utter_queue_keys"))], look, look.told)

    def silence(self, look: Look) -> Script:
        """Nothing to say, or no way to know: stay in the queue, which is Twilio's and needs nothing of ours."""
        return self._wait([], look, look.told)

    def clips(self) -> tuple[str, ...]:
        """The music's files, in order; none for silence."""
        if self.settings.hold_music == "off":
            return ()
        return (
            (self.settings.hold_music,)
            if self.settings.hold_music
            else tuple(url(f"music/{number}.wav") for number in range(1, len(PHRASES) + 1))
        )

    async def announcement(self, handoff: Handoff, sentence: str) -> list[str]:
        """The place in line, and how long it takes where that is known; without anybody to answer, that instead."""
        if away := await self.nobody(handoff.queue):
            return away
        place = await self.flow.place(handoff)
        return [aloud(self._say(sentence, place=place)), *[aloud(words) for words in await self.expected(handoff, place)]]

    async def expected(self, handoff: Handoff, place: int) -> list[str]:
        """The measured wait as a sentence, or nothing when too few have waited lately or they differ too much."""
        recent = await self.waits.recent(handoff.queue, self.flow.clock())
        found = measured(recent, place, self.flow.wording.say, ChannelName.VOICE)
        return [found] if found else []

    async def _answer(self, sid: str, look: Look, words: Sequence[str]) -> Script:
        call = await self.calls.get(sid)
        handoff = await self.flow.handoffs.get(call.handoff_id) if call and call.handoff_id else None
        if handoff is None or not handoff.open:
            return script.leave(words, self.flow.tongues.speech)
        if call and call.state is CallState.WAITING and handoff.call_sid is None:
            await self.errands.still_on_line(handoff.id, sid)
        if types(handoff):
            await self.calls.remember(chosen_key(sid, look.joined), TYPED)
            return script.leave(words, self.flow.tongues.speech)
        now = int(self.flow.clock().timestamp())
        told, waits = look.told or now, handoff.waits
        if not words and waits and look.number == 0:
            away = await self.nobody(handoff.queue)  # the last agent may have left since the caller was put in line
            words = away or [aloud(text) for text in await self.expected(handoff, await self.flow.place(handoff))]
            words.append(aloud(self._say("utter_queue_keys")))
        elif not words and waits and now - told >= PLACE_EVERY:
            words, told = await self.announcement(handoff, "utter_handoff_still_waiting"), now
            words.append(aloud(self._say("utter_queue_keys")))
        return self._wait(words, look, told)

    def _wait(self, words: Sequence[str], look: Look, told: int) -> Script:
        clips = self.clips()
        clip = clips[look.number % len(clips)] if clips else ""
        return script.wait(words, clip, look.following(told), look.key(told), self.flow.tongues.speech)

    def _say(self, name: str, **values: object) -> str:
        return self.flow.wording.say(name, ChannelName.VOICE, **values)


def _leaves(call: Call) -> Call:
    """Out of the queue; one whom an agent fetches at this moment stays with the agent."""
    return replace(call, state=CallState.TALKING) if call.state is CallState.WAITING else call


def chosen_key(sid: str, joined: int) -> str:
    """Where the choice of a caller who leaves the queue is kept."""
    return f"{sid}:{joined}:chosen"
