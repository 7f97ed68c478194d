"""What a change of a handoff tells: its steps, calls back, recordings. Pure: from the record before and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.model import About, Author, Callback, Fact, Handoff, HandoffState
from bot.model.facts import made, moment_number
from bot.model.handoffs import INBOX


def opened(handoff: Handoff) -> Fact:
    """A person was asked for. The same however often it is told."""
    said = (line.text for line in reversed(handoff.packet.transcript) if line.author is Author.CUSTOMER)
    asked = {"queue": handoff.queue, "reason": handoff.reason, "words": next(said, ""), "place": handoff.place}
    return made("handoff_opened", handoff.id, handoff.opened_at, _about(handoff), {"handoff_id": handoff.id, **asked})


def steps(was: Handoff, now: Handoff, at: datetime) -> list[Fact]:
    """What happened between the two, at that moment."""
    told = [*_step(was, now), *_ownership(was, now), *_written(was, now), *_rated(was, now)]
    told += [*_called_back(was, now), *_recorded(was, now)]
    about, first = _about(now), moment_number(at)
    here = {"handoff_id": now.id}
    return [made(kind, now.id, at, about, here | body, first + n) for n, (kind, body) in enumerate(told)]


def _about(handoff: Handoff) -> About:
    return About(handoff.conversation_id, handoff.contact_id, handoff.channel.value)


Step = tuple[str, dict[str, object]]


def _step(was: Handoff, now: Handoff) -> Iterator[Step]:
    """Each step of its life, whatever else is told of it."""
    if (was.state, was.agent, was.queue) != (now.state, now.agent, now.queue):
        step = {"was": was.state.value, "now": now.state.value, "why": now.why}
        yield "handoff_step", {**step, "agent": now.agent or was.agent or ""}


def _ownership(was: Handoff, now: Handoff) -> Iterator[Step]:
    if was.open and not now.open:
        seconds = _seconds(now.assigned_at, now.closed_at) if was.held else None
        note = {"note": now.outcome or "", "agent": now.agent or "", "talked_seconds": seconds}
        yield "handoff_closed", {"outcome": _outcome(was, now), **note}
    elif now.offer and now.offer != was.offer:
        yield "handoff_offered", {"agent": now.offer.to}
    elif _offers(was, now):
        yield "handoff_offered", {"agent": now.agent or ""}
    elif was.queue != now.queue:
        yield "handoff_transferred", {"from_agent": was.agent or "", "to_queue": now.queue}
    elif (was.open and was.agent is None and now.state is HandoffState.ASSIGNED) or _taken_by_phone(was, now):
        yield "handoff_accepted", {"agent": now.agent or "", "waited_seconds": _seconds(now.opened_at, now.assigned_at)}
    elif was.held and now.state is HandoffState.WAITING:
        yield "handoff_returned", {"to": "queue", "agent": was.agent or "", "why": _why(was, now)}
    elif was.open and was.agent and now.agent and was.agent != now.agent:
        yield "handoff_transferred", {"from_agent": was.agent, "to_agent": now.agent}
    if now.noted_late and not was.noted_late:
        note = {"note": now.outcome or "", "agent": now.agent or "", "talked_seconds": _seconds(now.assigned_at, now.closed_at)}
        yield "handoff_closed", {"outcome": _outcome(was, now), **note}
    if not now.open and now.handed_back and not was.handed_back and not now.noted_late and not _joined(now):
        yield "handoff_returned", {"to": "assistant", "agent": now.agent or "", "why": _outcome(was, now)}


def _written(was: Handoff, now: Handoff) -> Iterator[Step]:
    """What agents wrote down for each other, and how it ended."""
    for note in now.notes:
        if note not in was.notes:
            yield "handoff_noted", {"agent": note.agent, "about": note.about, "note": note.text}
    if now.closing and now.closing != was.closing and not now.open:
        closing = now.closing
        remind_at = closing.remind_at.isoformat() if closing.remind_at else ""
        ended = {"code": closing.code, "intent": closing.intent, "note": closing.note, "remind_at": remind_at}
        yield "handoff_wrapped_up", {**ended, "agent": now.agent or ""}


def _rated(was: Handoff, now: Handoff) -> Iterator[Step]:
    if now.rating is not None and now.rating != was.rating:
        said = {"score": now.rating.score, "words": now.rating.words}
        yield "survey_answer", {"survey": "rating", "question": "talk", "agent": now.agent or "", **said}


def _offers(was: Handoff, now: Handoff) -> bool:
    """An agent's phone rings for a call back: they may not answer it."""
    ringing = now.callback is not None and now.callback.ringing_since is not None and not now.callback.calling
    return was.state is HandoffState.WAITING and now.state is HandoffState.ASSIGNED and ringing


