"""That an admin looked is told of before they see anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.facts.audit import access_read
from bot.model import new_id
from bot.ports import Clock, Facts
from connectors.visitors import place_of
from desk.http import Visit


@dataclass(frozen=True, slots=True)
class Looking:
    """``visitor``: who asks; the table lets only admins come here. Raises StoreUnavailable."""

    visitor: Callable[[web.Request], Awaitable[Visit]]
    facts: Facts
    clock: Clock

    async def at(self, request: web.Request, what: str) -> Visit:
        """Who looks at ``what``, which is told."""
        visit = await self.visitor(request)
        await self.seen(request, visit, what)
        return visit

    async def seen(self, request: web.Request, visit: Visit, what: str) -> None:
        """That the answer to a form shows it, too."""
        read = access_read(new_id("read"), what, visit.agent.username, place_of(request), self.clock())
        await self.facts.append([read])
