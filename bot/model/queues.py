"""The queues of a business, and how a conversation in each may end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GENERAL = "general"
ENDINGS: Mapping[str, str] = {
    "resolved": "Resolved",
    "callback": "Callback arranged",
    "no_answer": "No answer from the customer",
    "elsewhere": "Passed on elsewhere",
    "spam": "Spam",
}
"""Of a queue that has none of its own."""


@dataclass(frozen=True, slots=True)
class Queue:
    """``title``: as agents read it; ``endings``: titles by code, in the order of the list."""

    title: str
    endings: Mapping[str, str] = field(default_factory=lambda: ENDINGS)


@dataclass(frozen=True, slots=True)
class Queues:
    """All of them by name."""

    by_name: Mapping[str, Queue] = field(default_factory=lambda: {GENERAL: Queue("General")})

    def title(self, name: str) -> str:
        """As agents read it."""
        return self.by_name[name].title if name in self.by_name else name

    def endings(self, name: str) -> Mapping[str, str]:
        """Titles by code; a queue that is not declared has those of the general one."""
        return self.by_name.get(name, self.by_name[GENERAL]).endings

    def others(self, name: str) -> Mapping[str, str]:
        """Titles by name of those that a conversation may be moved to."""
        return {one: queue.title for one, queue in self.by_name.items() if one != name}
