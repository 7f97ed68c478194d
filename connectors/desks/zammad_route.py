"""Where a trigger of Zammad says that there is something new."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from connectors.desks.chatwoot_route import LARGEST, Noticed
from connectors.desks.routes import answered
from connectors.desks.zammad import signed_by, ticket_in
from connectors.wire import OnRefused, read_body


@dataclass(frozen=True, slots=True, kw_only=True)
class ZammadRoute:
    """``POST /desks/zammad``: 200 at once, 401 not signed with ``secret``. Their signature has no time: one that is sent again
    has us look once more, and nothing else."""

    secret: str = field(repr=False)
    noticed: Noticed
    on_refused: OnRefused

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        return [web.post("/desks/zammad", self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """One event."""
        body = await read_body(request, LARGEST, self.on_refused)
        if not signed_by(self.secret, request.headers.get("X-Hub-Signature", ""), body):
            self.on_refused("signature")
            return answered(401, "not signed with our token")
        if ref := ticket_in(body):
            await self.noticed("zammad", ref)
        return web.Response()
