"""How soon the customers of a queue are promised an answer: ``answer_within`` in ``domain/*/_desk.yml``, in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot import domain_files
from bot.domain_files import DomainFileError
from desk.words.facts import FILE

MOST = 7 * 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Promises:
    """By queue."""

    by_queue: Mapping[str, timedelta] = field(default_factory=dict)

    @classmethod
    def from_domain(cls, folder: Path) -> Promises:
        """Read the general file and the business's. Raises DomainFileError with a sentence for designers."""
        given = domain_files.settings(folder, FILE, "desk").get("answer_within") or {}
        return cls({str(queue): _minutes(str(queue), value) for queue, value in given.items()})

    def within(self, queue: str) -> timedelta | None:
        """None where nothing is promised."""
        return self.by_queue.get(queue)


def _minutes(queue: str, value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise DomainFileError(f"{FILE}: answer_within of {queue} is a number of minutes, 1 to {MOST}, not {value}.")
    return timedelta(minutes=value)
