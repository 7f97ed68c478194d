"""How a handoff ended, in the words of its agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """``code``: of the queue's list (``domain/*/_queues.yml``); ``intent``: what the customer really wanted; ``note``: for
    colleagues, never told to the customer; ``remind_at``: when its agent wants to be reminded of it."""

    code: str = ""
    intent: str = ""
    note: str = ""
    remind_at: datetime | None = None
