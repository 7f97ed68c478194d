"""All that may be known of a handoff when its packet is made; what nobody knows is empty or None."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.menus.menu import Shown
from bot.model import ChannelName, Contact, Handoff, SlotFact, TranscriptLine


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierHandoff:
    """One that is over, of the same conversation. ``outcome``: a word of the fact ``handoff_closed``; ``code``: of the queue's
    list; ``agreed``: what was told to the customer."""

    id: str
    opened_at: datetime
    reason: str = ""
    queue: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    code: str = ""
    agreed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``lines``: of the transcript, oldest first; ``whole``: whether there are none before them. ``events``: the tracker's
    latest, for the intent and the mood. ``slots``: those that say something to an agent; ``labels``: how they are called;
    ``asked``: names of slots that people ask for. ``earlier``: None where nothing is recorded."""

    handoff: Handoff
    made_at: datetime
    queue_title: str = ""
    contact: Contact | None = None
    name: str = ""
    lines: Sequence[TranscriptLine] = ()
    whole: bool = True
    events: Sequence[Mapping[str, Any]] = ()
    slots: Sequence[SlotFact] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    asked: Collection[str] = ()
    answer_by: datetime | None = None
    """Until when an answer is promised."""
    offered: Shown = field(default_factory=Shown)
    earlier: Sequence[EarlierHandoff] | None = None
    prefers: ChannelName | None = None
