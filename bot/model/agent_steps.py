"""What an agent does with a handoff's life; each is a step of it or is refused (``bot.agent_desk.steps``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Release:
    """Put back in line. ``note``, here and below: for colleagues, never for the customer; ``anyhow``: whoever has it, as
    supervisors may."""

    note: str = ""
    anyhow: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """To another queue."""

    queue: str
    note: str = ""
    anyhow: bool = False


@dataclass(frozen=True, slots=True)
class GiveTo:
    """Offer it to a colleague, by username."""

    to: str
    note: str = ""
    anyhow: bool = False


@dataclass(frozen=True, slots=True)
class Decline:
    """What is offered; by who offers it: take it back."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """From a colleague who is there."""

    owner: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until a time (UTC) or the customer's answer; None: until the answer alone."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with what is snoozed."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Open again what is closed."""


@dataclass(frozen=True, slots=True)
class WriteNote:
    """For colleagues, by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """The reminder is done with."""


@dataclass(frozen=True, slots=True)
class AskIn:
    """Ask a colleague in, who may write to its agent and to the customer."""

    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class JoinIn:
    """Come in beside its agent."""


@dataclass(frozen=True, slots=True)
class GoOut:
    """Leave it to its agent again."""


AgentStep = (
    AskIn | JoinIn | GoOut | Release | Move | GiveTo | Decline | TakeOver | Snooze | Resume | Reopen | WriteNote | Reminded
)
