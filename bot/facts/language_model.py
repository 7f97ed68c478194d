"""What is told of a language model that was asked for something of a handoff. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from bot.model import About, Fact, Handoff
from bot.model.facts import made
from bot.ports.language_model import Use

KIND = "language_model_used"


def model_used(handoff: Handoff, use: Use, at: datetime) -> Fact:
    """Never any words."""
    about = About(handoff.conversation_id, handoff.contact_id, handoff.channel.value)
    return made(KIND, handoff.id, at, about, asdict(use), what=use.purpose)
