"""The verbs of a script: shapes only. ``kind`` tells them apart where a script is kept as JSON.

They are those of a telephone call in general; how each vendor's document or message writes them is the renderers' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from voice.script.addresses import To


@dataclass(frozen=True, slots=True)
class Say:
    """Words that a voice speaks in one piece (``voice.script.words`` cuts them). ``voice``: None is the account's own.
    ``rate``: how fast, as SSML has it (``85%``); empty is as ever."""

    text: str
    language: str
    voice: str | None = None
    rate: str = ""
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds without words."""

    seconds: int
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class Play:
    """A sound file: an address from the root, or a whole one."""

    source: str
    kind: Literal["play"] = "play"


@dataclass(frozen=True, slots=True)
class Keys:
    """How keys are listened for. ``count``: that many end it. ``finish_key`` ends it, too: None leaves it to the vendor (``#``),
    empty is no key."""

    count: int | None = None
    finish_key: str | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """How speech is listened for. ``end_silence``: seconds that end it; ``hints``: words that are likely. ``partial``: what is
    recognised meanwhile is told, too."""

    language: str
    model: str
    end_silence: int
    hints: tuple[str, ...] = ()
    profanity_filter: bool = True
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Listen for keys, speech or both while ``says`` is heard, which an answer cuts short, and for ``timeout`` seconds after it.

    The answer goes ``to``; silence does, too, if ``tells_silence``, and else the next verb follows.
    """

    to: To
    timeout: int
    says: tuple[Annotated[Say | Pause | Play, Field(discriminator="kind")], ...] = ()
    keys: Keys | None = None
    speech: Recognition | None = None
    tells_silence: bool = True
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on elsewhere."""

    to: To
    kind: Literal["redirect"] = "redirect"


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in the queue. ``step``: the call's, at which it was put in line."""

    step: int
    kind: Literal["enqueue"] = "enqueue"


@dataclass(frozen=True, slots=True)
class Leave:
    """Out of the queue."""

    kind: Literal["leave"] = "leave"


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message after the beep, ``seconds`` at most. ``text``: its words are transcribed, too."""

    handoff_id: str
    seconds: int
    text: bool
    kind: Literal["record"] = "record"


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a leg enters a conference. ``room``: its name (a handoff's id, so no personal data). ``coach``: a call's sid."""

    room: str
    label: str
    starts: bool = True
    ends: bool = False
    muted: bool = False
    coach: str | None = None
    record: bool = False


@dataclass(frozen=True, slots=True)
class Conference:
    """Enter a conference. ``after`` is asked when it is over; without it the next verb follows."""

    entrance: Entrance
    after: str | None = None
    kind: Literal["conference"] = "conference"


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of the call."""

    kind: Literal["hangup"] = "hangup"


Spoken: TypeAlias = Say | Pause | Play
"""What a caller hears."""

Verb: TypeAlias = Say | Pause | Play | Ask | Redirect | Enqueue | Leave | Record | Conference | Hangup


@dataclass(frozen=True, slots=True)
class Script:
    """One step, verb after verb. No verb: nothing is to be done."""

    verbs: tuple[Annotated[Verb, Field(discriminator="kind")], ...] = ()

    def to_json(self) -> str:
        """For the store; ``from_json`` reads it back."""
        return SCRIPT.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Script:
        """Read what ``to_json`` wrote. Raises ValueError."""
        return SCRIPT.validate_json(text)


SCRIPT = TypeAdapter(Script)
