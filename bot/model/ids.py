"""Ids, and the time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime


def new_id(prefix: str) -> str:
    """A random id that cannot be guessed: 128 bits behind a prefix of its kind."""
    return f"{prefix}_{secrets.token_hex(16)}"


def stable_id(prefix: str, cause: str) -> str:
    """The id of what a message brings about: the same when its turn is worked on again."""
    return f"{prefix}_{hashlib.sha256(cause.encode()).hexdigest()[:32]}"


def now() -> datetime:
    """The time, in UTC. Tests pass their own clock (``bot.ports.Clock``) instead."""
    return datetime.now(UTC)
