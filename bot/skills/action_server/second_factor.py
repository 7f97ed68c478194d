"""``POST /second-factor``: whether a PIN is that of the customer with this number. For the gateway only, with its token.

Body ``{"tel": "+1...", "pin": "1234"}``, answer ``{"result": "accepted" | "wrong"}``. An unknown number is ``wrong`` and
takes as long. The gateway counts the tries; nothing here is logged. 401 without the token, 400 for a bad body.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.skills.action_server.bearer import has_token, refused
from bot.skills.business import PinIs


def second_factor(pin_is: PinIs | None, token: str) -> list[web.RouteDef]:
    """The route; none without a token, or where nothing checks a PIN."""
    if pin_is is None or not token:
        return []

    async def check(request: web.Request) -> web.Response:
        if not has_token(request, token):
            return refused()
        try:
            body: Any = await request.json()
        except ValueError:
            body = None
        tel, pin = (body.get("tel"), body.get("pin")) if isinstance(body, dict) else (None, None)
        if not isinstance(tel, str) or not isinstance(pin, str):
            return web.json_response({"error": "tel and pin are needed"}, status=400)
        right = await asyncio.to_thread(pin_is, tel, pin)
        return web.json_response({"result": "accepted" if right else "wrong"})

    return [web.post("/second-factor", check)]
