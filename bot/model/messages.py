"""What is said: replies in every form, what came in, what goes out, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model.closing import Closing
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

    @property
    def key(self) -> str:
        """Names it without its address."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that a customer attached, as an agent may get it. ``shown``: safe to look at in the browser; else only saved."""

    body: bytes = field(repr=False)
    content_type: str
    name: str
    shown: bool


PLACE = "geo"
"""``Media.content_type`` of a location that came; its URL is a map's."""


def map_of(latitude: float, longitude: float, title: str = "") -> Media:
    """A place as something to look at. ValueError for no place on earth."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("no place on earth")
    where = f"{latitude:.6f}/{longitude:.6f}"
    url = f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=17/{where}"
    return Media(url, PLACE, title.strip()[:200] or where.replace("/", ", "))


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
    """A date to keep. ``start`` and ``end`` are shown as they are: in their own offset, or the business's time without one.

    ``uid``: its name in calendars, for one that may be moved (``sequence``: how often it was changed) or ``cancelled``.
    """

    title: str
    start: datetime
    end: datetime | None = None
    all_day: bool = False
    place: str = ""
    uid: str = ""
    sequence: int = 0
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant (or an agent) says, before it has a channel.

    ``cards`` and what follows have a form of their own on each channel (docs/menus.md).
    ``response`` is the designers' name of it; ``prompt``, known on calls only, what they set for it as a question on the phone
    (``metadata: {voice: ...}`` of the response; docs/voice.md). ``language`` of its words: two letters, empty for English.
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
    language: str = ""


class Kind(StrEnum):
    """What a message is, as the door found it (docs/door.md)."""

    WORDS = "words"
    BLANK = "blank"
    TOO_LONG = "too_long"
    REACTION = "reaction"
    AUTOMATIC = "automatic"
    EDIT = "edit"
    ECHO = "echo"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the door did with a message (``bot.door``).

    ``folded``: its figures, spaces or dashes were made plain. ``masked``: kinds of secrets that were taken out. ``wish``: what
    the sender wants of our texts (``stop``, ``start``, ``help``, ``unsure``). ``about``: what a reaction or an edit is about, the
    words that a phone quotes or the vendor's id of it; ``sign``: the reaction's, empty when it was taken back. ``last4``: the end
    of a card's number that was taken out, as receipts show it.
    """

    kind: Kind = Kind.WORDS
    folded: bool = False
    masked: tuple[str, ...] = ()
    wish: str | None = None
    about: str = ""
    sign: str = ""
    last4: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What is counted of it, as words of a fixed list; nothing for a plain message."""
        kind = () if self.kind is Kind.WORDS else (self.kind.value,)
        masked = tuple(f"masked_{what}" for what in self.masked)
        return (*kind, *(("folded",) if self.folded else ()), *masked, *((f"wish_{self.wish}",) if self.wish else ()))


@dataclass(frozen=True, slots=True)
class HandBack:
    """A person is done with a conversation: which handoff it was, what was agreed, and the agent who closed it (None: the
    record says that it is closed), for the ``times``-th time after it was reopened, with how it ended."""

    handoff_id: str
    outcome: str
    by: str | None = None
    times: int = 0
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What came from a customer.

    ``id`` is the provider's id with the channel in front (``sms:SM...``): a repeat changes nothing.
    ``choice`` is a tapped option as ``<menu id>:<number from 1>`` (see ``bot.menus.menu``), never a payload.
    ``digits`` are keys pressed on a phone. ``keyword`` is ``stop``, ``start`` or ``help`` where the
    provider has already recognised and answered it (Twilio's OptOutType). ``network`` is where a browser connects from,
    for limits only (an IPv4 address, the first half of an IPv6 one). ``entry`` is what the door did with it; a receiver
    sets its kind where the vendor says what it is. ``ours`` is our own end where we have several: the number that was texted.
    ``hand_back``: a message of ours, from the desk to the assistant; ``sender`` is then whom the assistant speaks to.
    ``language``: two letters; the channel knows that the sender asks to speak it (by a key that offered it).
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
    entry: Entry | None = None
    ours: str | None = None
    hand_back: HandBack | None = None
    language: str = ""


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
    ``expires_at``: after that it must not be sent (a one-time code, a link that opens nothing any more). ``ours``: the number of
    ours that it answers from; else the channel's own.
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
    expires_at: datetime | None = None
    ours: str | None = None


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
