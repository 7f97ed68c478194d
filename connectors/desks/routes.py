"""The public routes of other desks: the signature first, and nothing is read before it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.ports import Clock
from bot.ports.handoff_target import Happened
from connectors.desks import signed
from connectors.desks.webhook import Malformed, event_in
from connectors.wire import OnRefused, read_body

LARGEST = 64 * 1024
"""Bytes of one event."""

Take = Callable[[str, str, Happened], Awaitable[str | None]]
"""Of a desk, a reference and what happened there: a sentence for the agent there when it was not done, None for a reference that
is nobody's. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRoute:
    """``POST /desks/webhook``. 204 done (also when it was done before), 401 not signed or too old, 400 not an event, 404 no such
    handoff, 409 with a sentence for the agent there, 503 to come again."""

    keys: Sequence[str] = field(repr=False)
    take: Take
    clock: Clock
    on_refused: OnRefused

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        return [web.post("/desks/webhook", self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """One event."""
        body = await read_body(request, LARGEST, self.on_refused)
        try:
            number = signed.checked(self.keys, request.headers, body, self.clock())
        except signed.NotSigned as error:
            self.on_refused(str(error))
            return answered(401, "not signed with our key, or longer than five minutes ago")
        try:
            ref, happened = event_in(number, body)
        except Malformed as error:
            return answered(400, str(error))
        refused = await self.take("webhook", ref, happened)
        if refused is None:
            return answered(404, "there is no such handoff with this desk")
        return answered(409, refused) if refused else web.Response(status=204)


def answered(status: int, sentence: str) -> web.Response:
    """``{"error": sentence}``."""
    return web.Response(status=status, text=json.dumps({"error": sentence}), content_type="application/json")
