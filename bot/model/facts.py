"""A fact: one thing that happened, in an envelope that says when, by which cause, and about whom (docs/records.md).

Whoever does something makes the fact; ``records/facts/`` has a schema for each kind of body and keeps what fits.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.ids import stable_id


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened; ``id`` follows from its cause, so that a repeat adds nothing.

    ``at`` (UTC) has to follow from the cause as well: it is part of the key. ``cause``: the id of a message, form, call or
    whatever brought it about. ``contact``: the contact's id; ``pseudonym``: its keyed hash, for figures that need no person.
    ``channel``: a ``ChannelName`` as text. ``body``: JSON, as the kind's schema has it.
    """

    id: str
    kind: str
    version: int
    at: datetime
    cause: str
    body: Mapping[str, Any]
    conversation_id: str | None = None
    contact: str | None = None
    pseudonym: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a fact is about, for the envelope."""

    conversation_id: str | None = None
    contact: str | None = None
    channel: str | None = None


def fact_id(cause: str, kind: str, n: int = 0) -> str:
    """The id of the ``n``-th fact of a kind that a cause brings about: the same on every try."""
    return stable_id("f", f"{cause}>{kind}#{n}")


def pseudonym(contact: str, key: bytes) -> str:
    """The contact's keyed hash (HMAC-SHA256, 32 hexadecimal digits): tells customers apart without naming one."""
    return hmac.new(key, contact.encode(), hashlib.sha256).hexdigest()[:32]


def made(kind: str, cause: str, at: datetime, about: About, body: Mapping[str, object], n: int = 0, *, what: str = "") -> Fact:
    """A fact of this kind in its first version. ``body``: plain values as the kind's schema has them; nothing is checked here.
    ``what`` tells it apart from others of its cause, as ``n`` does."""
    place, contact, channel = about.conversation_id, about.contact, about.channel
    return Fact(fact_id(f"{cause}{what}", kind, n), kind, 1, at, cause, body, place, contact, None, channel)


def moment_number(at: datetime) -> int:
    """``n`` for what may happen to one cause more than once, each time at another moment: microseconds since 1970."""
    return int(at.timestamp() * 1_000_000)
