"""Rasa's tracker store on Redis whose turn costs the same on the thousandth message (docs/decisions/0002-tracker-store.md).

endpoints.yml::

    tracker_store:
      type: bot.rasa_side.tracker.tracker_store.RedisTrackerLog
      url: ${REDIS_URL}

A turn reads one window and appends its new events, one round trip each (``event_log``); what the window holds is
``window``'s matter. An error of Redis is raised, so the turn fails and the gateway asks again: never an empty tracker.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from itertools import islice
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path

from bot.ports.cold import ColdReader
from bot.rasa_side import told
from bot.rasa_side.tracker import policies
from bot.rasa_side.tracker.window import WindowSize, session_start, shorten
from bot.redis_store.client.base import BadRedisUrl, connect
from bot.redis_store.event_log import EventLog, Reading, Window

NOT_READ = frozenset({"pause", "resume", "gone"})
"""Events that say who owns the conversation, from before the open handoff alone did: a pause that nobody took back must not
silence the assistant for ever. And what stands in the place of events that were deleted."""


class LoggedTracker(DialogueStateTracker):  # type: ignore[misc]  # Rasa is not annotated
    """A tracker that knows its place in the log.

    ``logged``: events in the log. Of its own ``events`` the first ``known`` are there already, the first ``window`` came from
    the window.
    """

    logged: int = 0
    known: int = 0
    window: int = 0


class RedisTrackerLog(TrackerStore):  # type: ignore[misc]  # Rasa is not annotated
    """An append-only log for each conversation with a bounded window. ``host`` is the URL of Redis (Rasa's name for it)."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: Any = None,
        prefix: str = "ot",
        client: Any = None,
        cold: str | None = None,
        **sizes: int,
    ) -> None:
        if client is None and not host:
            raise RasaException("endpoints.yml: the tracker store needs a url (REDIS_URL).")
        self._cold: ColdReader | None = _reader(cold) if cold else None
        self.log = EventLog(client if client is not None else _connected(str(host)), prefix, self._cold)
        self.size = WindowSize(**sizes)
        self._looked: ContextVar[tuple[str, Reading] | None] = ContextVar("looked", default=None)
        super().__init__(domain, event_broker)

    def fit(self, processor: Any) -> None:
        """Widen the window to what the loaded model's policies look back on. RasaException when one has no bound."""
        need = policies.lookback(processor)
        self.size = replace(self.size, actions=max(self.size.actions, need.actions), stories=max(self.size.stories, need.stories))

    def init_tracker(self, sender_id: str) -> LoggedTracker:
        """An empty tracker of a conversation without events."""
        return LoggedTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def retrieve(self, sender_id: str) -> LoggedTracker | None:
        """The window and what came since; None for an unknown conversation. Raises redis.RedisError."""
        looked = self._looked.get()
        self._looked.set(None)
        reading = looked[1] if looked is not None and looked[0] == sender_id else await self.log.read(sender_id)
        if reading is None:
            return None
        window = json.loads(reading.window) if reading.window else []
        tracker = self._tracker(sender_id, [*window, *map(json.loads, reading.since)], reading.length)
        tracker.window = sum(event.get("event") not in NOT_READ for event in window)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> LoggedTracker | None:
        """Every event ever: for the transcript and for tools; costs as much as the conversation is long."""
        events = [json.loads(event) async for page in self.log.all(conversation_id) for event in page]
        return self._tracker(conversation_id, events, len(events)) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new. Raises StaleWriter when another writer was faster, redis.RedisError when Redis fails."""
        logged, known = getattr(tracker, "logged", 0), getattr(tracker, "known", 0)
        new = list(islice(tracker.events, known, None))
        if not new:
            return
        window = self._window(tracker, logged + len(new), known)
        length = await self.log.append(tracker.sender_id, logged, [_dump(event) for event in new], window)
        told.note(tracker, known)
        if isinstance(tracker, LoggedTracker):
            tracker.logged, tracker.known = length, len(tracker.events)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def exists(self, conversation_id: str) -> bool:
        """True when the conversation has events."""
        return await self.log.exists(conversation_id)

    async def keys(self) -> Iterable[str]:
        """All conversations; walks the key space."""
        return await self.log.conversations()

    async def page(self, conversation_id: str, start: int, count: int) -> list[dict[str, Any]]:
        """Events from number ``start`` (from 0) as Rasa's JSON, without building a tracker."""
        return [json.loads(event) for event in await self.log.page(conversation_id, start, count)]

    async def mentions(self, conversation_id: str, message_id: str) -> bool:
        """True when the last turns hold this message id: a look at the bytes, no tracker is built.

        What was read is kept for the ``retrieve`` that follows in this request; should another request append in between,
        the append of this one is refused.
        """
        reading = await self.log.read(conversation_id)
        self._looked.set((conversation_id, reading) if reading is not None else None)
        needle = json.dumps(message_id, ensure_ascii=False).encode()
        return reading is not None and (needle in reading.window or any(needle in event for event in reading.since))

    async def close(self) -> None:
        """Close the connections."""
        await self.log.close()
        if self._cold is not None:
            await self._cold.close()

    def _tracker(self, sender_id: str, events: Sequence[dict[str, Any]], logged: int) -> LoggedTracker:
        tracker = self.init_tracker(sender_id)
        tracker.events.extend(Event.from_parameters(event) for event in events if event.get("event") not in NOT_READ)
        tracker.replay_events()
        tracker.logged, tracker.known = logged, len(tracker.events)
        return tracker

    def _window(self, tracker: DialogueStateTracker, length: int, known: int) -> Window | None:
        """What the next turn begins with, where that changes: a new session, or a window that was outgrown."""
        events = list(tracker.events)
        start = session_start(events)
        added = len(events) - max(start, getattr(tracker, "window", 0))
        events = events[start:]
        shorter = shorten(events, self.domain, self.size) if self.size.outgrown(events, added) else None
        if shorter is None and (start == 0 or start < known):
            return None
        return Window(length, f"[{','.join(map(_dump, shorter or events))}]")


def _connected(url: str) -> Any:
    """As the gateway connects, but for bytes. RasaException for an address that cannot be read."""
    try:
        return connect(url, decode=False)
    except BadRedisUrl as error:
        raise RasaException(f"endpoints.yml: {error}") from None


def _reader(name: str) -> Any:
    """The reader of this dotted name; None without RECORDS_URL: then no conversation of this installation has anything there."""
    url = os.environ.get("RECORDS_URL", "").strip()
    return class_from_module_path(name).at(url) if url else None


def _dump(event: Event) -> str:
    return json.dumps(event.as_dict(), ensure_ascii=False, separators=(",", ":"))
