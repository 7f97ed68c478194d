"""What an agent types goes through the same mask as what customers write: nothing of a card is kept or sent readable. Pure."""

from __future__ import annotations

from bot.door import secrets
from bot.door.normal import folded


def unreadable(text: str) -> tuple[str, tuple[str, ...]]:
    """An agent's words without secrets, and which kinds were taken out. As they were typed when there were none; else in their
    normal form, so that figures of any script are found."""
    plain, kinds = secrets.masked(folded(text))
    return (plain, kinds) if kinds else (text, ())
