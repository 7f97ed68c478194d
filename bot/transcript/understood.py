"""What the assistant made of a message, read from the tracker events of its turn. Pure functions over Rasa's event dictionaries.

Rasa's side tells it with the answer; of a turn whose gateway died it is read back from the tracker, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.ports import SlotTaken, Understood
from bot.transcript.lines import INTERNAL_SLOTS
from bot.transcript.repeats import Questions, asked_again

Held = Mapping[str, tuple[Any, str]]
"""Slots with a value: it, and the channel on which it was given ("" where that is not known)."""

NOT_AN_ANSWER = frozenset({"action_listen", "action_session_start", "action_extract_slots"})
FALLBACKS = frozenset({"nlu_fallback", "action_default_fallback", "action_two_stage_fallback"})


def understood(events: Sequence[Mapping[str, Any]], held: Held, form: str, model: str, questions: Questions) -> Understood:
    """From the events of one turn, the user's first. ``held``: the slots before it; ``form``: the one that is open after it."""
    parsed = (events[0].get("parse_data") or {}) if events else {}
    first, second = _ranked(parsed)
    action, policy = _acted(events)
    return Understood(
        intent=first[0],
        confidence=first[1],
        runner_up=second[0],
        runner_up_confidence=second[1],
        model=model,
        policy=policy,
        action=action,
        form=form,
        fallback=bool({first[0], action} & FALLBACKS),
        slots=tuple(_taken(events, held)),
        repeats=tuple((slot, held[slot][1] if slot in held else "") for slot in asked_again(events, held, questions)),
    )


def turn_in(events: Sequence[Mapping[str, Any]], message_id: str) -> tuple[int, int] | None:
    """Where a message's turn begins and ends in a conversation; None when it is not there. Lines of the gateway's own
    (``bot.transcript.log``) are no part of the assistant's turns, though they may stand between."""
    mine = (n for n, event in enumerate(events) if event.get("event") == "user" and event.get("message_id") == message_id)
    start = next((n for n in mine if not _own(events[n])), None)
    if start is None:
        return None
    end = next((n for n in range(start + 1, len(events)) if _next(events[n])), len(events))
    return start, end


def read_back(events: Sequence[Mapping[str, Any]], message_id: str, questions: Questions) -> Understood | None:
    """The same from a whole conversation; None when the message is not in it. The model's version is not known any more."""
    found = turn_in(events, message_id)
    if found is None:
        return None
    start, end = found
    before, turn = events[:start], [event for event in events[start:end] if not _own(event)]
    loops = (str(event.get("name") or "") for event in reversed([*before, *turn]) if event.get("event") == "active_loop")
    return understood(turn, held_after(before), next(loops, ""), "", questions)


def held_after(events: Iterable[Mapping[str, Any]]) -> Held:
    """The slots that have a value after these events."""
    held: dict[str, tuple[Any, str]] = {}
    channel = ""
    for event in events:
        match event.get("event"):
            case "user":
                channel = str((event.get("metadata") or {}).get("channel") or event.get("input_channel") or "")
            case "slot":
                note_slot(held, str(event.get("name")), event.get("value"), channel)
            case "restart" | "reset_slots":
                held.clear()
    return held


def note_slot(held: dict[str, tuple[Any, str]], name: str, value: Any, channel: str) -> None:
    """A slot was set. The channel stays that on which it got the value that it has."""
    if value in (None, [], False):
        held.pop(name, None)
    elif name not in held or held[name][0] != value:
        held[name] = value, channel


def _ranked(parsed: Mapping[str, Any]) -> tuple[tuple[str, float | None], tuple[str, float | None]]:
    """The intent that counted, and the best of the others."""
    intent = parsed.get("intent") or {}
    name = str(intent.get("name") or "")
    others = (one for one in parsed.get("intent_ranking") or () if one.get("name") != name)
    other: Mapping[str, Any] = next(iter(others), {})
    return (name, intent.get("confidence")), (str(other.get("name") or ""), other.get("confidence"))


def _acted(events: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """The first action that said something, or asked something of the gateway, and the policy that chose it; where nothing was
    said, the first that is more than waiting. What an action says follows it."""
    first = latest = ("", "")
    for event in events:
        if event.get("event") == "action" and event.get("name"):
            named = str(event["name"]), str(event.get("policy") or "")
            latest = named if named[0] not in NOT_AN_ANSWER else ("", "")
            first = first if first[0] else latest
        elif event.get("event") == "bot" and latest[0]:
            return latest
    return first


def _taken(events: Iterable[Mapping[str, Any]], held: Held) -> Iterable[SlotTaken]:
    """The slots that have another value after the turn than before it."""
    after: dict[str, Any] = {}
    for event in events:
        if event.get("event") == "slot" and event.get("name") not in INTERNAL_SLOTS:
            after[str(event["name"])] = event.get("value")
    for name, value in after.items():
        before = held[name][0] if name in held else None
        if value != before and not (before is None and value in (None, [], False)):
            yield SlotTaken(name, value)


def _own(event: Mapping[str, Any]) -> bool:
    return bool((event.get("metadata") or {}).get("line"))


def _next(event: Mapping[str, Any]) -> bool:
    """Whether it begins another turn; the message's second wish does not."""
    return event.get("event") == "user" and not _own(event) and not (event.get("metadata") or {}).get("also")
