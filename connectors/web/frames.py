"""What goes over the web chat socket, both ways: pure reading and rendering (docs/contracts.md, "Web chat socket").

A frame is one JSON object in one text message of at most ``MAX_FRAME`` bytes. Whatever a browser sends, ``parse``
either gives one of the values below or raises ``BadFrame``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.menus.menu import ANSWERS_ONLY, beside_cards, on_card
from bot.menus.plain_text import moment_line
from bot.model import Author, Card, Media, Moment, Option, OutboundMessage

MAX_FRAME = 8192
"""Bytes; a longer one closes the socket with 1009. 2000 characters fit in any script."""
MAX_RATED = 500
"""Characters of the words beside a rating, after trimming."""
MAX_TEXT = 2000
"""Characters of one message, after trimming."""

NO_FILES: Mapping[str, str] = {}

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHOICE = re.compile(r"[A-Za-z0-9_.-]{1,80}:[0-9]{1,3}")
_HANDOFF = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MAX_SEQ = 2**53 - 1  # the largest whole number that a browser can hold exactly


class BadFrame(Exception):
    """Not a frame of ours. ``code`` is for the error frame, ``client_id`` the message it was about, if that was readable."""

    def __init__(self, code: str, why: str, client_id: str | None = None) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.client_id = client_id


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame: the visitor's token, if the browser has one, the last line it has seen (0: none), and what a
    signed-in page says of its visitor (``connectors.web.identity``), if it says anything."""

    token: str | None
    last: int
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message, or a tapped option (``choice``, its title as ``text``). ``id`` is the browser's: a repeat changes nothing."""

    id: str
    text: str
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything up to ``seq`` has arrived in the browser (``received``) or was on screen (``read``)."""

    name: str
    seq: int


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer is writing."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Rated:
    """What the customer says of a talk with a person: ``score`` from 1 to 5, and words or none."""

    id: str
    handoff: str
    score: int
    words: str = ""


Frame: TypeAlias = Hello | Said | Mark | Typing | Ping | Rated


def parse(data: str) -> Frame:
    """Read one text frame. Raises BadFrame (codes ``bad_frame``, ``too_long``, ``empty``)."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFrame("bad_frame", "not JSON") from None
    if not isinstance(body, dict):
        raise BadFrame("bad_frame", "not an object")
    match body.get("type"):
        case "hello":
            return Hello(_token(body.get("token")), _seq(body.get("last", 0)), _identity(body.get("identity")))
        case "message":
            return _said(body, None)
        case "choice":
            return _said(body, body.get("choice"), chosen=True)
        case "read" | "received" as name:
            return Mark(name, _seq(body.get("seq")))
        case "rate":
            return _rated(body)
        case "typing":
            return Typing()
        case "ping":
            return Ping()
    raise BadFrame("bad_frame", "unknown type")


def _rated(body: dict[str, Any]) -> Rated:
    """A ``rate`` frame."""
    client_id, handoff, score, words = _client_id(body), body.get("handoff"), body.get("score"), body.get("text", "")
    if not isinstance(handoff, str) or not _HANDOFF.fullmatch(handoff):
        raise BadFrame("bad_frame", "handoff must name one", client_id)
    if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5:
        raise BadFrame("bad_frame", "score must be a whole number from 1 to 5", client_id)
    if not isinstance(words, str):
        raise BadFrame("bad_frame", "the text must be a string", client_id)
    if len(words := clean(words)) > MAX_RATED:
        raise BadFrame("too_long", f"more than {MAX_RATED} characters", client_id)
    return Rated(client_id, handoff, score, words)


def _client_id(body: dict[str, Any]) -> str:
    found = body.get("id")
    if not isinstance(found, str) or not _CLIENT_ID.fullmatch(found):
        raise BadFrame("bad_frame", "id must be 1-64 letters, digits, - or _")
    return found


def _said(body: dict[str, Any], choice: object, *, chosen: bool = False) -> Said:
    """A ``message`` or ``choice`` frame."""
    client_id = _client_id(body)
    if chosen and (not isinstance(choice, str) or not _CHOICE.fullmatch(choice)):
        raise BadFrame("bad_frame", "choice must be <menu id>:<number>", client_id)
    text = body.get("title" if chosen else "text")
    if not isinstance(text, str):
        raise BadFrame("bad_frame", "the text must be a string", client_id)
    text = clean(text)
    if not text:
        raise BadFrame("empty", "nothing was written", client_id)
    if len(text) > MAX_TEXT:
        raise BadFrame("too_long", f"more than {MAX_TEXT} characters", client_id)
    return Said(client_id, text, choice if isinstance(choice, str) else None)


