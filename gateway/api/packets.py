"""The packet of a handoff over the API, and its schema (docs/handoff-packet.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

import bot.handoff_packet
from bot.model import Attachment
from bot.ports import HandoffRefused
from gateway.api.access import Access, Reads, refused

SCHEMA = Path(bot.handoff_packet.__file__).with_name("schema-1.json")


@dataclass(frozen=True, slots=True)
class PacketsApi:
    """``packet_of``: None where there is no such handoff. Each read is written down before it is shown."""

    access: Access
    reads: Reads
    packet_of: Callable[[str], Awaitable[dict[str, Any] | None]]
    attachment_of: Callable[[str, str], Awaitable[Attachment | None]] | None = None
    passed: Callable[[], Awaitable[list[dict[str, Any]]]] | None = None

    def routes(self) -> list[web.RouteDef]:
        """For the internal listener only."""
        return [
            web.get("/handoffs/packet-schema/1", self.schema),
            web.get("/handoffs/passed", self.with_others),
            web.get("/handoffs/{id}/packet", self.packet),
            web.get("/handoffs/{id}/attachments/{key}", self.attachment),
        ]

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

    async def with_others(self, request: web.Request) -> web.Response:
        """What is with other desks and not over, and what of it failed."""
        self.access.check(request)
        return web.json_response({"passed": await self.passed() if self.passed else []})

    async def attachment(self, request: web.Request) -> web.Response:
        """What came with a line, by its key in the packet, to be saved. 404 when its vendor does not give it, too."""
        self.access.check(request)
        found = None
        with suppress(HandoffRefused):
            found = await self._fetched(request.match_info["id"], request.match_info["key"])
        if found is None:
            raise refused(404, "no such attachment")
        await self.reads.looked(request, f"attachment of {request.match_info['id']}")
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "X-Content-Type-Options": "nosniff"}
        return web.Response(body=found.body, content_type=found.content_type, headers=headers)

    async def _fetched(self, handoff_id: str, key: str) -> Attachment | None:
        return await self.attachment_of(handoff_id, key) if self.attachment_of else None
