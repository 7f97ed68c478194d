"""What agents see and do, and the phone line they do it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.line import Room
from bot.model import Address, Call, ChannelName, Contact, Handoff, LineAct, OutboundMessage, SlotFact, TranscriptLine


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """Something changed that a desk page shows: ``kind`` is ``queue`` or ``line``."""

    kind: str
    handoff_id: str | None


@dataclass(frozen=True, slots=True)
class LinkFact:
    """That addresses were joined with this contact, by which proof (``LinkRecord.how``), and whether that was undone since."""

    id: str
    at: datetime
    joined: tuple[Address, ...]
    undone_at: datetime | None = None
    how: str = ""
    undone_by: str = ""
    """An agent's username, the customer's own address, or ``api``."""


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One handoff as the desk shows it now (the packet is what was known when it was opened)."""

    handoff: Handoff
    contact: Contact | None
    transcript: tuple[TranscriptLine, ...]
    slots: tuple[SlotFact, ...]
    sends_to: ChannelName | None
    uncertain: tuple[OutboundMessage, ...] = ()
    room: Room | None = None
    links: tuple[LinkFact, ...] = ()
    repeats: int = 0
    """How often the customer was asked for what they had given (``bot.repeats``)."""
    prefers: ChannelName | None = None
    """The channel that the customer chose, while it is good (``bot.preference``)."""
    call: Call | None = None
    """The handoff's own phone call, while there is one."""


class People(Protocol):
    """What the desk may do (``bot.handoff``). Each raises HandoffRefused with a sentence, or StoreUnavailable."""

    async def listing(self) -> list[Handoff]: ...
    async def view(self, handoff_id: str) -> HandoffView: ...
    async def accept(self, handoff_id: str, agent: str, phone: str | None) -> Handoff:
        """Take it. For a live call the agent's phone (E.164) is rung when given."""
        ...

    async def reply(self, handoff_id: str, agent: str, text: str) -> ChannelName: ...
    async def close(self, handoff_id: str, agent: str, outcome: str) -> None: ...
    async def unlink(self, handoff_id: str, agent: str, link_id: str) -> None:
        """Take apart what was joined into this contact; each side gets its conversation back."""
        ...

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        """What the agent does with the phone call (``Telephone.act``)."""
        ...

    async def sound(self, handoff_id: str, recording: str) -> bytes | None:
        """A voice message or a recorded call of this conversation, as a WAV file."""
        ...

    def watch(self) -> AsyncIterator[DeskEvent]: ...


class Telephone(Protocol):
    """What the core asks of the phone line."""

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        """Call the agent, whisper, and join them with the waiting caller, or call the customer back. Raises SendError."""
        ...

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Hold, mute, transfer ... for the agent ``who``; ``to``: a number, or ``<username> <number>`` of another agent.
        Raises SendError or HandoffRefused with a sentence."""
        ...

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        """The agent closed the conversation: the talk is over. Raises SendError."""
        ...

    async def state(self, handoff_id: str) -> Room:
        """Who is in the conference."""
        ...

    async def sound(self, recording: str) -> bytes | None:
        """A recording as a WAV file; None when there is none. Raises SendError."""
        ...
