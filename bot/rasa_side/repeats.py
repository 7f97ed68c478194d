"""A message id that was answered before is answered again from the tracker, without a second turn.

The gateway sends a message twice when it died, or gave up waiting, between asking and keeping the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot.rasa_side.tracker.wire import Message


class Replies(Protocol):
    """Where the replies go (an output channel of Rasa's)."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one reply."""
        ...


async def answered_before(agent: Any, message: Message, replies: Replies) -> bool:
    """True when the tracker holds this message id; what the assistant said to it then goes to ``replies``."""
    store = agent.tracker_store
    if hasattr(store, "mentions") and not await store.mentions(message.conversation, message.message_id):
        return False  # nearly always: no tracker is built for the question
    tracker = await store.retrieve(message.conversation)
    said = None if tracker is None else said_to(message.message_id, list(tracker.events))
    for utterance in said or ():
        await replies.send_response(message.conversation, utterance.message())
    return said is not None


def said_to(message_id: str, events: Sequence[Event]) -> list[BotUttered] | None:
    """The assistant's utterances between that user message and the next; None when it is not there."""
    start = next((n for n in reversed(range(len(events))) if getattr(events[n], "message_id", None) == message_id), None)
    if start is None:
        return None
    said: list[BotUttered] = []
    for event in events[start + 1 :]:
        if isinstance(event, UserUttered) and not event.metadata.get("also"):  # the second wish of the same message
            break
        if isinstance(event, BotUttered) and not event.metadata.get("agent"):
            said.append(event)
    return said
