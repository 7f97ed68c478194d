"""Pages by keyset: each ends with a cursor, the place of its last row, so that the thousandth page costs what the first does."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from records.facts import storable

T = TypeVar("T")
MOST = 500
"""Rows of a page at most, whatever is asked for."""
LONGEST = 600
"""Characters of a cursor; with the longest ids it has 300."""
LARGEST = 2**31
"""Above every place among the replies of one cause."""


class BadCursor(ValueError):
    """A cursor that is not one of ours."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows, and the cursors of the pages before and after them (None: there is none)."""

    rows: tuple[T, ...]
    before: str | None = None
    after: str | None = None


def cursor(at: datetime, *rest: Any) -> str:
    """The place of a row, as text for an address line."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), *rest]).encode()).decode().rstrip("=")


def place(text: str, *kinds: type) -> tuple[Any, ...]:
    """What ``cursor`` was given: a time and values of these kinds. Raises BadCursor."""
    try:
        at, *rest = json.loads(base64.urlsafe_b64decode(text[:LONGEST].encode() + b"=" * (-len(text) % 4)))
        at = datetime.fromisoformat(at)
        moment = at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise BadCursor("this cursor is not one of ours") from None
    if at.tzinfo is None or len(rest) != len(kinds) or not all(map(_fits, rest, kinds)):
        raise BadCursor("this cursor is not one of ours")
    return (moment, *rest)


def _fits(value: Any, kind: type) -> bool:
    """Whether a column of this kind can be compared with it: an address line may bring anything."""
    if isinstance(value, str):
        return kind is str and storable(value) == value
    return kind is int and type(value) is int and 0 <= value < LARGEST


def bounded(limit: int) -> int:
    """Between one and ``MOST``."""
    return max(1, min(limit, MOST))
