"""How days and sums are said, for every skill alike, in the language of the turn."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.skills import wording


def amount(cents: int) -> dict[str, Any]:
    """``124050`` as ``1,240.50`` to read, and as 1,240 and 50 to be spoken."""
    dollars, rest = divmod(abs(cents), 100)
    return {"amount": f"{dollars:,}.{rest:02d}", "dollars": f"{dollars:,}", "cents": str(rest)}


def long_day(day: date) -> str:
    """``Tuesday, November 24``."""
    return wording.day(day, "long")


def month_day(day: date) -> str:
    """``November 24``."""
    return wording.day(day, "spoken")


def short_day(day: date) -> str:
    """``Nov 24``."""
    return wording.day(day, "short")


def listed_day(day: date) -> str:
    """``Tue, Nov 24``."""
    return wording.day(day, "listed")
