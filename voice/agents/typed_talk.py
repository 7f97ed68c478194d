"""A caller and an agent who types: the agent's words are spoken, and what the caller says is written down for the agent.

A queue only plays; so the caller is taken out of it, into one ``<Gather>`` after another, each of which speaks what the agent
has typed since the last and listens. It is the same for a call over the relay: with no assistant in it there is no session. An
agent who wants to talk after all is joined as from the queue, by the call's sid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.model import Call, CallState, ChannelName, Handoff
from bot.ports import Calls
from voice import script
from voice.flow import CallFlow
from voice.gather.forms import VoiceForm
from voice.script import Script, url
from voice.speech.spoken import aloud

TYPED = "typed"
"""Kept as the choice of a caller who leaves the queue because the agent types."""


def types(handoff: Handoff) -> bool:
    """Whether this handoff's agent answers in writing."""
    return handoff.held and handoff.types


@dataclass(frozen=True, slots=True)
class TypedTalk:
    """``joined``: the step at which the caller was put in line; ``number`` counts the questions since."""

    flow: CallFlow
    calls: Calls

    async def begins(self, form: VoiceForm, joined: int) -> Script:
        """The caller left the queue for it: say how it goes, and listen."""
        words = [aloud(self._say("utter_agent_types")), *await self._typed(form.sid)]
        return self._listen(words, joined, 0)

    async def heard(self, form: VoiceForm, joined: int, number: int) -> Script:
        """What the caller said to question ``number``, or silence; the next question."""
        call = await self.calls.get(form.sid)
        if form.over or call is None or call.state is CallState.ENDED:
            await self.flow.ended(form.sid)
            return script.nothing()
        if (over := await self._over(form, call, joined, number)) is not None:
            return over
        if said := form.speech.strip() or form.digits:
            message = self.flow.message(call, f"{joined}:typed:{number}", text=said)
            result = await self.flow.conversations.receive(message)
            if result.handoff is None:  # closed in this very moment: the assistant answered
                return await self.flow.spoken_after(replace(call, state=CallState.TALKING), joined, result)
        return self._listen(await self._typed(form.sid), joined, number + 1)

    async def _over(self, form: VoiceForm, call: Call, joined: int, number: int) -> Script | None:
        """What comes when no agent types any more: back in line, or the assistant has the next turn."""
        handoff = await self.flow.handoffs.get(call.handoff_id) if call.handoff_id else None
        if handoff is None or not handoff.open:
            if words := await self._typed(form.sid):
                return script.onward(words, url("typed", joined=joined, n=number + 1), self.flow.tongues.speech)
            return await self.flow.returned(replace(form, queue_result="leave"), joined)
        return None if types(handoff) else script.enqueue([], joined, self.flow.tongues.speech)

    async def _typed(self, sid: str) -> list[str]:
        return [aloud(text) for text in await self.calls.to_say(sid)]

    def _listen(self, words: list[str], joined: int, number: int) -> Script:
        return script.listen(words, url("typed", joined=joined, n=number), self.flow.tongues.speech)

    def _say(self, name: str) -> str:
        return self.flow.wording.say(name, ChannelName.VOICE)
