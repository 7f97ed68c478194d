"""The typed verbs that a TwiML document is read into (``simulator.twiml.read``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Problem:
    """What Twilio's debugger would show. ``code`` as in https://www.twilio.com/docs/api/errors ."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speak ``text``, ``loop`` times (0: 1,000 times)."""

    text: str
    loop: int = 1
    language: str = "en-US"


@dataclass(frozen=True, slots=True)
class Play:
    """Play a file, or keys."""

    url: str = ""
    digits: str = ""
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for ``length`` seconds."""

    length: int = 1


Prompt: TypeAlias = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """Listen for keys and speech. ``num_digits`` None: any number; times in seconds."""

    dtmf: bool
    speech: bool
    action: str | None
    method: str
    action_on_empty: bool
    timeout: int
    speech_timeout: int
    num_digits: int | None
    finish_on_key: str
    barge_in: bool
    partial_url: str | None
    prompts: tuple[Prompt, ...] = ()
    language: str = "en-US"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document; an empty URL means this one again."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in the queue ``name``. ``wait_url`` None: Twilio's own music; empty: silence."""

    name: str
    action: str | None
    method: str
    wait_url: str | None
    wait_method: str
    max_size: int | None = None


@dataclass(frozen=True, slots=True)
class DialNumber:
    """A number to ring; ``url`` is the whisper, heard by the called side only; ``params`` is what a browser is told."""

    number: str
    url: str | None = None
    method: str = "POST"
    status_callback: str | None = None
    status_events: tuple[str, ...] = ("completed",)
    params: str = ""


@dataclass(frozen=True, slots=True)
class DialQueue:
    """The queue whose first caller is to be joined; ``url`` is played to that caller before."""

    name: str
    url: str | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class DialConference:
    """The conference to enter. ``wait_url`` None: Twilio's own music; empty: silence."""

    name: str
    muted: bool = False
    starts: bool = True
    ends: bool = False
    beep: bool = True
    wait_url: str | None = None
    wait_method: str = "POST"
    label: str = ""
    coach: str | None = None
    record: bool = False
    status_callback: str | None = None
    status_method: str = "POST"
    status_events: tuple[str, ...] = ()
    recording_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """Join this call with somebody."""

    action: str | None
    method: str
    timeout: int
    time_limit: int
    caller_id: str | None
    hangup_on_star: bool
    numbers: tuple[DialNumber, ...] = ()
    queue: DialQueue | None = None
    conference: DialConference | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller after a beep."""

    action: str | None
    method: str
    timeout: int
    max_length: int
    finish_on_key: str
    play_beep: bool
    status_callback: str | None
    transcribe_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """``<Connect><ConversationRelay>``. ``interruptible`` and ``report``: none, dtmf, speech, any. ``language``: what is heard;
    ``speaks``: the voice's."""

    url: str
    action: str | None
    method: str
    language: str = "en-US"
    speaks: str = "en-US"
    dtmf: bool = False
    partial: bool = False
    interruptible: str = "any"
    report: str = "none"
    reconnect: bool = False
    events: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue (in a wait document)."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call without answering it: ``rejected`` or ``busy``."""

    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class NotPlayed:
    """A verb that Twilio knows and this simulator does not play."""

    name: str


Verb: TypeAlias = Say | Relay | Play | Pause | Gather | Redirect | Enqueue | Dial | Record | Leave | Hangup | Reject | NotPlayed


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs in order. ``url`` is where the document came from ("" when it was given inline)."""

    url: str
    verbs: tuple[Verb, ...]
    problems: tuple[Problem, ...]
