"""Times as people write them for a range: a day, or a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def moment(text: str) -> datetime:
    """``2026-11-01`` is its midnight; a time without a zone is UTC, as is what comes back. ValueError for anything else."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:  # the first day of the calendar, east of UTC
        raise ValueError(f"{text!r} is outside of the calendar") from error
