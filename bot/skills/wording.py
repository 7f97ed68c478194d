"""What a business's code puts into a sentence, in the language of the turn (docs/languages.md)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from bot.languages import days
from bot.languages.current import current
from bot.languages.tables import worded


def translated(english: str) -> str:
    """The words for it in ``_words.yml``; as it is in English, and where there are none."""
    return worded(english, current())


def day(of: date, pattern: Literal["long", "spoken", "short"]) -> str:
    """``Tuesday, November 24``; ``November 24``; ``Nov 24``."""
    return days.said(of, pattern)
