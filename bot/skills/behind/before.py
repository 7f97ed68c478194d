"""What the turn before this one said and offered, also to a second wish of the same message. Pure functions over the tracker."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from rasa_sdk.interfaces import Tracker

from bot.skills.context import before_latest


def said_before(tracker: Tracker) -> frozenset[str]:
    """The responses."""
    names = ((event.get("metadata") or {}).get("utter_action") for event in _answers(tracker))
    return frozenset(str(name) for name in names if name)


def options_before(tracker: Tracker) -> list[dict[str, Any]]:
    """The options."""
    return [option for event in _answers(tracker) for option in (event.get("data") or {}).get("buttons") or ()]


def last_filled(tracker: Tracker, slot: str) -> str | None:
    """The latest value that a slot had, also when it is empty again."""
    filled = (event for event in reversed(tracker.events) if event.get("event") == "slot" and event.get("name") == slot)
    return next((str(event["value"]) for event in filled if event.get("value") is not None), None)


def _answers(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """The bot events, newest first: back to the customer's message, and past the wishes that came of it."""
    turn = itertools.takewhile(lambda event: event.get("event") != "user" or _of_ours(event), before_latest(tracker))
    return (event for event in turn if event.get("event") == "bot")


def _of_ours(event: Mapping[str, Any]) -> bool:
    return bool((event.get("metadata") or {}).get("event_of_ours"))
