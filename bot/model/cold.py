"""What leaves Redis for the cold store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

GONE = b'{"event":"gone"}'
"""Stands in the place of a tracker event that was deleted or lost, so that the numbers of the others stay as they were."""


@dataclass(frozen=True, slots=True)
class ColdContact:
    """A contact that has left Redis: ``record`` is its JSON as Redis had it."""

    contact_id: str
    conversation_id: str
    last_seen: datetime
    record: str


@dataclass(frozen=True, slots=True)
class ColdStanding:
    """How many of a conversation's events are in the cold store, and what they say, folded (``bot.transcript.summary``)."""

    length: int = 0
    summary: str = ""
