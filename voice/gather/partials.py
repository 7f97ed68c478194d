"""Partial results of a ``<Gather>``: what is recognised while a caller still speaks, for one thing only.

Who says "a person, please" and is then not understood (music, a bad line, an unsure result) is put through, and not asked
"Did you say ...?" first. Requests come in any order, late or twice, so only a flag of the step is kept, never a word;
none of them is a turn. https://www.twilio.com/docs/voice/twiml/gather#partialresultcallback
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Call, CallState
from bot.ports import Calls
from voice.gather.forms import VoiceForm
from voice.gather.hearing import Heard
from voice.script import Prompt
from voice.speech.commands import Commands


@dataclass(frozen=True, slots=True)
class Partials:
    """Both methods raise StoreUnavailable."""

    calls: Calls
    commands: Commands

    async def overheard(self, form: VoiceForm, step: int) -> None:
        """One partial result for ``step``. One for a question that is over already changes nothing."""
        if not self.commands.asks_for_person(form.partial):
            return
        call = await self.calls.get(form.sid)
        if call and call.step == step and call.state is CallState.TALKING:
            await self.calls.remember(_key(form.sid, step), "1")

    async def person(self, call: Call, step: int, prompt: Prompt, heard: Heard) -> bool:
        """Whether an answer that came to nothing, or is unsure, was a wish for a person. One that says more than that
        ("a person stole my card") is asked back as ever."""
        unsure = heard.nothing or (heard.confidence is not None and heard.confidence < prompt.settings.confirm_below)
        if not prompt.settings.partial_results or prompt.purpose or heard.wish or heard.keys or not unsure:
            return False
        if self.commands.says_more(heard.text):
            return False
        return await self.calls.remembered(_key(call.sid, step)) is not None


def _key(sid: str, step: int) -> str:
    return f"{sid}:{step}:person"
