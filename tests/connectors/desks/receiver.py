"""A program that takes signed webhooks as Standard Webhooks 1.0.0 has them, from the specification alone: nothing of ours."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER_KEY = "whsec_" + base64.b64encode(b"o" * 32).decode()


def sign(key: str, number: str, moment: int, body: bytes) -> str:
    digest = hmac.new(base64.b64decode(key[6:]), f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed(event: dict[str, Any], number: str, *, key: str = KEY, ago: int = 0) -> tuple[bytes, dict[str, str]]:
    """An event as its sender would send it: body and headers."""
    body, moment = json.dumps(event).encode(), int(time.time()) - ago
    headers = {"webhook-id": number, "webhook-timestamp": str(moment), "webhook-signature": sign(key, number, moment, body)}
    return body, headers


@dataclass
class Receiver:
    """``answers``: what the next requests get (status, headers); then 204. ``hangs``: until it is set, nothing is answered."""

    key: str = KEY
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hangs: asyncio.Event | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    unsigned: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        number, moment = request.headers["webhook-id"], int(request.headers["webhook-timestamp"])
        if sign(self.key, number, moment, body) not in request.headers["webhook-signature"].split():
            self.unsigned += 1
            return web.Response(status=401)
        if self.hangs is not None:
            await self.hangs.wait()
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        if status < 300:
            self.events.append(json.loads(body))
        self.ids.append(number)
        return web.Response(status=status, headers=headers)
