"""Lines that go into the tracker without a turn: what people say to each other, notices, pause and resume.

While Rasa is away they wait in the store and are shown to the agent all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.ports import Dialogue, DialogueUnavailable
from bot.stores import Unsaved


@dataclass(frozen=True, slots=True)
class Lines:
    """Appends to the tracker, in order, never losing a line. The caller holds the conversation."""

    dialogue: Dialogue
    unsaved: Unsaved

    async def add(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """Store the events; they reach the tracker now or when Rasa is back."""
        await self.unsaved.push(conversation_id, events)
        try:
            await self.flush(conversation_id)
        except DialogueUnavailable:
            return  # kept in the store: the next line or turn takes them along

    async def flush(self, conversation_id: str) -> None:
        """Write what waits. Raises DialogueUnavailable."""
        waiting = await self.unsaved.peek(conversation_id)
        if waiting:
            await self.dialogue.append(conversation_id, waiting)
            await self.unsaved.drop(conversation_id, len(waiting))

    async def all(self, conversation_id: str) -> list[dict[str, Any]]:
        """Every event, those that still wait included; without Rasa, just those."""
        waiting = await self.unsaved.peek(conversation_id)
        try:
            return [*await self.dialogue.events(conversation_id), *waiting]
        except DialogueUnavailable:
            return waiting
