"""What the turn that is running added to its conversation, for the record (``bot.transcript.understood``).

The tracker store sees the events once, when it saves them; a context variable leads them to the channel that answers, so that
turns at the same time do not mix and no tracker is read a second time.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from dataclasses import replace
from itertools import islice
from typing import Any

from rasa.shared.core.events import SlotSet, UserUttered

from bot.ports import Understood
from bot.transcript.repeats import Questions
from bot.transcript.understood import Held, note_slot, read_back, understood

Saved = list[tuple[Any, int]]
"""Trackers that were saved, and how many of their events were stored before."""

_saved: ContextVar[Saved | None] = ContextVar("onethread_saved", default=None)


def start() -> tuple[Saved, Token[Saved | None]]:
    """Begin to collect; the list fills as the turn goes on. Give the token to ``stop``."""
    saved: Saved = []
    return saved, _saved.set(saved)


def stop(token: Token[Saved | None]) -> None:
    """End what ``start`` began."""
    _saved.reset(token)


def note(tracker: Any, known: int) -> None:
    """A tracker was saved; outside a turn nobody asks and nothing happens."""
    saved = _saved.get()
    if saved is not None:
        saved.append((tracker, known))


def of_turn(saved: Saved, message_id: str, model: str, questions: Questions) -> Understood | None:
    """What was made of the message; None when nothing was saved for it (it was answered before)."""
    for tracker, known in saved:
        events = list(tracker.events)
        mine = (n for n in range(known, len(events)) if getattr(events[n], "message_id", None) == message_id)
        first = next((n for n in mine if isinstance(events[n], UserUttered)), None)
        if first is not None:
            turn = [event.as_dict() for event in islice(events, first, None)]
            return understood(turn, _held(events[:first]), tracker.active_loop_name or "", model, questions)
    return None


async def read_again(agent: Any, conversation: str, message_id: str, questions: Questions) -> Understood | None:
    """The same of a message that was answered before, moments ago: the model is taken to be the same."""
    tracker = await agent.tracker_store.retrieve(conversation)
    found = read_back([event.as_dict() for event in tracker.events], message_id, questions) if tracker is not None else None
    return found and replace(found, model=agent.model_id or "")


def _held(events: list[Any]) -> Held:
    """``bot.transcript.understood.held_after``, of Rasa's own events: none of them is written out for it."""
    held: dict[str, tuple[Any, str]] = {}
    channel = ""
    for event in events:
        if isinstance(event, SlotSet):
            note_slot(held, event.key, event.value, channel)
        elif isinstance(event, UserUttered):
            channel = str((event.metadata or {}).get("channel") or event.input_channel or "")
        elif event.type_name in ("restart", "reset_slots"):
            held.clear()
    return held
