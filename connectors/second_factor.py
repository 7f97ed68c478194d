"""The business's second factor over HTTP: ``POST {url}`` with ``{"tel", "pin"}``, answer ``{"result": "accepted" | "wrong"}``.

``bot/skills/action_server/second_factor.py`` is the other side. The address must be loopback or https: a PIN travels in it.
"""

from __future__ import annotations

import aiohttp

from bot.identity.second_factor import FactorUnavailable
from bot.ports import SendError
from connectors.wire import post

WITHIN = aiohttp.ClientTimeout(total=4, connect=2)
"""Seconds; a caller waits for it."""


class HttpSecondFactor:
    """``bot.identity.second_factor.SecondFactor``. Nothing of the request is logged or kept."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self._token = token

    async def right(self, tel: str, pin: str) -> bool:
        """See ``bot.identity.second_factor.SecondFactor``."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = await post(self._session, self._url, within=WITHIN, json={"tel": tel, "pin": pin}, headers=headers)
        except SendError as error:
            raise FactorUnavailable from error
        result = answer.body.get("result")
        if answer.status != 200 or result not in ("accepted", "wrong"):
            raise FactorUnavailable
        return bool(result == "accepted")
