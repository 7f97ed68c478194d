"""The bodies Meta posts to ``/messenger``, read into our nouns. Pure.

Strict about what we use, tolerant of what we do not know: Meta adds kinds of events and fields without notice, and
refusing a batch would unsubscribe the page after an hour. What is passed over is named, so that it can be counted.
Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.model import Address, AddressKind, ChannelName, Entry, InboundMessage, Kind, Media, map_of

PSID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
MID = re.compile(r"[!-~]{1,256}", re.ASCII)
CHOICE = re.compile(r"[A-Za-z0-9_-]{1,80}:[0-9]{1,3}", re.ASCII)
"""A menu token of ours; any other payload is not an answer to a menu, and its title counts as words."""

THUMBS_UP = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The Like button's sticker in its three sizes: an answer people give, so it is read as one."""

REACTIONS = {"like": "👍", "love": "❤️", "dislike": "👎", "smile": "😂", "wow": "😮", "sad": "😢", "angry": "😠"}
"""Names of reactions, for those that come without their emoji."""

INBOX_APPS = frozenset({"263902037430900", "26390203743090"})
"""App ids of Meta's own inbox, as its two pages print them: an echo with one, or with none, is a colleague's words there."""

MEDIA_TYPES = {"image": "image/*", "sticker": "image/*", "audio": "audio/*", "video": "video/*"}
"""Attachment type -> MIME range; all others are files."""

OPENS_WINDOW = ("referral",)
"""Events without words that still open the 24 hours."""

KNOWN_KINDS = (
    *OPENS_WINDOW, "optin", "account_linking", "policy_enforcement", "pass_thread_control", "take_thread_control",
    "request_thread_control", "app_roles", "messaging_feedback", "response_feedback", "game_play",
)  # fmt: skip
"""Kinds we pass over by name; the rest are counted as ``unknown`` (a label must not come from outside)."""


class Malformed(ValueError):
    """The body is not the JSON object that Meta sends."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words, a tap or files from a person."""

    message: InboundMessage


@dataclass(frozen=True, slots=True)
class Colleague:
    """What somebody said to the customer in Meta's own inbox, unless ``mid`` is of a message that we sent."""

    mid: str
    message: InboundMessage


@dataclass(frozen=True, slots=True)
class Touched:
    """Something without words that opens the 24-hour window."""

    psid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """Messages of ours that arrived: those named, or without names all sent up to ``watermark``."""

    psid: str
    mids: tuple[str, ...]
    watermark: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """All messages of ours sent up to ``watermark`` were read."""

    psid: str
    watermark: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """Passed over; ``kind`` is one of a fixed few words."""

    kind: str


Event: TypeAlias = Said | Colleague | Touched | Delivered | Read | Ignored


def parse(body: bytes, now: datetime, page_id: str | None = None) -> list[Event]:
    """All events of one body, by their time. Raises Malformed when it is no object with a list of entries."""
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Malformed("not JSON in UTF-8") from None
    if not isinstance(document, dict) or not isinstance(document.get("object"), str):
        raise Malformed("not an object with 'object' and 'entry'")
    if document["object"] != "page":
        return [Ignored("not_a_page")]
    entries = document.get("entry")
    if not isinstance(entries, list):
        raise Malformed("'entry' is not a list")
    timed = [pair for entry in entries for pair in _entry(entry, now, page_id)]
    return [event for _, event in sorted(timed, key=lambda pair: pair[0])]


def _entry(entry: object, now: datetime, page_id: str | None) -> Iterator[tuple[int, Event]]:
    """Each event with the time Meta gave it, which is its place in the order whatever our clock says."""
    ours = _epoch_ms_of(now)
    if not isinstance(entry, dict):
        yield ours, Ignored("malformed")
        return
    if "standby" in entry:  # another app owns the thread
        yield ours, Ignored("standby")
    items = entry.get("messaging", [])
    for item in items if isinstance(items, list) else [None]:
        stamp = _epoch_ms(item.get("timestamp")) if isinstance(item, dict) else None
        yield ours if stamp is None else stamp, _event(item, now, page_id)


