"""What the packet has of the talk itself: lines, what was understood, slots, options, mood. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.door import MASK
from bot.handoff_packet.known import Known
from bot.handoff_packet.plain import moment, present
from bot.menus.menu import Shown
from bot.model import Author, ChannelName, TranscriptLine
from bot.signals import SLOT as SIGNALS
from bot.signals import signs_in

KEYS = re.compile(r"[\d*#\s]+")
"""Said or keyed: a call's line of figures alone does not tell which."""
LATEST = 5
"""Menus that are told of, the newest first."""
SHORT = 200
"""Characters of the customer's last words in the summary."""
ARTICLE = "article"
"""The slot of ``bot.skills.knowing``."""

Event = Mapping[str, Any]


def line(one: TranscriptLine) -> dict[str, Any]:
    """One line of the transcript."""
    return present(
        {
            "at": moment(one.at),
            "author": one.author.value,
            "channel": one.channel.value if one.channel else None,
            "text": one.text,
            "how": _how(one),
            "interrupted": True if one.interrupted else None,
            "masked": True if MASK in one.text else None,
            "kind": one.kind,
            "picked": one.picked,
            "agent": one.agent,
            "attachments": [media.key for media in one.media],
        }
    )


def _how(one: TranscriptLine) -> str | None:
    """Of the customer's words: ``heard`` (so they are a recogniser's) or ``typed``; taps count as typed."""
    if one.author is not Author.CUSTOMER or one.channel is None:
        return None
    if one.channel is not ChannelName.VOICE:
        return "typed"
    return None if KEYS.fullmatch(one.text) else "heard"


def summary(known: Known) -> dict[str, Any]:
    """Two lines: those that a language model drafted, else why a person is asked for, and what the customer said last."""
    drafted = known.handoff.draft.lines[:2] if known.handoff.draft else ()
    if drafted:
        return {"lines": list(drafted), "drafted": True}
    said = next((one.text for one in reversed(known.lines) if one.author is Author.CUSTOMER), "")
    last = f"They said last: {_short(said)}" if said else ""
    return present({"lines": [text for text in (_short(known.handoff.reason), last) if text], "drafted": False})


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else f"{plain[: SHORT - 1]}…"


def intent(events: Iterable[Event]) -> dict[str, Any]:
    """Of the customer's last message that the assistant understood, with how sure it was (0 to 1)."""
    for event in reversed([*events]):
        metadata = event.get("metadata") or {}
        if event.get("event") != "user" or metadata.get("to_person") or metadata.get("event_of_ours"):
            continue
        found = (event.get("parse_data") or {}).get("intent") or {}
        if found.get("name"):
            return present({"name": str(found["name"]), "confidence": found.get("confidence")})
    return {}


def slots(known: Known) -> list[dict[str, Any]]:
    """What the assistant took down, with the channel and the time it was said."""
    return [
        present(
            {
                "name": slot.name,
                "label": known.labels.get(slot.name),
                "value": slot.value,
                "channel": slot.channel.value if slot.channel else None,
                "at": moment(slot.at),
            }
        )
        for slot in known.slots
        if slot.name not in (SIGNALS, ARTICLE)
    ]


def not_again(known: Known) -> list[dict[str, Any]]:
    """What people ask for and the customer has given already."""
    held = [slot.name for slot in known.slots if slot.name in known.asked and slot.value is not False]
    return [present({"slot": name, "label": known.labels.get(name)}) for name in held]


def offered(shown: Shown) -> list[dict[str, Any]]:
    """The latest options, the newest first."""
    return [
        present(
            {
                "at": moment(menu.shown_at),
                "channel": menu.channel.value if menu.channel else None,
                "options": [option.title for option in menu.options],
            }
        )
        for menu in shown.menus[:LATEST]
    ]


def mood(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The signs in the customer's words, each time they changed."""
    return [
        {"at": at, "signs": signs, "evidence": told} for at, told in _slot_values(events, SIGNALS) if (signs := signs_in(told))
    ]


def articles(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Titles of the articles that the customer was told, in the order of telling."""
    return [{"title": title, "at": at} for at, title in _slot_values(events, ARTICLE)]


def _slot_values(events: Iterable[Event], name: str) -> Iterator[tuple[str, str]]:
    """When a slot of text got which value, each change once."""
    before: object = None
    for event in events:
        if event.get("event") == "slot" and event.get("name") == name:
            value = event.get("value")
            if isinstance(value, str) and value and value != before:
                yield datetime.fromtimestamp(float(event.get("timestamp") or 0), UTC).isoformat(), value
            before = value


def attachments(lines: Sequence[TranscriptLine]) -> list[dict[str, Any]]:
    """What came with the lines; ``key`` names it for whoever fetches it."""
    found = ((one, media) for one in lines for media in one.media)
    return [
        present(
            {
                "key": media.key,
                "content_type": media.content_type,
                "title": media.title,
                "at": moment(one.at),
                "from": one.author.value,
            }
        )
        for one, media in found
    ]
