"""Several Rasa servers as one ``bot.ports.Dialogue``.

A conversation keeps to one server (rendezvous hashing: https://en.wikipedia.org/wiki/Rendezvous_hashing), so that what a
server keeps of it in memory is of use; when that one cannot be reached another serves it, because the tracker is in Redis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from bot.model import ChannelName
from bot.ports import Dialogue, DialogueTurn, DialogueUnavailable

T = TypeVar("T")
REST = 3.0
"""Seconds for which a server that could not be reached is asked last."""


class RasaPool:
    """``servers`` by address. An error after which a server may have seen the message is never tried elsewhere."""

    def __init__(self, servers: dict[str, Dialogue], clock: Callable[[], float] = monotonic) -> None:
        self._servers = servers
        self._clock = clock
        self._away: dict[str, float] = {}

    def order(self, conversation_id: str) -> list[str]:
        """The servers' addresses, the conversation's own first; those that were away a moment ago last."""
        ranked = sorted(self._servers, key=lambda address: _rank(address, conversation_id))
        moment = self._clock()
        return sorted(ranked, key=lambda address: self._away.get(address, 0.0) > moment)

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        """See ``bot.ports.Dialogue``."""
        return await self._ask(
            conversation_id,
            lambda server: server.turn(
                conversation_id, channel, message_id, text=text, payload=payload, metadata=metadata, timeout=timeout
            ),
        )

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """See ``bot.ports.Dialogue``."""
        await self._ask(conversation_id, lambda server: server.append(conversation_id, events))

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """See ``bot.ports.Dialogue``."""
        return await self._ask(conversation_id, lambda server: server.events(conversation_id))

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """See ``bot.ports.Dialogue``."""
        return await self._ask(conversation_id, lambda server: server.slots(conversation_id))

    async def healthy(self) -> bool:
        """True when at least one is."""
        for server in self._servers.values():
            if await server.healthy():
                return True
        return False

    async def _ask(self, conversation_id: str, call: Callable[[Dialogue], Awaitable[T]]) -> T:
        *first, last = self.order(conversation_id)
        for address in first:
            try:
                return await self._one(address, call)
            except DialogueUnavailable as error:
                if error.reached:
                    raise
        return await self._one(last, call)

    async def _one(self, address: str, call: Callable[[Dialogue], Awaitable[T]]) -> T:
        try:
            return await call(self._servers[address])
        except DialogueUnavailable as error:
            if not error.reached:
                self._away[address] = self._clock() + REST
            raise


def _rank(address: str, conversation_id: str) -> bytes:
    return hashlib.blake2b(f"{address} {conversation_id}".encode(), digest_size=8).digest()
