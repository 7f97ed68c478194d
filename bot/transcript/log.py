"""Lines that go into the tracker without a turn: what people say to each other, notices.

While Rasa is away they wait in the store and are shown to the agent all the same. Each line has an id in its metadata:
after a crash between writing and forgetting it, the tracker is asked whether it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.model import new_id
from bot.ports import Dialogue, DialogueUnavailable
from bot.ports.stores import Events, Recent, Transcripts, Unsaved

BESIDE_AN_AGENT = 0.5
"""The same while an agent has the conversation, who would wait for it as well."""
PATIENCE = 2.0
"""Seconds that a line waits for a Rasa that hangs; whether it was written is asked before it is written again."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Appends to the tracker, in order, never losing or doubling a line. The caller holds the conversation.

    ``transcripts``: where written events are read, past Rasa; None: they are asked of Rasa.
    """

    dialogue: Dialogue
    unsaved: Unsaved
    transcripts: Transcripts | None = None

    async def add(
        self, conversation_id: str, events: Sequence[dict[str, Any]], *, about: str | None = None, again: bool = False
    ) -> None:
        """Store the events; they reach the tracker now or when Rasa is back.

        ``about``: the message they belong to; of each kind of event a message has one. ``again``: its turn was begun
        before, so they may be there already.
        """
        cause = about or new_id("l")
        await self.unsaved.push(conversation_id, [_with_id(event, cause) for event in events], doubt=again)
        await self.try_flush(conversation_id, PATIENCE)

    async def keep(
        self, conversation_id: str, events: Sequence[dict[str, Any]], *, about: str | None = None, again: bool = False
    ) -> None:
        """The same without asking Rasa at all: between a customer and an agent nobody waits for it. The next turn takes the
        lines along; they are read with ``all`` at once."""
        cause = about or new_id("l")
        await self.unsaved.push(conversation_id, [_with_id(event, cause) for event in events], doubt=again)

    async def try_flush(self, conversation_id: str, patience: float) -> None:
        """Write what waits if Rasa takes it within so many seconds; else the next line or turn takes it along."""
        try:
            async with asyncio.timeout(patience):
                await self.flush(conversation_id)
        except (DialogueUnavailable, TimeoutError):
            return

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
        """Every event, those that still wait included; when Rasa is asked and away, just those."""
        waiting = await self.unsaved.peek(conversation_id)  # first: what is written meanwhile is then told by its id
        return _with(await self._written_or_none(conversation_id), waiting)

    async def page(self, conversation_id: str, before: int | None, limit: int) -> Events:
        """See ``bot.ports.stores.Transcripts``; the newest end with those that still wait."""
        waiting = await self.unsaved.peek(conversation_id) if before is None else []
        if self.transcripts is None:
            return _cut(await self._written_or_none(conversation_id), waiting, before)
        page = await self.transcripts.page(conversation_id, before, limit)
        return replace(page, events=_with(page.events, waiting))

    async def recent(self, conversation_id: str) -> Recent:
        """See ``bot.ports.stores.Transcripts``, with those that still wait."""
        waiting = await self.unsaved.peek(conversation_id)
        if self.transcripts is None:
            return Recent("", _with(await self._written_or_none(conversation_id), waiting))
        recent = await self.transcripts.recent(conversation_id)
        return replace(recent, events=_with(recent.events, waiting))

    async def _written_or_none(self, conversation_id: str) -> list[dict[str, Any]]:
        try:
            return await self._written(conversation_id)
        except DialogueUnavailable:
            return []

    async def _written(self, conversation_id: str) -> list[dict[str, Any]]:
        return await (self.transcripts or self.dialogue).events(conversation_id)


def _with(written: list[dict[str, Any]], waiting: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    known = _ids(written) if waiting else frozenset()
    return [*written, *(event for event in waiting if _id(event) not in known)]


def _cut(written: list[dict[str, Any]], waiting: Sequence[dict[str, Any]], before: int | None) -> Events:
    return Events(0, _with(written[:before], waiting), len(written))


def _with_id(event: Mapping[str, Any], cause: str) -> dict[str, Any]:
    kind = f"{event['event']} {event.get('name', '')}".strip()
    return {**event, "metadata": {**(event.get("metadata") or {}), "line": f"{cause}#{kind}"}}


def _id(event: Mapping[str, Any]) -> object:
    return (event.get("metadata") or {}).get("line")


def _ids(events: Iterable[Mapping[str, Any]]) -> frozenset[object]:
    return frozenset(found for event in events if (found := _id(event)) is not None)
