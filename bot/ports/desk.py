"""What agents see and do, and the phone line they do it with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Address, Attachment, Call, ChannelName, Closing, Contact, Handoff, LineAct, Media, SlotFact, TranscriptLine
from bot.model.agent_steps import AgentStep
from bot.model.queues import Queues
from bot.ports.delivery import Doubt
from bot.ports.phone_line import Room


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """Something changed that a desk page shows: ``kind`` is ``queue``, ``line``, or ``typing`` (by the customer; passing)."""

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
    doubts: tuple[Doubt, ...] = ()
    """What of it did not arrive, or may not have."""
    room: Room | None = None
    links: tuple[LinkFact, ...] = ()
    repeats: int = 0
    """How often the customer was asked for what they had given (``bot.transcript.repeats``)."""
    prefers: ChannelName | None = None
    """The channel that the customer chose, while it is good (``bot.switching.preferred_channel``)."""
    call: Call | None = None
    """The handoff's own phone call, while there is one."""
    ways: tuple[ChannelName, ...] = ()
    """By which a reply may go, the first where the customer is."""
    unreachable: str = ""
    """Why nothing can be sent to the customer now (``sends_to`` is None), and what would work."""
    earlier: int | None = None
    """There are lines before these: ask for them with this number (``People.earlier``)."""
    whole: bool = True
    """False when lines before these cannot be read just now."""


@dataclass(frozen=True, slots=True)
class Glance:
    """An open handoff as a row of the desk shows it, without its transcript."""

    handoff: Handoff
    contact: Contact | None = None
    last: TranscriptLine | None = None
    """The last line, cut to what a row shows."""
    heard: datetime | None = None
    """When the customer last said something."""
    unanswered: datetime | None = None
    """Since when the customer waits for an agent's words, if they do."""


@dataclass(frozen=True, slots=True)
class EarlierLines:
    """Older lines of a transcript, in their order; ``earlier`` as in ``HandoffView``."""

    transcript: tuple[TranscriptLine, ...]
    earlier: int | None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording on its way: never whole in memory, however long the talk was. ``close`` when no more of it is wanted.

    ``part`` is the ``Content-Range`` when it is a part of the whole; ``out_of_range``: there is no such part.
    """

    content_type: str
    chunks: AsyncIterator[bytes]
    close: Callable[[], None]
    length: int | None = None
    part: str = ""
    seekable: bool = False
    out_of_range: bool = False


class People(Protocol):
    """What the desk may do (``bot.handoff.lifecycle``). Each raises HandoffRefused with a sentence, or StoreUnavailable."""

    async def listing(self) -> list[Handoff]: ...
    async def glances(self) -> list[Glance]:
        """The open handoffs as rows."""
        ...

    async def glance(self, handoff_id: str) -> Glance | None:
        """One of them; None when it is not open any more."""
        ...

    async def closed(self, before: datetime | None, limit: int) -> list[Glance]:
        """Closed ones, the last to be closed first, with what was known when they were opened."""
        ...

    async def view(self, handoff_id: str) -> HandoffView: ...
    async def earlier(self, handoff_id: str, before: int) -> EarlierLines: ...
    async def accept(self, handoff_id: str, agent: str, phone: str | None, instead_of: str | None = None) -> Handoff:
        """Take it. For a live call the agent's phone (E.164) is rung when given. ``instead_of``: the colleague who has it and
        has left the desk."""
        ...

    async def reply(self, handoff_id: str, agent: str, text: str, cause: str, via: ChannelName | None = None) -> ChannelName:
        """Send the agent's words, once for the ``cause`` (the form's own number), however often it is asked; ``via``: the way
        that they chose, None for where the customer is."""
        ...

    async def close(self, handoff_id: str, agent: str, outcome: str, closing: Closing | None = None) -> None:
        """``outcome``: what was agreed, for the customer, or nothing; ``closing``: how it ended, for us."""
        ...

    async def take(self, conversation_id: str, agent: str) -> Handoff:
        """From the assistant, or begin it with a customer who is known. HandoffRefused with a sentence."""
        ...

    async def step(self, handoff_id: str, agent: str, step: AgentStep) -> None:
        """Something with the handoff's life: give it away, snooze, reopen, a note ..."""
        ...

    async def over(self, limit: int, before: datetime | None = None) -> list[Handoff]:
        """Those that no person has any more, the latest first."""
        ...

    async def to_do(self, agent: str) -> list[Handoff]:
        """What is over and this agent has yet to write up, or wants to be reminded of now."""
        ...

    @property
    def queues(self) -> Queues:
        """The queues, and how a conversation in each may end."""
        ...

    async def unlink(self, handoff_id: str, agent: str, link_id: str) -> None:
        """Take apart what was joined into this contact; each side gets its conversation back."""
        ...

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        """What the agent does with the phone call (``Telephone.act``)."""
        ...

    async def sound(self, handoff_id: str, recording: str, part: str = "") -> Sound | None:
        """A voice message or a recorded call of this conversation; ``part``: the browser's ``Range``. Close it."""
        ...

    async def attachment(self, handoff_id: str, key: str) -> Attachment | None:
        """What the customer attached to a line of this conversation (``Media.key``); None when there is none of that key."""
        ...

    def watch(self) -> AsyncIterator[DeskEvent]: ...


class Attachments(Protocol):
    """What customers attach stays with the vendors until somebody looks at it."""

    async def fetch(self, media: Media) -> Attachment:
        """It, safe to show. Raises SendError with a sentence for the agent."""
        ...


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

    async def sound(self, recording: str, part: str = "") -> Sound | None:
        """A recording, or the ``part`` of it that a ``Range`` header names; None when there is none. Raises SendError."""
        ...
