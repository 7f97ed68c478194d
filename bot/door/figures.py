"""The numbers of a text of any script, what is left without them, and the words beside them. Pure."""

from __future__ import annotations

import re

from bot.door.normal import folded
from bot.model.spoken_numbers import groups, runs


def numbers(text: str) -> list[str]:
    """The figures of each run, in any script, written or said: ``pin: 48 21`` gives ``["4821"]``."""
    return ["".join(group.digits for group in run) for run in runs(folded(text))]


def without(text: str, length: int, mask: str = "****") -> str:
    """The text with each number of so many figures taken out."""
    plain = folded(text)
    for run in reversed(list(runs(plain))):
        if sum(len(group.digits) for group in run) == length:
            plain = f"{plain[: run[0].start]}{mask}{plain[run[-1].end :]}"
    return plain


def rest(text: str) -> list[str]:
    """The words of a text that are no figures, in small letters."""
    plain = folded(text)
    spans = [(group.start, group.end) for group in groups(plain)]
    words = re.finditer(r"[^\W\d_]+", plain)
    return [w[0].casefold() for w in words if not any(start <= w.start() < end for start, end in spans)]
