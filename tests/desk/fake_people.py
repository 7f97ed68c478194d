"""People in memory: the handoff state machine's rules without Redis or Rasa, and its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.agent_desk.glances import glance
from bot.model import (
    Address,
    Attachment,
    Author,
    ChannelName,
    Closing,
    Contact,
    ContactAddress,
    DeliveryStatus,
    Handoff,
    HandoffState,
    LineAct,
    OutboundMessage,
    Packet,
    Proof,
    Reply,
    SlotFact,
    TranscriptLine,
    new_id,
)
from bot.model.agent_steps import AgentStep
from bot.model.queues import Queue, Queues
from bot.ports import DeskEvent, Doubt, EarlierLines, Glance, HandoffRefused, HandoffView, Sound, StoreUnavailable
from tests.bot.fakes import sound_of

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class FakeClock:
    """A time that moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakePeople:
    """``bot.ports.People``. ``refuse`` makes the next change refused with that sentence, ``down`` all calls fail."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.views: dict[str, HandoffView] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.refuse: str | None = None
        self.names: dict[str, str] = {}
        self.down = False
        self.watchers: list[asyncio.Queue[DeskEvent]] = []
        self.watching = asyncio.Event()
        self.left = asyncio.Event()
        self.viewed: list[str] = []
        self.glanced: list[str] = []
        self.attached: dict[str, Attachment] = {}
        self.pages: dict[str, list[tuple[TranscriptLine, ...]]] = {}
        self.becomes: Callable[[Handoff], Handoff] = lambda handoff: handoff
        self.queues = Queues({"general": Queue("General"), "cards": Queue("Cards")})

    def open(
        self,
        reason: str = "Card activation failed",
        channel: ChannelName = ChannelName.WEB,
        lines: tuple[TranscriptLine, ...] = (),
        *,
        slots: tuple[SlotFact, ...] = (),
        tried: tuple[str, ...] = (),
        proof: Proof = Proof.POSSESSED,
        call_sid: str | None = None,
        sends_to: ChannelName | None = ChannelName.SMS,
        contact: Contact | None = None,
    ) -> Handoff:
        """A new handoff in the queue."""
        now = self.clock()
        owner = contact or Contact("ct_1", "c_1", (ContactAddress(Address.parse("tel:+12025550100"), proof, now),), now)
        packet = Packet(lines, slots, tried, proof)
        handoff = Handoff(
            new_id("h"),
            owner.conversation_id,
            owner.id,
            HandoffState.WAITING,
            reason,
            "general",
            channel,
            now,
            packet,
            call_sid=call_sid,
        )
        self.views[handoff.id] = HandoffView(handoff, owner, lines, slots, sends_to)
        self.tell("queue", handoff.id)
        return handoff

    def say(self, handoff_id: str, text: str, author: Author = Author.CUSTOMER, agent: str | None = None) -> None:
        """One more line of the transcript."""
        view = self.views[handoff_id]
        channel = view.sends_to or ChannelName.WEB
        line = TranscriptLine(self.clock(), author, channel, text, agent)
        self.views[handoff_id] = replace(view, transcript=(*view.transcript, line))
        self.tell("line", handoff_id)

    def long(self, handoff_id: str, pages: int) -> None:
        """Of the transcript only the last of so many pages is shown at first; each has as many lines."""
        view = self.views[handoff_id]
        size = len(view.transcript) // pages
        self.pages[handoff_id] = [view.transcript[at * size : (at + 1) * size] for at in range(pages)]
        self.views[handoff_id] = replace(view, transcript=self.pages[handoff_id][-1], earlier=pages - 1)

    async def earlier(self, handoff_id: str, before: int) -> EarlierLines:
        self._up()
        if handoff_id not in self.views:
            raise HandoffRefused("There is no such conversation.")
        return EarlierLines(self.pages[handoff_id][before - 1], before - 1 or None)

    def doubt(
        self,
        handoff_id: str,
        text: str,
        status: DeliveryStatus = DeliveryStatus.UNCERTAIN,
        error: str = "",
        author: Author = Author.AGENT,
    ) -> None:
        """The line ``text`` may not have arrived, or did not (``status``, ``error``)."""
        view = self.views[handoff_id]
        assert view.contact is not None
        message = OutboundMessage(
            new_id("o"),
            view.contact.conversation_id,
            view.sends_to or ChannelName.WEB,
            view.contact.addresses[0].address,
            Reply(text),
            author,
            self.clock(),
        )
        self.views[handoff_id] = replace(view, doubts=(*view.doubts, Doubt(message, status, error)))
        self.tell("line", handoff_id)

    def tell(self, kind: str, handoff_id: str) -> None:
        for queue in self.watchers:
            queue.put_nowait(DeskEvent(kind, handoff_id))

    async def listing(self) -> list[Handoff]:
        self._up()
        return sorted((v.handoff for v in self.views.values() if v.handoff.open), key=lambda h: h.opened_at)

    async def glances(self) -> list[Glance]:
        return [self._glance(view) for view in self.views.values() if view.handoff.open and self._up() is None]

    async def glance(self, handoff_id: str) -> Glance | None:
        self._up()
        view = self.views.get(handoff_id)
        return self._glance(view) if view and view.handoff.open else None

    async def closed(self, before: datetime | None, limit: int) -> list[Glance]:
        self._up()
        found = [
            view for view in self.views.values() if view.handoff.closed_at and (not before or view.handoff.closed_at < before)
        ]
        found.sort(key=lambda view: view.handoff.closed_at or START, reverse=True)
        return [self._glance(view) for view in found[:limit]]

    def _glance(self, view: HandoffView) -> Glance:
        self.glanced.append(view.handoff.id)
        return glance(view.handoff, view.contact, view.transcript)

    async def view(self, handoff_id: str) -> HandoffView:
        self._up()
        self.viewed.append(handoff_id)
        if handoff_id not in self.views:
            raise HandoffRefused("There is no such conversation.")
        return self.views[handoff_id]

    async def unlink(self, handoff_id: str, agent: str, link_id: str) -> None:
        """Only a standing link of this handoff's customer."""
        view = await self.view(handoff_id)
        if view.handoff.agent != agent or link_id not in {link.id for link in view.links}:
            raise HandoffRefused("There is no such link.")
        moment = self.clock()
        apart = tuple(replace(link, undone_at=moment) if link.id == link_id else link for link in view.links)
        self.views[handoff_id] = replace(view, links=apart)

    async def accept(self, handoff_id: str, agent: str, phone: str | None, instead_of: str | None = None) -> Handoff:
        view = await self._change(handoff_id)
        if view.handoff.agent not in (None, agent, instead_of):
            name = self.names.get(view.handoff.agent, view.handoff.agent)
            raise HandoffRefused(f"{name} has already accepted this conversation.")
        self.calls.append(("accept", handoff_id, agent, phone))
        taken = replace(view.handoff, state=HandoffState.ASSIGNED, agent=agent, assigned_at=self.clock())
        self._save(taken)
        return taken

    async def reply(self, handoff_id: str, agent: str, text: str, cause: str, via: ChannelName | None = None) -> ChannelName:
        view = await self._change(handoff_id)
        if agent not in (view.handoff.agent, *view.handoff.helpers) or not view.handoff.open:
            raise HandoffRefused("This conversation is not yours.")
        self.calls.append(("reply", handoff_id, agent, text, *([via] if via else [])))
        self.say(handoff_id, text, Author.AGENT, agent)
        return view.sends_to or ChannelName.WEB

    async def close(self, handoff_id: str, agent: str, outcome: str, closing: Closing | None = None) -> None:
        view = await self._change(handoff_id)
        self.calls.append(("close", handoff_id, agent, outcome))
        ended = replace(view.handoff, state=HandoffState.CLOSED, closed_at=self.clock(), outcome=outcome, closing=closing)
        self._save(ended)

    async def take(self, conversation_id: str, agent: str) -> Handoff:
        self._up()
        if self.refuse is not None:
            sentence, self.refuse = self.refuse, None
            raise HandoffRefused(sentence)
        self.calls.append(("take", conversation_id, agent))
        return self.open()

    async def step(self, handoff_id: str, agent: str, step: AgentStep) -> None:
        """Kept as it was asked for; what it makes of the handoff is ``becomes``."""
        view = await self._change(handoff_id)
        self.calls.append(("step", handoff_id, agent, step))
        self._save(self.becomes(view.handoff))

    async def over(self, limit: int, before: datetime | None = None) -> list[Handoff]:
        self._up()
        found = [v.handoff for v in self.views.values() if not v.handoff.open]
        return sorted(found, key=lambda h: h.closed_at or h.opened_at, reverse=True)[:limit]

    async def to_do(self, agent: str) -> list[Handoff]:
        self._up()
        return [h for h in await self.over(100) if h.agent == agent and (h.state is HandoffState.WRAP_UP or self._due(h))]

    def _due(self, handoff: Handoff) -> bool:
        at = handoff.closing.remind_at if handoff.closing else None
        return at is not None and at <= self.clock()

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        await self._change(handoff_id)
        self.calls.append(("act", handoff_id, agent, act, to))

    async def sound(self, handoff_id: str, recording: str, part: str = "") -> Sound | None:
        view = await self.view(handoff_id)
        return sound_of(b"RIFF") if recording in (left.recording for left in view.handoff.voicemails) else None

    async def attachment(self, handoff_id: str, key: str) -> Attachment | None:
        return self.attached.get(key)

    async def watch(self) -> AsyncIterator[DeskEvent]:
        queue: asyncio.Queue[DeskEvent] = asyncio.Queue()
        self.watchers.append(queue)
        self.watching.set()
        try:
            while True:
                yield await queue.get()
        finally:
            self.watchers.remove(queue)
            self.left.set()

    def _save(self, handoff: Handoff) -> None:
        self.views[handoff.id] = replace(self.views[handoff.id], handoff=handoff)
        self.tell("queue", handoff.id)

    def _up(self) -> None:
        if self.down:
            raise StoreUnavailable("down")

    async def _change(self, handoff_id: str) -> HandoffView:
        if self.refuse is not None:
            sentence, self.refuse = self.refuse, None
            raise HandoffRefused(sentence)
        return await self.view(handoff_id)
