"""Gathers what the house knows of a handoff, and makes its packet (``bot.handoff_packet``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.handoff_packet.known import EarlierHandoff, Known
from bot.handoff_packet.packet import packet
from bot.model import ChannelName, Contact, Handoff
from bot.model.queues import Queues
from bot.ports import Clock, Contacts, Handoffs
from bot.ports.stores import Menus
from bot.switching.preferred_channel import Preferences
from bot.transcript.log import Lines
from bot.transcript.paging import page_of
from bot.transcript.repeats import Questions
from bot.transcript.summary import Summary
from desk.queue.promises import Promises
from desk.words.facts import FactWords
from records.errors import RecordsUnavailable
from records.facts import Fact
from records.sql import RecordsStore

LINES = 200
"""Of the transcript, the newest; ``/conversations/{id}/lines`` has the others."""
OF_HANDOFFS = ("handoff_opened", "handoff_closed", "handoff_wrapped_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """``records``: None where nothing is recorded. Methods raise StoreUnavailable."""

    handoffs: Handoffs
    contacts: Contacts
    lines: Lines
    menus: Menus
    clock: Clock
    records: RecordsStore | None = None
    known: FactWords = field(default_factory=FactWords)
    promised: Promises = field(default_factory=Promises)
    queues: Queues = field(default_factory=Queues)
    questions: Questions = field(default_factory=Questions)
    preferences: Preferences | None = None

    async def of(self, handoff_id: str) -> dict[str, Any] | None:
        """The packet as things stand now; None when there is no such handoff."""
        handoff = await self.handoffs.get(handoff_id)
        return packet(await self._known(handoff)) if handoff else None

    async def _known(self, handoff: Handoff) -> Known:
        place = handoff.conversation_id
        contact = await self.contacts.of_conversation(place)
        page, recent = await page_of(self.lines, place, wanted=LINES), await self.lines.recent(place)
        slots = Summary.load(recent.summary, self.questions).take(recent.events).slots or handoff.packet.slots
        lost = len(page.lines) < len(handoff.packet.transcript)
        shown = self.known.shown(slots)
        return Known(
            handoff=handoff,
            made_at=self.clock(),
            queue_title=self.queues.title(handoff.queue),
            contact=contact,
            name=self.known.name_in(slots),
            lines=handoff.packet.transcript if lost else page.lines,
            whole=page.earlier is None and page.whole,
            events=recent.events,
            slots=shown,
            labels={slot.name: self.known.label(slot.name) for slot in shown},
            asked=self.questions.agents_ask.keys(),
            answer_by=_by(handoff, self.promised.within(handoff.queue)),
            offered=await self.menus.get(place),
            earlier=await self._earlier(handoff),
            prefers=self._prefers(contact),
        )

    def _prefers(self, contact: Contact | None) -> ChannelName | None:
        chosen = self.preferences.chosen(contact) if self.preferences and contact else None
        return chosen[0] if chosen else None

    async def _earlier(self, handoff: Handoff) -> Sequence[EarlierHandoff] | None:
        """None while the records do not answer, too: a person must not wait for them."""
        if self.records is None:
            return None
        try:
            page = await self.records.facts_of(handoff.conversation_id, OF_HANDOFFS)
        except RecordsUnavailable:
            return None
        return [one for one in earlier_in(page.rows) if one.id != handoff.id]


def _by(handoff: Handoff, within: timedelta | None) -> datetime | None:
    """Until when somebody is to have taken it."""
    return handoff.opened_at + within if within and handoff.agent is None and handoff.open else None


def earlier_in(facts: Iterable[Fact]) -> list[EarlierHandoff]:
    """The handoffs that these facts tell of, by when they were opened."""
    found: dict[str, dict[str, Any]] = {}
    for fact in facts:
        told = found.setdefault(str(fact.body["handoff_id"]), {})
        match fact.kind:
            case "handoff_opened":
                told |= {"opened_at": fact.at, "reason": fact.body.get("reason") or "", "queue": fact.body.get("queue") or ""}
            case "handoff_closed":
                told |= {"closed_at": fact.at, "outcome": fact.body["outcome"], "agreed": fact.body.get("note") or ""}
            case _:
                told |= {"code": fact.body.get("code") or ""}
    known = [EarlierHandoff(id=name, **told) for name, told in found.items() if "opened_at" in told]
    return sorted(known, key=lambda one: one.opened_at)
