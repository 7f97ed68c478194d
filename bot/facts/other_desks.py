"""What is told of handoffs at other desks. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import About, Fact, Handoff
from bot.model.facts import made, moment_number

OPENED, NOT_TAKEN, LOST, REFUSED, OVER = "opened", "not_taken", "lost", "refused", "over"
"""They have it; they do not take one message; they cannot be reached, so our own desk has it; what an agent there did was refused
here; they were told the end."""


def passed(handoff: Handoff, desk: str, step: str, at: datetime, *, why: str = "", tries: int = 0) -> Fact:
    """A step of a handoff at another desk."""
    about = About(handoff.conversation_id, handoff.contact_id, handoff.channel.value)
    body = {"handoff_id": handoff.id, "desk": desk, "step": step, "why": why, "tries": tries}
    return made("handoff_passed", handoff.id, at, about, body, moment_number(at), what=step)
