"""The order in which people wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.model import Handoff


def of_queue(handoffs: Iterable[Handoff], queue: str) -> Iterator[Handoff]:
    """Of these, those that wait in that queue."""
    return (h for h in handoffs if h.waits and h.queue == queue)


def in_order(handoff: Handoff) -> tuple[datetime, datetime, str]:
    """What a line is sorted by: two that stand at one time always stand the same way."""
    return handoff.stands_at, handoff.opened_at, handoff.id
