"""The caller in the queue: hears what the agent types, now and then the place in line, and leaves when it is over.

https://www.twilio.com/docs/voice/twiml/enqueue : each document here ends by asking for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import ChannelName, HandoffState
from bot.ports import Calls
from voice import twiml
from voice.flow import CallFlow
from voice.forms import VoiceForm
from voice.spoken import aloud

PAUSE = 4
"""Seconds between two looks: an agent's words are spoken within about five."""

PLACE_EVERY = 45
"""Seconds between two announcements of the place in line."""


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


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """What a caller in the queue hears."""

    flow: CallFlow
    calls: Calls

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

    def silence(self, look: Look) -> str:
        """Nothing to say, or no way to know: stay in the queue, which is Twilio's and needs nothing of ours."""
        return twiml.waiting([], look.following(look.told), PAUSE, self.flow.speech)

    async def _answer(self, sid: str, look: Look, words: Sequence[str]) -> str:
        call = await self.calls.get(sid)
        handoff = await self.flow.handoffs.get(call.handoff_id) if call and call.handoff_id else None
        if handoff is None or not handoff.open:
            return twiml.leave(words, self.flow.speech)
        now = int(self.flow.clock().timestamp())
        told = look.told or now
        if not words and handoff.state is HandoffState.WAITING and now - told >= PLACE_EVERY:
            place = await self.flow.place(handoff)
            words, told = [aloud(self.flow.wording.say("utter_handoff_still_waiting", ChannelName.VOICE, place=place))], now
        return twiml.waiting(words, look.following(told), PAUSE, self.flow.speech)
