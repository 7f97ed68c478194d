"""Where facts go: everything that happens is told once, with its cause (docs/records.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.model import Fact

KEPT = 7 * 24 * 3600
"""Seconds for which it is known that a fact was told."""


class Facts(Protocol):
    """Appends facts to be kept for good."""

    async def append(self, facts: Sequence[Fact]) -> None:
        """Durable before it returns. Asked again for the same facts it adds nothing to what is kept: their ids are theirs.

        To be done before, or with, the write that marks the work as done. Raises StoreUnavailable.
        """
        ...

    async def once(self, fact: Fact, seconds: int | None = KEPT) -> None:
        """Append a fact that goes with no record, unless one of its id was appended in the last seconds (None: ever): for what
        may be told again at another time. Raises StoreUnavailable."""
        ...


class NoFacts:
    """``Facts`` where nothing is recorded."""

    async def append(self, facts: Sequence[Fact]) -> None:
        """Nothing."""

    async def once(self, fact: Fact, seconds: int | None = KEPT) -> None:
        """Nothing."""
