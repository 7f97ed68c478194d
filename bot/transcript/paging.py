"""A transcript in pages of lines, from the newest backwards; only the events of a page are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.model import TranscriptLine
from bot.ports.stores import Events
from bot.transcript.lines import lines

LINES = 50
"""Of a page, at least, where there are so many."""
EVENTS = 200
"""Read at once: a turn of two lines has six to twelve events."""


@dataclass(frozen=True, slots=True)
class LinesPage:
    """Lines in their order. ``earlier``: the number of the event before which there are more; None: there are none. ``whole``:
    False when those before them cannot be read just now."""

    lines: tuple[TranscriptLine, ...]
    earlier: int | None = None
    whole: bool = True


class Paged(Protocol):
    """Who gives events in pages (``bot.ports.stores.Transcripts``)."""

    async def page(self, conversation_id: str, before: int | None, limit: int) -> Events: ...


async def page_of(source: Paged, conversation_id: str, before: int | None = None, wanted: int = LINES) -> LinesPage:
    """The newest lines before event number ``before`` (None: of all). What ``source`` raises."""
    found = await source.page(conversation_id, before, EVENTS)
    first, events = found.first, found.events
    while found.whole and first and len(lines(events)) < wanted:
        found = await source.page(conversation_id, first, EVENTS)
        first, events = found.first, [*found.events, *events]
    skipped = _turn_begins(events) if first and found.whole else 0
    return LinesPage(lines(events[skipped:]), first + skipped if first and found.whole else None, found.whole)


def _turn_begins(events: Sequence[dict[str, Any]]) -> int:
    """Where the first customer's message is: an answer whose question is on the page before goes there, and has its channel."""
    return next((number for number, event in enumerate(events) if event.get("event") == "user"), 0)