def clean(text: str) -> str:
    """Without control characters and halves of surrogate pairs (JSON can carry them, UTF-8 cannot), trimmed."""
    whole = text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _CONTROL.sub("", whole).strip()


def _token(value: object) -> str | None:
    """A token of ours by its form, or None: a strange one is as good as none and makes a new visitor."""
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _identity(value: object) -> str | None:
    """A JWT by its form. A strange one is kept short: it will be refused by its signature."""
    return value[:4096] if isinstance(value, str) and value else None


def _seq(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_SEQ:
        raise BadFrame("bad_frame", "seq must be a whole number")
    return value


def customer_line(said: Said, text: str, at: datetime) -> dict[str, Any]:
    """The customer's own words as kept in the log (``text``: as the door let them in), so that a reload shows both sides."""
    line: dict[str, Any] = {"author": Author.CUSTOMER.value, "id": said.id, "text": text}
    if said.choice:
        line["choice"] = said.choice
    return line | {"options": [], "media": [], "at": stamp(at)}


def outbound_line(message: OutboundMessage, files: Mapping[str, str] = NO_FILES) -> dict[str, Any]:
    """Words for the customer as kept in the log; options carry ``<menu id>:<number>``, never a payload. ``files``: where the
    calendar file of a date is, by the date's ``uid``."""
    line: dict[str, Any] = {"author": message.author.value, "text": message.reply.text}
    if message.agent:
        line["agent"] = message.agent
    options = beside_cards(message.reply) if message.menu_id else []
    line["options"] = _choices(message, options)
    line["media"] = [_media(m) for m in message.reply.media]
    return line | rich(message, files) | {"at": stamp(message.created_at)}


def rich(message: OutboundMessage, files: Mapping[str, str] = NO_FILES) -> dict[str, Any]:
    """Cards, links, places, dates and tables, each only when there are some (docs/menus.md)."""
    reply = message.reply
    parts: dict[str, list[dict[str, Any]]] = {
        "cards": [_card(message, card) for card in reply.cards],
        "links": [{"title": link.title, "url": link.url} for link in reply.links],
        "locations": [{"name": p.name, "address": p.address, "url": p.url, "tel": p.tel} for p in reply.locations],
        "dates": [_moment(moment, files) for moment in reply.dates],
        "tables": [{"columns": list(t.columns), "rows": [list(row) for row in t.rows]} for t in reply.tables],
    }
    return {name: found for name, found in parts.items() if found}


def _choices(message: OutboundMessage, options: list[tuple[int, Option]]) -> list[dict[str, Any]]:
    return [_choice(f"{message.menu_id}:{number}", option) for number, option in options]


def _choice(choice: str, option: Option) -> dict[str, Any]:
    """``answer``: it means nothing once its question is over."""
    body: dict[str, Any] = {"title": option.title, "choice": choice}
    return body | {"answer": True} if option.payload in ANSWERS_ONLY else body


def _card(message: OutboundMessage, card: Card) -> dict[str, Any]:
    link = {"title": card.link.title, "url": card.link.url} if card.link else None
    options = _choices(message, on_card(message.reply, card)) if message.menu_id else []
    return {"title": card.title, "text": card.text, "image": card.image, "link": link, "options": options}


def _media(media: Media) -> dict[str, str]:
    body = {"url": media.url, "content_type": media.content_type}
    return {**body, "title": media.title} if media.title else body


def _moment(moment: Moment, files: Mapping[str, str]) -> dict[str, Any]:
    """Times are as the business wrote them, with their offset if they had one; ``words`` is for those who read. ``file``, where
    there is one, has a ``change`` that says what it does to a calendar."""
    end = moment.end.isoformat() if moment.end else None
    body = {"title": moment.title, "start": moment.start.isoformat(), "end": end, "all_day": moment.all_day}
    body |= {"place": moment.place, "words": moment_line(moment)}
    if file := files.get(moment.uid):
        body |= {"file": file, "change": "remove" if moment.cancelled else "update" if moment.sequence else "add"}
    return body


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and ``Z``, as browsers read it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
