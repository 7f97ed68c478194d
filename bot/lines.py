"""Lines that go into the tracker without a turn: what people say to each other, notices, pause and resume.

While Rasa is away they wait in the store and are shown to the agent all the same. Each line has an id in its metadata:
after a crash between writing and forgetting it, the tracker is asked whether it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model import new_id
from bot.ports import Dialogue, DialogueUnavailable
from bot.stores import Unsaved

PATIENCE = 2.0
"""Seconds that a line waits for a Rasa that hangs; whether it was written is asked before it is written again."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Appends to the tracker, in order, never losing or doubling a line. The caller holds the conversation."""

    dialogue: Dialogue
    unsaved: Unsaved

    async def add(
        self, conversation_id: str, events: Sequence[dict[str, Any]], *, about: str | None = None, again: bool = False
    ) -> None:
        """Store the events; they reach the tracker now or when Rasa is back.

        ``about``: the message they belong to; of each kind of event a message has one. ``again``: its turn was begun
        before, so they may be there already.
        """
        cause = about or new_id("l")
        await self.unsaved.push(conversation_id, [_with_id(event, cause) for event in events], doubt=again)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.flush(conversation_id)
        except (DialogueUnavailable, TimeoutError):
            return  # kept in the store: the next line or turn takes them along

    async def waiting(self, conversation_id: str) -> bool:
        """Whether lines wait to be written."""
        return await self.unsaved.any(conversation_id)

    async def flush(self, conversation_id: str) -> None:
        """Write what waits. Raises DialogueUnavailable."""
        waiting, doubt = await self.unsaved.take_up(conversation_id)
        if not waiting:
            return
        known = _ids(await self.dialogue.events(conversation_id)) if doubt else frozenset()
        await self.dialogue.append(conversation_id, [event for event in waiting if _id(event) not in known])
        await self.unsaved.drop(conversation_id, waiting)

    async def all(self, conversation_id: str) -> list[dict[str, Any]]:
        """Every event, those that still wait included; without Rasa, just those."""
        waiting = await self.unsaved.peek(conversation_id)
        try:
            written = await self.dialogue.events(conversation_id)
        except DialogueUnavailable:
            return waiting
        known = _ids(written) if waiting else frozenset()
        return [*written, *(event for event in waiting if _id(event) not in known)]


def _with_id(event: Mapping[str, Any], cause: str) -> dict[str, Any]:
    kind = f"{event['event']} {event.get('name', '')}".strip()
    return {**event, "metadata": {**(event.get("metadata") or {}), "line": f"{cause}#{kind}"}}


def _id(event: Mapping[str, Any]) -> object:
    return (event.get("metadata") or {}).get("line")


def _ids(events: Iterable[Mapping[str, Any]]) -> frozenset[object]:
    return frozenset(found for event in events if (found := _id(event)) is not None)
