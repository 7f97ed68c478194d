"""Who it is, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.retention import Retention
from records.facts.kinds import Personal, kind_of_fact


@kind_of_fact("identity_linked", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked:
    """A contact was joined into another, by which proof. ``into``: the conversation that goes on, ``part`` the one that is read
    with it from now on; ``addresses``: those of the part's contact."""

    link_id: str
    into: str
    part: str
    part_contact: Personal[str] = ""
    addresses: Personal[tuple[str, ...]] = ()
    how: str = ""


@kind_of_fact("identity_undone", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityUndone:
    """A link was taken apart. All of the link is told again (``linked_at``: when it was made); ``restored``: the conversation
    under which the first side goes on."""

    link_id: str
    into: str
    part: str
    linked_at: datetime
    restored: str
    part_contact: Personal[str] = ""
    addresses: Personal[tuple[str, ...]] = ()
    by: str = ""


@kind_of_fact("opt_out", Retention.PROOF)
@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """A customer stopped messages to an address: in their words, on our notice, or by the vendor."""

    address: Personal[str]
    words: Personal[str] = ""
    notice: str = ""
    by: str = "customer"


@kind_of_fact("opt_in", Retention.PROOF)
@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn:
    """A customer let messages to an address begin again: in their words, and the notice that they were given."""

    address: Personal[str]
    words: Personal[str] = ""
    notice: str = ""
    by: str = "customer"


@kind_of_fact("consent", Retention.PROOF)
@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A customer agreed to something, or took it back: for what, in which words, and the words of the notice they were given."""

    purpose: str
    given: bool
    address: Personal[str] = ""
    words: Personal[str] = ""
    notice: str = ""


@kind_of_fact("notice_sent", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent:
    """A message that we began: the campaign it belongs to and the message's id."""

    notice: str
    message_id: str = ""
    campaign: str = ""


@kind_of_fact("notice_suppressed", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSuppressed:
    """A message that we would have begun and did not: why (opted out, quiet hours, a limit, an open handoff, ...)."""

    notice: str
    why: str
    campaign: str = ""
