"""Handoffs: their life, and who of those that wait is still there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.handoff.lifecycle import HandoffBook
from bot.handoff.place_in_line import StillHere
from bot.model import now
from bot.ports import Handoffs
from gateway.wiring.base import Base
from gateway.wiring.desk import AtTheDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffLife:
    """``handoffs``: as everybody reads them; ``book``: what may be done with one."""

    handoffs: Handoffs
    book: HandoffBook


def wire_handoff(base: Base, desk: AtTheDesk) -> HandoffLife:
    """Over what is kept."""
    handoffs = StillHere(base.store.handoffs, base.store.contacts, desk.visitors.connected, now)
    return HandoffLife(handoffs=handoffs, book=HandoffBook(handoffs, base.store.transcripts, desk.bulletin, now))
