"""Where Chatwoot says that there is something new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from bot.ports import Clock
from connectors.desks.chatwoot import conversation_in, signed_by
from connectors.desks.routes import answered
from connectors.desks.signed import TOLERANCE
from connectors.wire import OnRefused, read_body

LARGEST = 1024 * 1024
"""Bytes: an event carries the conversation as well."""

Noticed = Callable[[str, str], Awaitable[None]]
"""Of a desk and a reference: have it looked at, soon. Returns at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootRoute:
    """``POST /desks/chatwoot``: 200 at once (they wait for five seconds and never come again), 401 not signed by ``secret`` or
    too old. Without a secret anybody may say that there is news: it is read with our own token, so nothing else comes of it."""

    secret: str = field(repr=False)
    noticed: Noticed
    clock: Clock
    on_refused: OnRefused

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        return [web.post("/desks/chatwoot", self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """One event."""
        body = await read_body(request, LARGEST, self.on_refused)
        if self.secret and not self._signed(request, body):
            self.on_refused("signature")
            return answered(401, "not signed with our secret, or longer than five minutes ago")
        if ref := conversation_in(body):
            await self.noticed("chatwoot", ref)
        return web.Response()

    def _signed(self, request: web.Request, body: bytes) -> bool:
        moment = request.headers.get("X-Chatwoot-Timestamp", "")
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            return False
        fresh = abs(self.clock() - datetime.fromtimestamp(int(moment), UTC)) <= TOLERANCE
        return fresh and signed_by(self.secret, moment, request.headers.get("X-Chatwoot-Signature", ""), body)
