"""What a change of a phone call tells. Pure: from the record before and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.model import About, Call, CallState, Fact
from bot.model.facts import made, moment_number

STEPS = {CallState.WAITING: "waits", CallState.BRIDGED: "bridged", CallState.ENDED: "ended", CallState.TALKING: "talks"}


def began(call: Call) -> Fact:
    """A call came, or was made. The same however often it is told."""
    return made("call_step", call.sid, call.started_at, _about(call), {"call_sid": call.sid, "step": "began"})


def steps(was: Call, now: Call, at: datetime) -> list[Fact]:
    """What happened between the two, at that moment."""
    about, number = _about(now), moment_number(at)
    told = [made("call_step", now.sid, at, about, body, number + n) for n, body in enumerate(_steps(was, now))]
    if now.effort is not None and was.effort is None:
        told.append(made("survey_answer", now.sid, at, about, {"survey": "effort", "question": "effort", "score": now.effort}))
    return told


def _steps(was: Call, now: Call) -> Iterator[dict[str, object]]:
    here = {"call_sid": now.sid, "handoff_id": now.handoff_id or ""}
    if now.step > was.step:
        yield {**here, "step": "asked"}
    if now.state is not was.state:
        yield {**here, "step": STEPS[now.state]}
    if now.status and not was.status:
        yield {**here, "step": "over", "status": now.status, "seconds": now.seconds}


def _about(call: Call) -> About:
    return About(call.conversation_id, None, "voice")
