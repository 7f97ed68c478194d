"""The bank's one clock: its branches, and so its days, are in the Eastern time zone, wherever the server stands."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")


def today() -> date:
    """The day in the bank's zone."""
    return datetime.now(ZONE).date()
