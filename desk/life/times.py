"""Until when: a span from a short list, or a time of day that the page's script has put into UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.ports import Clock, HandoffRefused

SPANS: Mapping[str, timedelta] = {
    "20m": timedelta(minutes=20),
    "1h": timedelta(hours=1),
    "3h": timedelta(hours=3),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}
"""By the name in the form."""
NO_TIME = "That is no time. Choose one from the list, or a day and an hour."


def moment_of(fields: Mapping[str, str], clock: Clock) -> datetime | None:
    """The form's ``at``, else its ``for``; None when neither is given. HandoffRefused for anything else."""
    at, span = fields.get("at", "").strip(), fields.get("for", "").strip()
    if at:
        return _read(at)
    if not span:
        return None
    if span not in SPANS:
        raise HandoffRefused(NO_TIME)
    return clock() + SPANS[span]


def _read(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise HandoffRefused(NO_TIME) from error
    if found.tzinfo is None:
        raise HandoffRefused(NO_TIME)
    return found
