"""The message that the wish at hand was said in: before the yes, the code or the PIN that it took. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.interfaces import Tracker

from bot.languages.tables import glossed
from bot.skills.wishes.also import STILL

Event = Mapping[str, Any]

DOUBTED = frozenset({"nlu_fallback", "unsure"})
"""Intents of messages whose wish is asked for before it begins: the option that begins it bears none of their words."""

NOWHERE: Event = {}


def wish_text(tracker: Tracker) -> str:
    """The customer's words for the wish at hand; empty where an option said it, or it is too long ago to be known."""
    wish = _wish(tracker)
    words, language = str(wish.get("text") or ""), str((wish.get("metadata") or {}).get("language") or "")
    return "" if words.startswith("/") else glossed(words, language, "answers")


def wish_details(tracker: Tracker) -> list[str]:
    """The customer's words since the wish at hand that are none themselves, the latest first: details and answers; no codes."""
    wish, found = _wish(tracker), list[str]()
    for event in reversed(tracker.events):
        if event is wish:
            break
        metadata = event.get("metadata") or {}
        secret = any(metadata.get(name, "none") != "none" for name in ("code", "pin"))
        words = str(event.get("text") or "")
        if event.get("event") == "user" and not (words.startswith("/") or secret or _ours(event)):
            found.append(glossed(words, str(metadata.get("language") or ""), "answers"))
    return found if wish else []


def wish_entity(tracker: Tracker, name: str) -> str | None:
    """The first value of an entity in the message of the wish at hand."""
    found = (one for one in _parsed(_wish(tracker)).get("entities") or () if one.get("entity") == name)
    value = next(found, NOWHERE).get("value")
    return None if value is None else str(value)


def wish_metadata(tracker: Tracker) -> Mapping[str, Any]:
    """What the gateway said of the message of the wish at hand."""
    return _wish(tracker).get("metadata") or {}


def _wish(tracker: Tracker) -> Event:
    """A wish that waited for proof is at hand again once it is given, whatever was asked in between."""
    found, waits, said, form = NOWHERE, NOWHERE, NOWHERE, None
    for event in tracker.events:
        kind, name = event.get("event"), event.get("name")
        if kind == "active_loop":
            form = name
        elif kind == "slot" and name == "goal":
            waits = found if event.get("value") else NOWHERE
        elif kind == "action" and name == "action_verified":
            found = waits or found
        elif kind == "user" and not _ours(event):
            found, said = event if _is_wish(event, said, form) else found, event
    return found


def _is_wish(event: Event, before: Event, form: str | None) -> bool:
    """No answer, no yes, no code; and no bare option that was offered for what was said just ``before`` and not understood."""
    metadata = event.get("metadata") or {}
    if any(metadata.get(name, "none") != "none" for name in ("code", "pin")):
        return False
    words, intent = str(event.get("text") or ""), _intent(event)
    if words.startswith("/") and not _parsed(event).get("entities") and _intent(before) in DOUBTED:
        return False
    return intent not in STILL or (intent in DOUBTED and form is None)


def _ours(event: Event) -> bool:
    return bool((event.get("metadata") or {}).get("event_of_ours")) or _intent(event) == "call_started"


def _intent(event: Event) -> str:
    return str((_parsed(event).get("intent") or {}).get("name") or "")


def _parsed(event: Event) -> Mapping[str, Any]:
    return event.get("parse_data") or {}
