"""What designers write in ``domain/`` -> a Reply with cards, links, locations, dates and tables. Pure.

``buttons`` and ``image`` are Rasa's own; ``custom`` holds our lists (docs/menus.md); ``elements`` and ``attachment`` are
read as Rasa's Messenger channel takes them, so that responses written for it keep working:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/templates/generic
A part that lacks what it needs is passed over; the rest of the reply is said.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from bot.model import Card, Link, Location, Media, Moment, Option, Reply, Table

ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}|tel:\+[0-9]{6,15}", re.ASCII)
"""What a link may be: nothing that a browser would run."""

MEDIA_TYPES = {"image": "image/jpeg", "audio": "audio/mpeg", "video": "video/mp4"}
"""MIME types for the kinds of attachment, when the address does not tell."""

Part = TypeVar("Part")
Body = Mapping[str, Any]


@dataclass(slots=True)
class _Found:
    """What has been read so far of one message."""

    options: list[Option] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def read_reply(message: Body) -> Reply | None:
    """What is to be said in one message of the assistant; None when there is nothing (a directive alone)."""
    found = _Found()
    _read_buttons(message.get("buttons"), found.options, found.links)
    found.media.extend(_media(message.get("image"), "image"))
    found.cards.extend(_list(message.get("elements"), _element))
    _read_attachment(message.get("attachment"), found)
    custom = message.get("custom")
    own: Body = custom if isinstance(custom, dict) else {}
    reply = Reply(
        "\n".join(filter(None, [_text(message.get("text")), *found.texts])),
        tuple(found.options),
        (*found.media, *(m for item in _items(own.get("images")) for m in _media(item, "image"))),
        response=_text(message.get("response")),
        prompt=dict(prompt) if isinstance(prompt := message.get("prompt"), dict) else {},
        cards=(*found.cards, *_list(own.get("cards"), _card)),
        links=(*found.links, *_list(own.get("links"), _link)),
        locations=tuple(_list(own.get("locations"), _location)),
        dates=tuple(_list(own.get("dates"), _moment)),
        tables=tuple(_list(own.get("tables"), _table)),
    )
    return reply if says_something(reply) else None


def says_something(reply: Reply) -> bool:
    """Whether there is anything to show or to say."""
    parts = (reply.options, reply.media, reply.cards, reply.links, reply.locations, reply.dates, reply.tables)
    return bool(reply.text or any(parts))


def _read_buttons(value: object, options: list[Option], links: list[Link]) -> None:
    """Buttons of Rasa or of Messenger: those with an address are links, one without a payload says its title."""
    for button in _items(value):
        if not isinstance(button, dict) or not (title := _text(button.get("title"))):
            continue
        if button.get("url") or button.get("type") == "phone_number":
            to = button.get("url") or f"tel:{button.get('payload')}"
            links.extend(_list([{"title": title, "url": to}], _link))
        else:
            options.append(Option(title, _text(button.get("payload")) or title))


def _read_attachment(value: object, found: _Found) -> None:
    """An address, or Messenger's ``{"type", "payload"}``."""
    if not isinstance(value, dict):
        found.media.extend(_media(value, "file"))
        return
    payload = value.get("payload")
    body: Body = payload if isinstance(payload, dict) else {}
    if value.get("type") != "template":
        found.media.extend(_media(body.get("url") or body.get("src"), str(value.get("type"))))
        return
    found.cards.extend(_list(body.get("elements"), _element))
    if text := _text(body.get("text")):
        found.texts.append(text)
    _read_buttons(body.get("buttons"), found.options, found.links)


def _media(value: object, kind: str) -> Iterator[Media]:
    body: Body = value if isinstance(value, dict) else {"url": value}
    url = body.get("url")
    if isinstance(url, str) and url:
        guessed, _ = mimetypes.guess_type(urlsplit(url).path)
        yield Media(url, guessed or MEDIA_TYPES.get(kind, "application/octet-stream"), _text(body.get("title")))


def _card(body: Body) -> Card | None:
    return _made_card(body, body.get("text"), body.get("image"), body.get("link"))


def _element(body: Body) -> Card | None:
    """An element of Messenger's generic template."""
    action = body.get("default_action")
    to = {"title": body.get("title"), "url": action.get("url")} if isinstance(action, dict) else None
    return _made_card(body, body.get("subtitle"), body.get("image_url"), to)


def _made_card(body: Body, text: object, image: object, to: object) -> Card | None:
    options: list[Option] = []
    links: list[Link] = []
    _read_buttons(body.get("buttons"), options, links)
    title = _text(body.get("title"))
    link = next(iter([*links, *_list([to], _link)]), None)
    picture = image if isinstance(image, str) and ADDRESS.fullmatch(image) else None
    return Card(title, _text(text), picture, link, tuple(options)) if title else None


def _link(body: Body) -> Link | None:
    url = body.get("url")
    if not isinstance(url, str) or not ADDRESS.fullmatch(url):
        return None
    return Link(_text(body.get("title")) or (urlsplit(url).hostname or url), url)


def _location(body: Body) -> Location | None:
    name, address = _text(body.get("name")), _text(body.get("address"))
    given = body.get("url")
    url = given if isinstance(given, str) and ADDRESS.fullmatch(given) else _map_of(body)
    return Location(name or address, address if name else "", url, _text(body.get("tel"))) if name or address else None


def _map_of(body: Body) -> str:
    """OpenStreetMap at the coordinates, or looking for the address; nothing when there is neither."""
    try:
        lat, lon = round(float(body["latitude"]), 5), round(float(body["longitude"]), 5)
    except (KeyError, TypeError, ValueError):
        address = _text(body.get("address"))
        return f"https://www.openstreetmap.org/search?query={quote(address)}" if address else ""
    return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"


def _moment(body: Body) -> Moment | None:
    """``2026-11-24`` is a whole day; a time without an offset is the business's own."""
    start, end = _time(body.get("start")), _time(body.get("end"))
    if start is None:
        return None
    whole = len(str(body["start"])) == len("2026-11-24")
    changes = _text(body.get("sequence"))
    return Moment(
        _text(body.get("title")),
        start,
        end,
        whole,
        _text(body.get("place")),
        uid=_text(body.get("uid")),
        sequence=int(changes) if changes.isascii() and changes.isdecimal() else 0,
        cancelled=body.get("cancelled") is True,
    )


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _table(body: Body) -> Table | None:
    columns = tuple(_text(c) for c in _items(body.get("columns")))
    rows = tuple(tuple(_text(cell) for cell in _items(row)) for row in _items(body.get("rows")))
    even = tuple((*row, *[""] * len(columns))[: len(columns)] for row in rows if any(row))
    return Table(columns, even) if columns and even else None


def _list(value: object, read: Callable[[Body], Part | None]) -> Iterator[Part]:
    """What can be read of a list of objects."""
    for item in _items(value):
        if isinstance(item, dict) and (part := read(item)) is not None:
            yield part


def _items(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