def _taken_by_phone(was: Handoff, now: Handoff) -> bool:
    """The agent whose phone rang is there, and the customer's is rung."""
    before, after = was.callback, now.callback
    offered = before is not None and before.ringing_since is not None and not before.calling
    return now.state is HandoffState.ASSIGNED and offered and after is not None and after.calling


def _outcome(was: Handoff, now: Handoff) -> str:
    """A word of a fixed list: ``agreed`` (the agent wrote down what), ``talked`` (nothing was written), ``elsewhere`` (answered
    in Meta's inbox), ``alone`` (the customer went on without a person), ``left`` (the line), ``joined`` (another handoff)."""
    if _joined(now):
        return "joined"
    if now.agent is None:
        return "alone" if now.outcome else "left"
    if now.agent == INBOX:
        return "elsewhere"
    return "agreed" if now.outcome else "talked"


def _joined(handoff: Handoff) -> bool:
    return handoff.handed_back.startswith("h_")


def _why(was: Handoff, now: Handoff) -> str:
    if now.agent_left_at and not was.agent_left_at:
        return now.why if now.why in ("released", "declined", "late") else "agent_left"
    return "not_reached" if len(now.tries) > len(was.tries) else "missed"


def _called_back(was: Handoff, now: Handoff) -> Iterator[Step]:
    before, after = was.callback, now.callback
    if before == after:
        return
    agent = now.agent or was.agent or ""
    if before is not None and len(now.tries) > len(was.tries):
        result = now.tries[-1].result
        yield "callback_step", _call_step("given_up" if after is None else "not_reached", before, agent, result=result)
    elif before is not None and after is None:
        yield "callback_step", _call_step("reached" if now.call_sid else "ended", before, agent)
    elif after is not None and (before is None or before.number != after.number):
        yield "callback_step", _call_step("asked", after, "")
    elif before is not None and after is not None:
        yield from _attempt(before, after, agent)


def _attempt(before: Callback, after: Callback, agent: str) -> Iterator[Step]:
    if after.calling and not before.calling:
        yield "callback_step", _call_step("calling", after, agent)
    elif after.ringing_since and not before.ringing_since:
        yield "callback_step", _call_step("ringing", after, agent)
    elif len(after.missed) > len(before.missed):
        yield "callback_step", _call_step("missed", before, after.missed[-1])
    elif after.not_before != before.not_before:
        yield "callback_step", _call_step("rests", before, agent)


def _call_step(step: str, back: Callback, agent: str, *, result: str = "") -> dict[str, object]:
    return {"step": step, "number": back.number, "attempt": back.attempt, "result": result, "agent": agent}


def _recorded(was: Handoff, now: Handoff) -> Iterator[Step]:
    for recording in now.recordings:
        if recording not in was.recordings:
            yield "recording_made", {"recording": recording, "call_sid": now.call_sid or ""}
    known = {one.recording for one in was.voicemails if one.seconds}
    for left in now.voicemails:
        if left.seconds and left.recording not in known:
            yield "recording_made", {"recording": left.recording, "seconds": left.seconds, "call_sid": now.call_sid or ""}


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() if since and until else None
