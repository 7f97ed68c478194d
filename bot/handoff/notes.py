"""Notes among colleagues: kept with the handoff and in no transcript, so that no channel can be given one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.door.outgoing import unreadable
from bot.model import Handoff, Note, stable_id
from bot.ports import HandoffRefused

LONGEST_NOTE = 1000
"""Characters."""


def clean_note(text: str) -> str:
    """What may be kept of it. HandoffRefused when it is too long."""
    kept, _ = unreadable(text.strip())
    if len(kept) > LONGEST_NOTE:
        raise HandoffRefused(f"That is {len(kept)} characters; a note may have {LONGEST_NOTE}.")
    return kept


def noted(handoff: Handoff, agent: str, text: str, at: datetime, about: str = "") -> Handoff:
    """With the note, once, however often it is tried; no words and no step are no note."""
    if not text and not about:
        return handoff
    note = Note(stable_id("n", f"{handoff.id}:{agent}:{about}:{at.isoformat()}:{text}"), at, agent, text, about)
    known = {one.id for one in handoff.notes}
    return handoff if note.id in known else replace(handoff, notes=(*handoff.notes, note))
