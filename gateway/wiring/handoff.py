"""Handoffs: their life, and who of those that wait is still there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.handoff.drafting import Drafting
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.place_in_line import StillHere
from bot.model import new_id, now
from bot.ports import Handoffs
from gateway.wiring.base import Base
from gateway.wiring.desk import AtTheDesk
from language_model.model import model_at


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffLife:
    """``handoffs``: as everybody reads them; ``book``: what may be done with one; ``drafting``: where there is a model for it."""

    handoffs: Handoffs
    book: HandoffBook
    drafting: Drafting | None


def wire_handoff(base: Base, desk: AtTheDesk) -> HandoffLife:
    """Over what is kept."""
    handoffs = StillHere(base.store.handoffs, base.store.contacts, desk.visitors.connected, now)
    book = HandoffBook(handoffs, base.store.transcripts, desk.bulletin, now, desk.presence.rules)
    return HandoffLife(handoffs=handoffs, book=book, drafting=_drafting(base, book))


def _drafting(base: Base, book: HandoffBook) -> Drafting | None:
    if base.settings.llm is None:
        return None
    model, facts = model_at(base.settings.llm), base.store.facts
    return Drafting(handoffs=book, model=model, facts=facts, clock=now, new_id=partial(new_id, "draft"))
