"""What agents and the telephone did."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.retention import Retention
from records.facts.kinds import Personal, kind_of_fact


@kind_of_fact("handoff_opened", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffOpened:
    """A person was asked for: why, in which queue, at which place in line; ``words``: what the customer said."""

    handoff_id: str
    queue: str
    reason: str = ""
    words: Personal[str] = ""
    place: int | None = None


@kind_of_fact("handoff_offered", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffOffered:
    """A waiting customer was offered to an agent."""

    handoff_id: str
    agent: str


@kind_of_fact("handoff_accepted", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffAccepted:
    """An agent took it, after so many seconds of waiting."""

    handoff_id: str
    agent: str
    waited_seconds: float | None = None


@kind_of_fact("handoff_transferred", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffTransferred:
    """It went from one agent to another agent or queue, with a note."""

    handoff_id: str
    from_agent: str
    to_agent: str = ""
    to_queue: str = ""
    note: Personal[str] = ""


@kind_of_fact("handoff_returned", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffReturned:
    """It went back: to the ``queue`` (agent_left, released, declined, late, missed, not_reached), or to the ``assistant`` (the
    outcome's word)."""

    handoff_id: str
    to: str
    agent: str = ""
    why: str = ""


@kind_of_fact("handoff_closed", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffClosed:
    """It is over. ``outcome``: ``agreed``, ``talked`` (the agent wrote nothing down), ``elsewhere`` (in Meta's inbox), ``alone``
    (the customer went on without), ``left`` (the line) or ``joined`` (another handoff); ``note``: what the agent wrote down.
    Told once more when an agent writes it down after the caller was back with the assistant: the later one stands."""

    handoff_id: str
    outcome: str
    note: Personal[str] = ""
    agent: str = ""
    talked_seconds: float | None = None


@kind_of_fact("handoff_step", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffStep:
    """A handoff came from one state to another (docs/handoff.md), or to another agent or queue: why, and which agent's it is or
    was."""

    handoff_id: str
    was: str
    now: str
    why: str = ""
    agent: str = ""


@kind_of_fact("handoff_passed", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffPassed:
    """A handoff at another desk (docs/other-desks.md). ``step``: ``opened`` (they have it), ``not_taken`` (one message),
    ``refused`` (what an agent there did), ``lost`` (our own desk has it), ``over`` (they were told the end); ``why``: a word or
    the error; ``tries`` that failed before."""

    handoff_id: str
    desk: str
    step: str
    why: str = ""
    tries: int = 0


@kind_of_fact("handoff_noted", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffNoted:
    """An agent wrote a note for colleagues. ``about``: the step that it came with; empty: by itself."""

    handoff_id: str
    agent: str
    about: str = ""
    note: Personal[str] = ""


@kind_of_fact("handoff_wrapped_up", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffWrappedUp:
    """An agent said how it ended: the ``code`` of the queue's list, the ``intent`` that it really was, a note for colleagues, and
    when they want to be reminded of it."""

    handoff_id: str
    code: str
    intent: str = ""
    agent: str = ""
    note: Personal[str] = ""
    remind_at: str = ""


@kind_of_fact("call_step", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """A phone call came a step further: began, asked, waits, bridged, talks, ended; ``over`` has the network's word."""

    call_sid: str
    step: str
    status: str = ""
    seconds: int | None = None
    handoff_id: str = ""


@kind_of_fact("recording_made", Retention.RECORDINGS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMade:
    """A talk or a message left was recorded: where the vendor keeps it (its sid), and its seconds."""

    recording: Personal[str]
    seconds: int | None = None
    call_sid: str = ""
    handoff_id: str = ""


@kind_of_fact("callback_step", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStep:
    """A call back came a step further: asked, ringing (the agent's phone), calling (the customer's), reached, missed (by the
    agent), not_reached (by the customer: ``result``), rests, given_up, ended."""

    handoff_id: str
    step: str
    number: Personal[str] = ""
    attempt: int = 0
    result: str = ""
    agent: str = ""