def _event(item: object, now: datetime, page_id: str | None) -> Event:
    if not isinstance(item, dict):
        return Ignored("malformed")
    message = item.get("message")
    if isinstance(message, dict) and message.get("is_echo"):
        return _echo(item, message, now)
    if page_id is not None and _id(item.get("recipient")) != page_id:
        return Ignored("other_page")
    psid = _id(item.get("sender"))
    if psid is None:
        return Ignored("malformed")
    at = _time(item.get("timestamp"), now)
    if isinstance(message, dict):
        return _message(psid, at, message)
    if isinstance(postback := item.get("postback"), dict):
        return _postback(psid, at, postback, item.get("timestamp"))
    if isinstance(reaction := item.get("reaction"), dict):
        return _reaction(psid, at, reaction)
    if isinstance(edit := item.get("message_edit"), dict):
        return _edit(psid, at, edit)
    return _receipt(psid, item, now) or _passed_over(psid, at, item)


def _message(psid: str, at: datetime, message: Mapping[str, Any]) -> Event:
    mid, text = message.get("mid"), message.get("text") or ""
    if not isinstance(mid, str) or not MID.fullmatch(mid) or not isinstance(text, str):
        return Ignored("malformed")
    tap, attachments = message.get("quick_reply"), message.get("attachments")
    found = attachments if isinstance(attachments, list) else []
    if any(_is_thumbs_up(a) for a in found):
        found, text = [a for a in found if not _is_thumbs_up(a)], text or "\N{THUMBS UP SIGN}"
    if not text and not found:
        return Ignored("empty")
    choice = _choice(tap.get("payload")) if isinstance(tap, dict) else None
    return _said(psid, at, mid, text, choice, tuple(_media(a) for a in found))


def _postback(psid: str, at: datetime, postback: Mapping[str, Any], timestamp: object) -> Event:
    """A tapped button. An old one may have no mid: sender, time and payload then make its id."""
    payload, title, mid = postback.get("payload"), postback.get("title"), postback.get("mid")
    if not isinstance(mid, str) or not MID.fullmatch(mid):
        mid = "postback-" + hashlib.sha256(f"{psid}\n{timestamp}\n{payload}".encode("utf-8", "replace")).hexdigest()[:40]
    choice = _choice(payload)
    if not isinstance(title, str) or not (title or choice):
        return Ignored("malformed")
    return _said(psid, at, mid, title, choice, ())


def _reaction(psid: str, at: datetime, reaction: Mapping[str, Any]) -> Event:
    """A sign on a message of ours (or its end), under an id of its own: the same sign at another time is another event."""
    mid, emoji = reaction.get("mid"), reaction.get("emoji") or REACTIONS.get(str(reaction.get("reaction")), "")
    if not isinstance(mid, str) or not MID.fullmatch(mid) or not isinstance(emoji, str) or len(emoji) > 40:
        return Ignored("malformed")
    gone = reaction.get("action") == "unreact"
    entry = Entry(Kind.REACTION, about=mid, sign="" if gone else _clean(emoji))
    name = hashlib.sha256(f"{mid} {emoji} {gone} {_epoch_ms_of(at)}".encode("utf-8", "replace")).hexdigest()[:40]
    return Said(replace(_said(psid, at, f"reaction-{name}", emoji, None, ()).message, entry=entry))


def _edit(psid: str, at: datetime, edit: Mapping[str, Any]) -> Event:
    """New words for a message of the customer's."""
    mid, text, number = edit.get("mid"), edit.get("text"), edit.get("num_edit")
    if not isinstance(mid, str) or not MID.fullmatch(mid) or not isinstance(text, str) or not text.strip():
        return Ignored("malformed")
    count = number if isinstance(number, int) and not isinstance(number, bool) else 1
    entry = Entry(Kind.EDIT, about=f"{ChannelName.MESSENGER}:{mid}")
    return Said(replace(_said(psid, at, f"{mid}-edit-{count}", text, None, ()).message, entry=entry))


