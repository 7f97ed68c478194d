"""Who did what to the records and the installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.model.retention import Retention
from records.facts.kinds import kind_of_fact


@kind_of_fact("agent_signed_in", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedIn:
    """An agent signed in, from which network."""

    agent: str
    network: str = ""


@kind_of_fact("agent_signed_out", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedOut:
    """An agent signed out, or was: by themselves, by the clock, by a supervisor."""

    agent: str
    by: str = ""


@kind_of_fact("transcript_read", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptRead:
    """Somebody read a transcript: which agent or token, where (desk, API), from which network, and how many lines."""

    reader: str
    where: str
    handoff_id: str = ""
    lines: int = 0
    network: str = ""


@kind_of_fact("agent_changed", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged:
    """An agent's account was changed: whose, what, by whom."""

    agent: str
    change: str
    by: str = ""


@kind_of_fact("access_read", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRead:
    """An admin looked at who may what, or a program looked for conversations: at what, from which network."""

    what: str
    by: str
    network: str = ""


@kind_of_fact("token_changed", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChanged:
    """A token for programs was made or revoked: its id and name, what it may, by whom. Never the token."""

    token: str
    name: str
    change: str
    scopes: tuple[str, ...] = ()
    by: str = ""


@kind_of_fact("canned_reply_changed", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReplyChanged:
    """A canned reply was made, changed or removed: whose own (empty: shared, with its title), in which queue. Never its words."""

    reply: str
    change: str
    owner: str = ""
    title: str = ""
    queue: str = ""
    by: str = ""


@kind_of_fact("released", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release is served from now on: its number, the model's version, the share of conversations (0 to 1), and by whom."""

    release: str
    model: str = ""
    share: float = 1.0
    by: str = ""


@kind_of_fact("deleted", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedFact:
    """What retention (``why``: the class) or an erasure deleted: facts stripped and removed by kind, lines, and before when."""

    why: str
    stripped: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    before: datetime | None = None


@kind_of_fact("exported", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Records were written to files, which no erasure reaches: the range, the form, the rows, and whether persons are in them."""

    since: datetime
    until: datetime
    form: str
    persons: bool
    files: tuple[str, ...] = ()
    facts: int = 0
    conversations: int = 0


@kind_of_fact("kept_aside", Retention.AUDIT)
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAside:
    """Something in the stream was no fact that this version knows: it is kept as it came, under its id, and why."""

    aside_id: str
    of_kind: str = ""
    of_version: int | None = None
    why: str = ""
