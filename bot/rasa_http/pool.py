"""Several Rasa servers as one ``bot.ports.Dialogue``.

A conversation keeps to one server (rendezvous hashing: https://en.wikipedia.org/wiki/Rendezvous_hashing), so that what a
server keeps of it in memory is of use; when that one cannot be reached another serves it, because the tracker is in Redis.

A server that hangs takes connections and answers nothing: each of its customers would wait for the whole deadline and hear an
apology, as long as it hangs. So it is asked last after a few answers that did not come (``bot.rasa_http.breaker``), looked at
beside the traffic, and asked as before once it answers. What may have reached a server is never asked of another: the message
might count twice. A late turn that ends there after all cannot write over a newer one (the tracker store refuses a stale
writer).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar

from bot.model import ChannelName
from bot.ports import Dialogue, DialogueTurn, DialogueUnavailable
from bot.rasa_http.breaker import Rest

T = TypeVar("T")


class RasaPool:
    """``servers`` by address. An error after which a server may have changed something is never tried elsewhere.

    ``told`` hears of each server that begins or ends a rest: its address and whether it is well.
    """

    def __init__(
        self,
        servers: Mapping[str, Dialogue],
        clock: Callable[[], float] = monotonic,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        told: Callable[[str, bool], None] = lambda _address, _well: None,
    ) -> None:
        self._servers = dict(servers)
        self._rests = {address: Rest(clock) for address in servers}
        self._pause, self._told = pause, told
        self._looks: dict[str, asyncio.Task[None]] = {}

    def order(self, conversation_id: str) -> list[str]:
        """The servers' addresses, the conversation's own first; those that rest last."""
        ranked = sorted(self._servers, key=lambda address: _rank(address, conversation_id))
        return sorted(ranked, key=lambda address: self._rests[address].asked_last)

    def resting(self) -> list[str]:
        """The addresses that are asked last."""
        return sorted(address for address, rest in self._rests.items() if rest.asked_last)

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
        return await self._ask(conversation_id, lambda server: server.events(conversation_id), only_reads=True)

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """See ``bot.ports.Dialogue``."""
        return await self._ask(conversation_id, lambda server: server.slots(conversation_id), only_reads=True)

    async def healthy(self) -> bool:
        """True when at least one is."""
        return any((await self.each()).values())

    async def each(self) -> dict[str, bool]:
        """Whether each server is well, by address, asked side by side. What is found counts for the order, too."""
        well = await asyncio.gather(*(self._seen(address) for address in self._servers))
        return dict(zip(self._servers, well, strict=True))

    async def aclose(self) -> None:
        """End the looks that are under way."""
        looks = list(self._looks.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)

    async def _ask(self, conversation_id: str, call: Callable[[Dialogue], Awaitable[T]], *, only_reads: bool = False) -> T:
        *first, last = self.order(conversation_id)
        for address in first:
            try:
                return await self._one(address, call)
            except DialogueUnavailable as error:
                if error.reached and not only_reads:
                    raise
        return await self._one(last, call)

    async def _one(self, address: str, call: Callable[[Dialogue], Awaitable[T]]) -> T:
        try:
            answer = await call(self._servers[address])
        except DialogueUnavailable as error:
            if not error.reached:
                self._rests[address].not_reached()
            elif error.late:
                self._note(address, self._rests[address].late())
                self._look_at(address)
            raise
        self._note(address, self._rests[address].answered())
        return answer

    async def _seen(self, address: str) -> bool:
        """A look by others; it does not shorten a rest."""
        return await (self._servers[address].healthy() if self._rests[address].suspended else self._looked(address))

    async def _looked(self, address: str) -> bool:
        """One look; what came of it counts."""
        well = await self._servers[address].healthy()
        rest = self._rests[address]
        self._note(address, rest.found_well() if well else rest.found_away())
        if rest.suspended:
            self._look_at(address)
        return well

    def _look_at(self, address: str) -> None:
        """Beside the traffic, once at a time: a look at once, and more of them while the server rests."""
        if address not in self._looks:
            task = self._looks[address] = asyncio.create_task(self._look(address))
            task.add_done_callback(lambda _: self._looks.pop(address, None))

    async def _look(self, address: str) -> None:
        rest = self._rests[address]
        if not rest.suspended:
            await self._looked(address)
        while rest.suspended:
            await self._pause(rest.pause)
            await self._looked(address)

    def _note(self, address: str, changed: bool) -> None:
        if changed:
            self._told(address, not self._rests[address].suspended)


def _rank(address: str, conversation_id: str) -> bytes:
    return hashlib.blake2b(f"{address} {conversation_id}".encode(), digest_size=8).digest()
