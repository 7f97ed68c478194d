"""What an agent can do and does just now: skills, languages, how much at once, and whether they take conversations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

REASONS = 80
"""Characters of a reason."""
MISSED = "missed"
"""The reason of who was set to away because they let pass what the line offered them."""


class Status(StrEnum):
    """Only who is available gets new conversations; who is away and does nothing has none after a while."""

    AVAILABLE = "available"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Work:
    """``reason``: in the agent's words; ``since``: None where it was never changed; ``chats``: conversations in writing at once,
    None for what the installation has."""

    status: Status = Status.AVAILABLE
    reason: str = ""
    since: datetime | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    chats: int | None = None


def work_of(record: Mapping[str, str]) -> Work:
    """As it is kept with the agent. The record of an earlier version says available or nothing."""
    kept, since, chats = record.get("status", ""), record.get("status_since", ""), record.get("chats", "")
    away = Status(kept) if kept in set(Status) - {Status.AVAILABLE} else Status.AWAY
    return Work(
        Status.AVAILABLE if record.get("available") else away,
        "" if record.get("available") else record.get("reason", ""),
        datetime.fromisoformat(since) if since else None,
        frozenset(record.get("skills", "").split()),
        frozenset(record.get("languages", "").split()),
        int(chats) if chats else None,
    )


def status_kept(status: Status, reason: str, at: datetime) -> dict[str, str]:
    """What is written for it."""
    available = "1" if status is Status.AVAILABLE else ""
    words = " ".join(reason.split())[:REASONS]
    return {"available": available, "status": status, "reason": words, "status_since": at.isoformat()}


def skills_kept(skills: Iterable[str], languages: Iterable[str], chats: int | None) -> dict[str, str]:
    """What is written for them."""
    return {"skills": " ".join(sorted(skills)), "languages": " ".join(sorted(languages)), "chats": str(chats or "")}
