"""What the core needs from the world, as Protocols; adapters live in their own modules.

Errors are part of a port: an adapter raises only what is named here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.directives import Directive
from bot.line import Room
from bot.model import (
    Address,
    Call,
    ChannelName,
    Contact,
    DeliveryReport,
    Handoff,
    InboundMessage,
    LineAct,
    OutboundMessage,
    Proof,
    Reply,
    SlotFact,
    TranscriptLine,
)


class StoreUnavailable(Exception):
    """Redis did not answer: nothing was stored, so nothing may be acknowledged (answer 503)."""


class DialogueUnavailable(Exception):
    """Rasa cannot be reached or failed the turn. ``reached`` says whether it may have seen the message."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        super().__init__(reason)
        self.reached = reached


class SendFailure(StrEnum):
    """What is known after a send failed."""

    RETRY = "retry"  # certainly not taken; try again later
    REFUSED = "refused"  # certainly not taken; trying again will not help
    UNCERTAIN = "uncertain"  # may have been taken; never sent again by us


class SendError(Exception):
    """A channel could not send. ``code`` is the vendor's, ``opted_out`` that the person refuses messages.

    ``sent_ids`` are the vendor's ids of the parts of a split message that had gone out before the failure;
    it is then never RETRY, because a second try would send those parts again.
    """

    def __init__(
        self,
        reason: str,
        failure: SendFailure,
        *,
        code: str | None = None,
        opted_out: bool = False,
        after: float | None = None,
        sent_ids: Sequence[str] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure = failure
        self.code = code
        self.opted_out = opted_out
        self.after = after
        self.sent_ids = tuple(sent_ids)


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    """What the assistant answered: replies in order, and directives in order.

    ``failed_actions`` names custom actions that raised or could not be reached.
    """

    replies: tuple[Reply, ...] = ()
    directives: tuple[Directive, ...] = ()
    failed_actions: tuple[str, ...] = ()


class Dialogue(Protocol):
    """The assistant (Rasa): one turn at a time for a conversation is the caller's duty."""

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        """Say ``text`` (never read as a command) or ``payload`` (``/intent{...}``); exactly one of them.

        Raises DialogueUnavailable.
        """
        ...

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """Add Rasa events to the tracker without a turn. Raises DialogueUnavailable."""
        ...

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """All events of the tracker, oldest first. Raises DialogueUnavailable."""
        ...

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """The tracker's slots by name. Raises DialogueUnavailable."""
        ...

    async def healthy(self) -> bool:
        """True when Rasa answers and has a model loaded."""
        ...


class Channel(Protocol):
    """One way out. Each connector has one."""

    name: ChannelName

    async def send(self, message: OutboundMessage) -> list[str]:
        """Send, in order, and return the vendor's ids (several when the text was split). Raises SendError."""
        ...


class Inbox(Protocol):
    """Where receivers put what came; durable before it returns."""

    async def accept(self, message: InboundMessage) -> bool:
        """Store it; False when this id was accepted before (nothing changes). Raises StoreUnavailable."""
        ...

    async def report(self, report: DeliveryReport) -> None:
        """Record what a vendor says of a sent message. Raises StoreUnavailable."""
        ...


class Contacts(Protocol):
    """People and their addresses."""

    async def find(self, address: Address) -> Contact | None: ...
    async def find_or_create(self, address: Address) -> Contact: ...
    def guess(self, address: Address) -> str | None:
        """The conversation that the address had when it was last looked up here: right nearly always, to be checked."""
        ...

    async def get(self, contact_id: str) -> Contact | None: ...
    async def of_conversation(self, conversation_id: str) -> Contact | None: ...
    async def save(self, contact: Contact) -> None: ...
    async def detach(self, address: Address) -> Contact:
        """Take the address away from its contact; it begins anew, as a claim, with a contact of its own."""
        ...

    async def update(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        """Change what is stored now, whoever else writes; ``change`` may be called again. None when it is gone."""
        ...


class Handoffs(Protocol):
    """Open and closed handoffs."""

    async def get(self, handoff_id: str) -> Handoff | None: ...
    async def open_for(self, conversation_id: str) -> Handoff | None: ...
    async def save(self, handoff: Handoff) -> None: ...
    async def listing(self) -> list[Handoff]:
        """The open ones, oldest first."""
        ...


class Calls(Protocol):
    """Live phone calls. Each raises StoreUnavailable."""

    async def get(self, sid: str) -> Call | None: ...
    async def save(self, call: Call) -> None:
        """Keep it; ``proof`` is not written here (``raise_proof`` does, so that no stale copy lowers it)."""
        ...

    async def raise_proof(self, sid: str, proof: Proof) -> None:
        """Raise the call's level of proof."""
        ...

    async def live_for(self, conversation_id: str) -> Call | None:
        """The conversation's call that has not ended, if any."""
        ...

    async def remember(self, key: str, answer: str) -> None:
        """Keep the TwiML given for a webhook (key: call sid + step) so that a repeat gets the same."""
        ...

    async def remembered(self, key: str) -> str | None: ...

    async def say_later(self, sid: str, text: str) -> None:
        """Queue words to be spoken to a waiting caller."""
        ...

    async def to_say(self, sid: str) -> list[str]:
        """Take what waits to be spoken, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn came to. ``replies`` are for the sender; ``handoff`` is open after the turn, if any."""

    conversation_id: str
    replies: tuple[Reply, ...] = ()
    menu_id: str | None = None
    handoff: Handoff | None = None
    collect: int | None = None
    expects_digits: bool = False
    hangup: bool = False
    proof: Proof = Proof.CLAIMED


class Conversations(Protocol):
    """The heart (``bot.conversation``), as the voice line uses it: a turn inside the request."""

    async def receive(self, message: InboundMessage) -> TurnResult:
        """One turn; a repeated id gives the first turn's result. Raises StoreUnavailable only:
        a failing assistant comes back as the fixed apology with the offer of a person."""
        ...

    async def call_started(self, message: InboundMessage) -> TurnResult:
        """The greeting of a call, or the thread picked up where it was left."""
        ...

    async def wishes(self, message: InboundMessage, payload: str, shown: str) -> TurnResult:
        """A wish that the channel itself understood (a key for the main menu): the assistant gets ``payload``
        (``/intent``), the transcript ``shown``. While a person owns the conversation they see it."""
        ...

    async def wants_person(self, message: InboundMessage, reason: str) -> TurnResult:
        """Open a handoff without asking the assistant (silent caller, assistant down)."""
        ...

    async def caller_returned(self, message: InboundMessage, outcome: str) -> TurnResult:
        """The caller left the queue or the agent's side ended: an open handoff is closed with
        ``outcome``, and the bot has the next turn."""
        ...

    async def call_ended(self, sid: str) -> None:
        """The caller is gone. An open handoff stays in the queue, to be answered by message."""
        ...


class Wording(Protocol):
    """The fixed sentences of the gateway, kept by the designers in ``domain/_notices.yml``."""

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        """The response ``name`` in the channel's variation, its ``{placeholders}`` filled."""
        ...


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


class HandoffRefused(Exception):
    """The desk may not do that; the message is a sentence for the agent."""


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


class Clock(Protocol):
    """The time; tests use a fake."""

    def __call__(self) -> datetime: ...
