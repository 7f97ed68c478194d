"""What is said: replies in every form, what came in, what goes out, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model.people import Address, ChannelName


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
