"""What a business's code puts into a sentence, in the language of the turn (docs/languages.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from bot.languages import days
from bot.languages.current import current
from bot.languages.tables import SAID, glossed, table, worded


def translated(english: str) -> str:
    """The words for it in ``_words.yml``; as it is in English, and where there are none."""
    return worded(english, current())


def day(of: date, pattern: Literal["long", "spoken", "short", "listed"]) -> str:
    """``Tuesday, November 24``; ``November 24``; ``Nov 24``; ``Tue, Nov 24``."""
    return days.said(of, pattern)


def language() -> str:
    """Of the turn, two letters; empty for English."""
    return current()


def in_english(text: str) -> str:
    """What stands around an answer in the language of the turn, in English, as the readers of days and sums want it."""
    return glossed(text, current(), "answers")


def said_for(kind: str) -> Mapping[str, str]:
    """What customers say in the language of the turn, and the English for it: a table of ``_said.yml``."""
    return table(current(), SAID, kind)
