"""The nouns of a conversation: frozen values, no I/O and no vendor.

The field's standard names (docs/architecture.md lists them); every other module speaks in these.
Times are timezone-aware UTC datetimes.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any


class ChannelName(StrEnum):
    """A way to reach people."""

    WEB = "web"
    MESSENGER = "messenger"
    SMS = "sms"
    VOICE = "voice"


class Proof(IntEnum):
    """How sure we are that an address is used by its contact; comparable.

    CLAIMED: caller id, SMS sender, a page-scoped id, an anonymous visitor. Can be forged.
    POSSESSED: a one-time code that was sent to the contact's phone came back.
    PROVEN: a second factor that the business checks (later issues).
    """

    CLAIMED = 0
    POSSESSED = 1
    PROVEN = 2

    @property
    def label(self) -> str:
        """The lower-case word used in JSON, pages and docs."""
        return self.name.lower()


class AddressKind(StrEnum):
    """What sort of endpoint an address names; SMS and voice share telephone numbers."""

    TEL = "tel"
    MESSENGER = "messenger"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Address:
    """One endpoint of a person: ``tel:+15550100``, ``messenger:<psid>``, ``web:<id>``."""

    kind: AddressKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``kind:value``; ValueError when the kind is unknown or the value is empty."""
        kind, _, value = text.partition(":")
        if not value:
            raise ValueError(f"not an address: {kind[:20]!r} has no value")
        return cls(AddressKind(kind), value)


@dataclass(frozen=True, slots=True)
class ContactAddress:
    """An address of a contact with its level of proof, since when it has it, until when (None: as docs/identity.md has
    it for its kind), and when it was last used."""

    address: Address
    proof: Proof
    since: datetime
    until: datetime | None = None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The person: a random id, their addresses, and the conversation with them.

    ``last_address``/``last_channel`` say where they last wrote or called from, ``preferred`` where they want to be reached.
    """

    id: str
    conversation_id: str
    addresses: tuple[ContactAddress, ...]
    created_at: datetime
    locale: str = "en"
    opted_out: bool = False
    last_channel: ChannelName | None = None
    last_address: Address | None = None
    last_seen: datetime | None = None
    preferred: Address | None = None

    def proof_of(self, address: Address) -> Proof:
        """The level of one address; CLAIMED when it is not the contact's."""
        return next((a.proof for a in self.addresses if a.address == address), Proof.CLAIMED)

    @property
    def tel(self) -> Address | None:
        """The contact's telephone number: a real one before a withheld one, the best proven, of these the one proved last."""
        numbers = [a for a in self.addresses if a.address.kind is AddressKind.TEL]
        return max(numbers, key=lambda a: (a.address.value.startswith("+"), a.proof, a.since)).address if numbers else None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice offered to the customer; ``payload`` is the assistant's and never leaves us."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is not text: a URL, its MIME type, and what it shows (for ears and slow lines)."""

    url: str
    content_type: str = "application/octet-stream"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open; ``title`` says what is there."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One thing among several shown side by side (a carousel), with its own link and choices."""

    title: str
    text: str = ""
    image: str | None = None
    link: Link | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """A place. ``url`` is its map: the designers' own, or OpenStreetMap's for the coordinates."""

    name: str
    address: str = ""
    url: str = ""
    tel: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date to keep. ``start`` and ``end`` are shown as they are: in their own offset, or the business's time without one."""

    title: str
    start: datetime
    end: datetime | None = None
    all_day: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant (or an agent) says, before it has a channel.

    ``cards`` and what follows have a form of their own on each channel (docs/menus.md).
    ``response`` is the designers' name of it, ``prompt`` what they set for it as a question on the phone
    (``metadata: {voice: ...}`` of the response; docs/voice.md). Both are known on calls only.
    """

    text: str
    options: tuple[Option, ...] = ()
    media: tuple[Media, ...] = ()
    response: str = ""
    prompt: dict[str, Any] = field(default_factory=dict, hash=False)
    cards: tuple[Card, ...] = ()
    links: tuple[Link, ...] = ()
    locations: tuple[Location, ...] = ()
    dates: tuple[Moment, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What came from a customer.

    ``id`` is the provider's id with the channel in front (``sms:SM...``): a repeat changes nothing.
    ``choice`` is a tapped option as ``<menu id>:<number from 1>`` (see ``bot.menu``), never a payload.
    ``digits`` are keys pressed on a phone. ``keyword`` is ``stop``, ``start`` or ``help`` where the
    provider has already recognised and answered it (Twilio's OptOutType). ``network`` is where a browser connects from,
    for limits only (an IPv4 address, the first half of an IPv6 one).
    """

    id: str
    channel: ChannelName
    sender: Address
    received_at: datetime
    text: str = ""
    choice: str | None = None
    digits: str | None = None
    media: tuple[Media, ...] = ()
    call_sid: str | None = None
    keyword: str | None = None
    network: str | None = None


class Author(StrEnum):
    """Who said a line of the transcript."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A reply, a notice or an agent's words, addressed to one address on one channel.

    ``menu_id`` names the options on offer: a channel that shows buttons gives each the choice
    ``f"{menu_id}:{number}"`` and sends that back as ``InboundMessage.choice``. ``rings``: a phone call is made to the address.
    """

    id: str
    conversation_id: str
    channel: ChannelName
    address: Address
    reply: Reply
    author: Author
    created_at: datetime
    agent: str | None = None
    menu_id: str | None = None
    rings: bool = False


