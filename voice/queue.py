"""The caller in the queue: music, the place in line, the wait, what the agent types; any key leads elsewhere.

https://www.twilio.com/docs/voice/twiml/enqueue : each document here ends by asking for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.errands import Errands
from bot.line import Waits, estimate
from bot.model import CallState, ChannelName, Handoff, HandoffState
from bot.ports import Calls
from voice import documents, twiml
from voice.flow import CallFlow
from voice.forms import VoiceForm
from voice.hold_music import PHRASES
from voice.line_settings import LineSettings
from voice.spoken import aloud

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
        return twiml.url("queue", joined=self.joined, n=self.number + 1, told=told)

    def key(self, told: int) -> str:
        """Where a key goes that is pressed during this look."""
        return twiml.url("queue/key", joined=self.joined, n=self.number + 1, told=told)


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """What a caller in the queue hears."""

    flow: CallFlow
    calls: Calls
    waits: Waits
    settings: LineSettings
    errands: Errands

    async def hears(self, form: VoiceForm, look: Look) -> str:
        """The words that wait for the caller, and what is next. A repeated look gives the same words again."""
        key = f"{form.sid}:queue:{look.joined}:{look.number}"
        if (known := await self.calls.remembered(key)) is not None:
            return known
        words = [aloud(text) for text in await self.calls.to_say(form.sid)]
        answer = await self._answer(form.sid, look, words)
        if words:
            await self.calls.remember(key, answer)
        return answer

    async def pressed(self, form: VoiceForm, look: Look) -> str:
        """A key: out of the queue with what was chosen; another key changes nothing but is answered by the ways out."""
        if form.digits in WAYS_OUT and form.digits:
            await self.calls.remember(chosen_key(form.sid, look.joined), form.digits)
            if call := await self.calls.get(form.sid):
                await self.calls.save(replace(call, state=CallState.TALKING))
            return twiml.leave([], self.flow.speech)
        return self._doc([aloud(self._say("utter_queue_keys"))], look, look.told)

    def silence(self, look: Look) -> str:
        """Nothing to say, or no way to know: stay in the queue, which is Twilio's and needs nothing of ours."""
        return self._doc([], look, look.told)

    def clips(self) -> tuple[str, ...]:
        """The music's files, in order; none for silence."""
        if self.settings.hold_music == "off":
            return ()
        return (
            (self.settings.hold_music,)
            if self.settings.hold_music
            else tuple(twiml.url(f"music/{number}.wav") for number in range(1, len(PHRASES) + 1))
        )

    async def announcement(self, handoff: Handoff, sentence: str) -> list[str]:
        """The place in line, and how long it takes where that is known."""
        place = await self.flow.place(handoff)
        return [aloud(self._say(sentence, place=place)), *[aloud(words) for words in await self.expected(handoff, place)]]

    async def expected(self, handoff: Handoff, place: int) -> list[str]:
        """The measured wait as a sentence, or nothing when too few have waited lately or they differ too much."""
        found = estimate(await self.waits.recent(handoff.queue, self.flow.clock()), place)
        if found is None:
            return []
        if found.high <= 1:
            return [self._say("utter_wait_short")]
        if found.sure:
            return [self._say("utter_wait_about", minutes=found.about)]
        return [self._say("utter_wait_between", low=max(1, found.low), high=found.high)]

    async def _answer(self, sid: str, look: Look, words: Sequence[str]) -> str:
        call = await self.calls.get(sid)
        handoff = await self.flow.handoffs.get(call.handoff_id) if call and call.handoff_id else None
        if handoff is None or not handoff.open:
            return twiml.leave(words, self.flow.speech)
        if call and call.state is CallState.WAITING and handoff.call_sid is None:
            await self.errands.still_on_line(handoff.id, sid)
        now = int(self.flow.clock().timestamp())
        told, waits = look.told or now, handoff.state is HandoffState.WAITING
        if not words and waits and look.number == 0:
            words = [aloud(text) for text in await self.expected(handoff, await self.flow.place(handoff))]
            words.append(aloud(self._say("utter_queue_keys")))
        elif not words and waits and now - told >= PLACE_EVERY:
            words, told = await self.announcement(handoff, "utter_handoff_still_waiting"), now
            words.append(aloud(self._say("utter_queue_keys")))
        return self._doc(words, look, told)

    def _doc(self, words: Sequence[str], look: Look, told: int) -> str:
        clips = self.clips()
        clip = clips[look.number % len(clips)] if clips else ""
        return documents.wait(words, clip, look.following(told), look.key(told), self.flow.speech)

    def _say(self, name: str, **values: object) -> str:
        return self.flow.wording.say(name, ChannelName.VOICE, **values)


def chosen_key(sid: str, joined: int) -> str:
    """Where the choice of a caller who leaves the queue is kept."""
    return f"{sid}:{joined}:chosen"
