"""What the core asks of the cold store: events that have left Redis, and whole conversations with their contacts.

``records.cold`` is the store. Every method raises; in the gateway ``bot.ports.StoreUnavailable`` while the database is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model import ColdContact, ColdStanding


class ColdPages(Protocol):
    """What reading a conversation, and waking it, needs: all that Rasa's process has."""

    async def page(self, conversation_id: str, start: int, count: int) -> list[bytes]:
        """The ``count`` events from number ``start`` (from 0), as JSON, oldest first. In the place of each that is deleted, or
        lost, stands ``bot.model.GONE``: numbers stay as they were."""
        ...

    async def asleep(self, conversation_id: str) -> bytes | None:
        """What the next turn of a conversation begins with that has left Redis (``Packed``); None for any other."""
        ...


class ColdReader(ColdPages, Protocol):
    """The same with connections of its own."""

    async def close(self) -> None: ...


class ColdStore(ColdPages, Protocol):
    """All of it, for the gateway."""

    async def standing(self, conversation_id: str) -> ColdStanding:
        """Of one that is unknown: nothing, 0."""
        ...

    async def keep(self, conversation_id: str, start: int, events: Sequence[bytes], summary: str) -> bool:
        """Keep the events from number ``start`` on; those that are there are passed over. It is awake, so that what was parked of
        it goes. False when the conversation was forgotten meanwhile."""
        ...

    async def park(self, conversation_id: str, packed: bytes, contact: ColdContact | None) -> bool:
        """Keep what the next turn begins with, and whose it is. False when the conversation was forgotten meanwhile."""
        ...

    async def contact(self, contact_id: str) -> ColdContact | None: ...
    async def contact_of(self, conversation_id: str) -> ColdContact | None: ...
    async def silent_since(self, before: datetime, after: str, limit: int) -> list[ColdContact]:
        """Those last seen before then, by id, from beyond ``after`` ("": from the beginning)."""
        ...

    async def forget(self, conversations: Sequence[str], contacts: Sequence[str]) -> None:
        """Delete all of these; what is on its way of them is refused."""
        ...
