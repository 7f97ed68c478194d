"""What a session asks of the call's steps, which are the same as over ``<Gather>``."""

from __future__ import annotations

from typing import Protocol

from bot.model import Call
from bot.ports import Calls
from voice.gather.forms import VoiceForm, read_form
from voice.relay.rendering import Listen, utterance
from voice.relay.state import Pending
from voice.script import Script, remembered


class CallSteps(Protocol):
    """The call's steps as scripts (``voice.calls.VoiceLine``). The first two never raise: they apologise."""

    async def answered(self, form: VoiceForm, step: int) -> Script: ...
    async def collected(self, form: VoiceForm, step: int, tries: int) -> Script: ...
    async def again(self, call: Call) -> Script:
        """What the call is doing now, made anew."""
        ...


async def asking(steps: CallSteps, calls: Calls, call: Call) -> Script:
    """The script that brought the call where it is: the kept answer to the step before, else made anew."""
    kept = await remembered(calls, f"{call.sid}:{call.step - 1}")
    then = utterance(kept).then if kept else None
    if kept and not (isinstance(then, Listen) and then.step != call.step):
        return kept
    return await steps.again(call)


def form_of(call: Call, given: Pending) -> VoiceForm:
    """An answer as a ``<Gather>`` would bring it."""
    fields = {"CallSid": call.sid, "From": call.caller.value, "CallStatus": "in-progress"}
    return read_form({**fields, "Digits": given.digits[:64], "SpeechResult": given.text})
