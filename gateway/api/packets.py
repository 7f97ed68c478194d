"""The packet of a handoff over the API, and its schema (docs/handoff-packet.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

import bot.handoff_packet
from gateway.api.access import Access, Reads, refused

SCHEMA = Path(bot.handoff_packet.__file__).with_name("schema-1.json")


@dataclass(frozen=True, slots=True)
class PacketsApi:
    """``packet_of``: None where there is no such handoff. Each read is written down before it is shown."""

    access: Access
    reads: Reads
    packet_of: Callable[[str], Awaitable[dict[str, Any] | None]]

    def routes(self) -> list[web.RouteDef]:
        """For the internal listener only."""
        return [web.get("/handoffs/packet-schema/1", self.schema), web.get("/handoffs/{id}/packet", self.packet)]

    async def schema(self, request: web.Request) -> web.Response:
        """The JSON schema of version 1."""
        self.access.check(request)
        return web.Response(body=SCHEMA.read_bytes(), content_type="application/schema+json")

    async def packet(self, request: web.Request) -> web.Response:
        """The packet as things stand now. 404 unknown."""
        self.access.check(request)
        packet = await self.packet_of(request.match_info["id"])
        if packet is None:
            raise refused(404, "no such handoff")
        await self.reads.note(request, packet["handoff"]["conversation"], len(packet.get("transcript", ())))
        return web.json_response(packet)
