"""What leaves this process: the words as the door masks them, and without what would lead to a person by itself. Pure."""

from __future__ import annotations

import re

from bot.door import MASK
from bot.door.normal import folded
from bot.door.outgoing import unreadable
from bot.model.spoken_numbers import runs

LONGEST = 1000
"""Characters of one text."""

FIGURES = 5
"""From so many figures on, said or written, a number may lead to a person or an account: it is masked."""

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    """A customer's or an agent's words, fit to be sent to a server that is not ours."""
    plain, _ = unreadable(folded(text))
    plain = MAIL.sub(MASK, plain)
    for run in reversed(list(runs(plain))):
        if sum(len(group.digits) for group in run) >= FIGURES:
            plain = f"{plain[: run[0].start]}{MASK}{plain[run[-1].end :]}"
    return " ".join(plain.split())[:LONGEST]
