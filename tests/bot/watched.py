"""A conversation's lock, watched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.ports.stores import Locks


@dataclass
class Watched:
    """``bot.ports.stores.Locks`` over others: ``first`` happens while the first who asks waits; ``held`` are those held now."""

    inner: Locks
    first: Callable[[], Awaitable[object]] | None = None
    held: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        if self.first:
            first, self.first = self.first, None
            await first()
        async with self.inner.hold(conversation_id):
            self.held.append(conversation_id)
            try:
                yield
            finally:
                self.held.remove(conversation_id)

    @asynccontextmanager
    async def hold_and_look(self, conversation_id: str, look: Callable[[], Coroutine[Any, Any, Any]]) -> AsyncIterator[Any]:
        async with self.hold(conversation_id):
            yield await look()
