"""What agents read of slots: how each is called, which are the assistant's own affair, and which hold the customer's name.

The designers' ``desk:`` in ``domain/*/_desk.yml``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import SlotFact

FILE = "_desk.yml"
KEYS = frozenset({"name", "facts", "hidden", "answer_within"})
LONGEST_NAME = 60
RASAS = frozenset({"requested_slot", "session_started_metadata"})


@dataclass(frozen=True, slots=True)
class FactWords:
    """``facts``: slot -> how it is called; ``names``: the slots that hold the customer's name, the better one first."""

    facts: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = RASAS
    names: tuple[str, ...] = ()

    @classmethod
    def from_domain(cls, folder: Path) -> FactWords:
        """Read the general file and the business's. Raises DomainFileError with a sentence for designers."""
        given = domain_files.settings(folder, FILE, "desk")
        if unknown := sorted(given.keys() - KEYS):
            raise DomainFileError(f"{FILE}: there is nothing called {unknown[0]!r}; known are {', '.join(sorted(KEYS))}.")
        facts = {str(slot): str(words) for slot, words in (given.get("facts") or {}).items()}
        return cls(facts, frozenset(map(str, given.get("hidden") or ())) | RASAS, tuple(map(str, given.get("name") or ())))

    def label(self, slot: str) -> str:
        """``Last four digits of the card``; without words of its own, ``card_last_four`` as ``Card last four``."""
        words = slot.replace("_", " ").strip()
        return self.facts.get(slot) or words[:1].upper() + words[1:]

    def shown(self, slots: Iterable[SlotFact]) -> list[SlotFact]:
        """Those that say something to an agent."""
        return [slot for slot in slots if slot.value is not None and slot.name not in self.hidden]

    def name_in(self, slots: Iterable[SlotFact]) -> str:
        """The customer's name as they gave it, fit for one line; empty where none is known."""
        given = {slot.name: slot.value for slot in slots}
        return next((name for slot in self.names if (name := one_line(given.get(slot)))), "")


def one_line(value: Any) -> str:
    """Text without control and formatting characters (which could turn the words around it), at most LONGEST_NAME long."""
    if not isinstance(value, str):
        return ""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in value)
    return " ".join(kept.split())[:LONGEST_NAME]
