"""A handoff with its conversation held: hold the lock, then look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.handoff.lifecycle import HandoffBook
from bot.model import Handoff
from bot.ports.stores import Locks


@asynccontextmanager
async def holding(handoff_id: str, book: HandoffBook, locks: Locks) -> AsyncIterator[Handoff]:
    """The handoff as it is under its conversation's lock. While one waits for that, a code may join the conversation to another,
    and the handoff goes along. Raises HandoffRefused when there is none of that id, and StoreUnavailable."""
    while True:
        place = (await book.get(handoff_id)).conversation_id
        async with locks.hold(place):
            handoff = await book.get(handoff_id)
            if handoff.conversation_id == place:
                yield handoff
                return
