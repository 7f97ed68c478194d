"""Variables of canned replies: ``{customer}`` stands for a name, and what is not filled in is never sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desk.words import words

BRACES = re.compile(r"(\{[^{}\n]{1,40}\})")
NO_BRACES = str.maketrans("", "", "{}")


class Variable(StrEnum):
    """What may stand in braces."""

    CUSTOMER = "customer"
    """The name that the customer gave."""
    AGENT = "agent"
    """The name of the agent, as customers read it."""
    QUEUE = "queue"
    """The title of the conversation's queue."""
    CHANNEL = "channel"
    """How the channel that the reply goes to is called."""
    BLANK = "blank"
    """Nothing is ever known for it: the agent fills it in each time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``variable``: which one it is, where it is one."""

    text: str
    variable: Variable | None = None


def pieces(text: str) -> Iterator[Piece]:
    """The text in its order, its variables apart."""
    for part in BRACES.split(text):
        if part:
            yield Piece(part, _variable(part))


def unknown(text: str) -> list[str]:
    """What stands in braces and is no variable."""
    return [part for part in BRACES.findall(text) if _variable(part) is None]


def unfilled(text: str) -> list[str]:
    """The variables that stand in it as such, each once: ``{customer}``."""
    return list(dict.fromkeys(written(one.variable) for one in pieces(text) if one.variable))


def not_filled_in(gaps: Sequence[str]) -> str:
    """Why it is not sent."""
    return words()("canned.unfilled", names=" ".join(gaps))


def fill(text: str, values: Mapping[Variable, str]) -> str:
    """With the values that there are; a variable without one stays. A value is never read for variables, whoever wrote it."""
    return "".join(one.text if one.variable is None else _value(one.variable, values) for one in pieces(text))


def written(variable: Variable) -> str:
    """As it stands in a text."""
    return f"{{{variable}}}"


def _value(variable: Variable, values: Mapping[Variable, str]) -> str:
    return values.get(variable, "").translate(NO_BRACES).strip() or written(variable)


def _variable(part: str) -> Variable | None:
    name = part[1:-1].strip().casefold()
    return Variable(name) if part.startswith("{") and name in set(Variable) else None