def _echo(item: Mapping[str, Any], message: Mapping[str, Any], now: datetime) -> Event:
    """What the page said. Only a colleague's words in Meta's own inbox are news; all apps' sends carry the app's id."""
    app, psid, mid = message.get("app_id"), _id(item.get("recipient")), message.get("mid")
    if (app is not None and str(app) not in INBOX_APPS) or psid is None or not isinstance(mid, str) or not MID.fullmatch(mid):
        return Ignored("echo")
    text, attachments = message.get("text") or "", message.get("attachments")
    media = tuple(_media(a) for a in attachments) if isinstance(attachments, list) else ()
    if not isinstance(text, str) or not (text or media):
        return Ignored("echo")
    said = _said(psid, _time(item.get("timestamp"), now), f"echo-{mid}", text, None, media)
    return Colleague(mid, replace(said.message, entry=Entry(Kind.ECHO)))


def _receipt(psid: str, item: Mapping[str, Any], now: datetime) -> Event | None:
    if isinstance(delivery := item.get("delivery"), dict):
        mids = delivery.get("mids")
        named = tuple(m for m in mids if isinstance(m, str) and MID.fullmatch(m)) if isinstance(mids, list) else ()
        return Delivered(psid, named, _time(delivery.get("watermark"), now))
    if isinstance(read := item.get("read"), dict):
        return Read(psid, _time(read.get("watermark"), now))
    return None


def _passed_over(psid: str, at: datetime, item: Mapping[str, Any]) -> Event:
    if any(kind in item for kind in OPENS_WINDOW):
        return Touched(psid, at)
    return Ignored(next((kind for kind in KNOWN_KINDS if kind in item), "unknown"))


def _said(psid: str, at: datetime, mid: str, text: str, choice: str | None, media: tuple[Media, ...]) -> Said:
    sender, external = Address(AddressKind.MESSENGER, psid), f"{ChannelName.MESSENGER}:{mid}"
    return Said(InboundMessage(external, ChannelName.MESSENGER, sender, at, _clean(text), choice, None, media))


def _clean(text: str) -> str:
    """JSON may escape half a surrogate pair, which no store can encode: it becomes the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _choice(payload: object) -> str | None:
    return payload if isinstance(payload, str) and CHOICE.fullmatch(payload) else None


def _media(attachment: object) -> Media:
    """What was attached; an empty URL when there is none, so that it is still known that something came."""
    kind = str(attachment.get("type")) if isinstance(attachment, dict) else ""
    if kind == "location" and (place := _place(attachment)):
        return place
    url = _payload(attachment).get("url")
    known = _clean(url) if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
    return Media(known, MEDIA_TYPES.get(kind, "application/octet-stream"))


def _place(attachment: object) -> Media | None:
    where = _payload(attachment).get("coordinates")
    title = attachment.get("title") if isinstance(attachment, dict) else None
    try:
        return map_of(float(where["lat"]), float(where["long"]), title if isinstance(title, str) else "") if where else None
    except (KeyError, TypeError, ValueError):
        return None


def _is_thumbs_up(attachment: object) -> bool:
    return str(_payload(attachment).get("sticker_id")) in THUMBS_UP


def _payload(attachment: object) -> Mapping[str, Any]:
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    return payload if isinstance(payload, dict) else {}


def _id(party: object) -> str | None:
    value = party.get("id") if isinstance(party, dict) else None
    return value if isinstance(value, str) and PSID.fullmatch(value) else None


def _time(value: object, now: datetime) -> datetime:
    """The event's time, never later than ours; ours when it has none."""
    ms = _epoch_ms(value)
    return now if ms is None or ms >= _epoch_ms_of(now) else datetime.fromtimestamp(ms / 1000, UTC)


def _epoch_ms(value: object) -> int | None:
    """Epoch milliseconds: a number, or a string of digits as on the page about postbacks."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _epoch_ms_of(at: datetime) -> int:
    return int(at.timestamp() * 1000)
