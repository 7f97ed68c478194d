"""Names spelled with the letters on a telephone's keys: ``26256739`` is Ana Lopez. Pure functions.

Many names share the same keys. That is good enough: a name alone opens nothing, it has to fit a card's last four digits.
"""

from __future__ import annotations

import re

from bot.skills.parsing.names import key

LETTERS = {letter: str(digit) for digit, letters in enumerate(("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), 2)
           for letter in letters}  # fmt: skip
SHORTEST = 5
"""Fewer keys are no first and last name; four are the digits of a card."""

LONGEST = 40
KEYED = re.compile(rf"[2-9]{{{SHORTEST},{LONGEST}}}")
MARK = "keyed "
"""How a slot tells keys from a name."""


def keyed_name(text: str) -> str | None:
    """What to keep of a name that was keyed in, or None. A space keyed as 0 or 1 is left out."""
    keys = re.sub(r"[01]", "", text) if text.isdecimal() else ""
    return MARK + keys if KEYED.fullmatch(keys) else None


def keys_in(name: str) -> str | None:
    """The keys of a name kept by ``keyed_name``; None for a name in letters."""
    keys = name.removeprefix(MARK)
    return keys if keys != name and KEYED.fullmatch(keys) else None


def spelled(name: str) -> str:
    """A name as keys: accents, spaces and hyphens do not count."""
    return "".join(LETTERS.get(letter, "") for letter in key(name))
