"""What an installation sets for its waiting line, people and recordings (gateway/settings/config.py reads it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.ports.hours import Hours
from bot.ports.phone_line import CallbackRules


@dataclass(frozen=True, slots=True)
class LineSettings:
    """``queue_limit``: callers who may wait at once. ``hold_music``: an address that is played instead of our own, ``off``
    for silence, empty for ours. ``supervisors``: usernames that may listen and coach besides those who have the role.
    ``effort_question``: ask the caller how easy it was. Calls are recorded only with ``record_calls``, and the caller hears
    so before."""

    hours: Hours = field(default_factory=Hours)
    queue_limit: int = 50
    hold_music: str = ""
    record_calls: bool = False
    summary_sms: bool = False
    effort_question: bool = False
    supervisors: frozenset[str] = frozenset()
    call_hours: Hours = field(default_factory=Hours)
    callback_tries: int = 3
    callback_minutes: int = 15

    @property
    def callbacks(self) -> CallbackRules:
        """How customers who were not reached are called again."""
        return CallbackRules(self.callback_tries, timedelta(minutes=self.callback_minutes), self.hours)