class DeliveryStatus(StrEnum):
    """Where an outbound message is; ``uncertain`` may or may not have been taken by the vendor."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a vendor says of a message it took. ``error`` is the vendor's code, if any."""

    channel: ChannelName
    external_id: str
    status: DeliveryStatus
    at: datetime
    error: str | None = None


class HandoffState(StrEnum):
    """bot -> waiting -> assigned -> closed; ``waiting`` and ``assigned`` are open."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line as an agent reads it."""

    at: datetime
    author: Author
    channel: ChannelName | None
    text: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class SlotFact:
    """A slot's value with the channel and time it was filled."""

    name: str
    value: Any
    channel: ChannelName | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything an agent needs at the moment of the escalation."""

    transcript: tuple[TranscriptLine, ...] = ()
    slots: tuple[SlotFact, ...] = ()
    tried: tuple[str, ...] = ()
    proof: Proof = Proof.CLAIMED


@dataclass(frozen=True, slots=True)
class Callback:
    """The customer wants to be called. ``number`` is E.164; ``tries`` counts calls that reached nobody, ``result`` says
    how the last one ended (``busy``, ``no-answer``, ``machine``, ``failed``, ``unknown``); the next is made at ``not_before``.

    ``attempt`` grows whenever an attempt is over, so that none is begun twice. ``ringing_since``: a phone rings for it, an
    agent's and, once it is ``calling``, the customer's. ``missed``: agents who did not take it when it was last due."""

    number: str
    asked_at: datetime
    tries: int = 0
    result: str = ""
    not_before: datetime | None = None
    attempt: int = 0
    ringing_since: datetime | None = None
    calling: bool = False
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackTry:
    """One call to a customer that reached nobody: when it was over, how it ended, and which agent waited for it."""

    at: datetime
    result: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A message that was left: the recording's sid, its length in seconds, and its transcript where there is one."""

    recording: str
    seconds: int
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Handoff:
    """A request for a human. While it is open the person owns the conversation, not the bot.

    ``place`` is its place in line when it was opened; ``recordings`` are sids of the recorded calls; ``tries`` are the
    calls back that reached nobody.
    """

    id: str
    conversation_id: str
    contact_id: str
    state: HandoffState
    reason: str
    queue: str
    channel: ChannelName
    opened_at: datetime
    packet: Packet = field(default_factory=Packet)
    agent: str | None = None
    assigned_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    call_sid: str | None = None
    place: int = 1
    callback: Callback | None = None
    voicemails: tuple[Voicemail, ...] = ()
    recordings: tuple[str, ...] = ()
    tries: tuple[CallbackTry, ...] = ()

    @property
    def open(self) -> bool:
        """True while a person owns the conversation."""
        return self.state is not HandoffState.CLOSED


class LineAct(StrEnum):
    """What an agent does with a phone call from the desk."""

    CALL = "call"
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    UNMUTE = "unmute"
    PAUSE = "pause_recording"
    RECORD = "resume_recording"
    TRANSFER = "transfer"
    BRING_IN = "bring_in"
    LISTEN = "listen"
    COACH = "coach"


class CallState(StrEnum):
    """What a live phone call is doing."""

    TALKING = "talking"
    WAITING = "waiting"
    BRIDGED = "bridged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Call:
    """One phone call. ``proof`` starts as CLAIMED on every call: a caller id can be forged.

    ``step`` numbers the prompts; ``silences`` counts empty answers in a row, ``misses`` answers in a row that were not
    understood, ``noise`` those among them that were too long to be answers. ``slow`` is how much slower than usual the
    caller wants it (0, 1, 2). ``last_prompt`` is what was asked last, in the words that were spoken.
    ``attestation``: what the carriers say of the caller id (StirVerstat); never a proof.
    ``wide``: the next question lets in a code from a chat as well.
    ``status`` and ``seconds`` are the network's when the call is over; ``effort`` is the caller's answer, 1 (easy) to 5.
    """

    sid: str
    conversation_id: str
    caller: Address
    started_at: datetime
    state: CallState = CallState.TALKING
    proof: Proof = Proof.CLAIMED
    step: int = 0
    silences: int = 0
    handoff_id: str | None = None
    last_prompt: str = ""
    ended_at: datetime | None = None
    status: str = ""
    seconds: int | None = None
    effort: int | None = None
    misses: int = 0
    noise: int = 0
    slow: int = 0
    attestation: str = ""
    wide: bool = False


def new_id(prefix: str) -> str:
    """A random id that cannot be guessed: 128 bits behind a prefix of its kind."""
    return f"{prefix}_{secrets.token_hex(16)}"


def stable_id(prefix: str, cause: str) -> str:
    """The id of what a message brings about: the same when its turn is worked on again."""
    return f"{prefix}_{hashlib.sha256(cause.encode()).hexdigest()[:32]}"


def now() -> datetime:
    """The time, in UTC. Tests pass their own clock (``bot.ports.Clock``) instead."""
    return datetime.now(UTC)
