"""Who may ask, how the API refuses, and the fact that every read of a transcript is."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.model import About, new_id
from bot.ports import Clock
from bot.ports.facts import Facts
from gateway.observe.metrics import Metrics
from records.facts import audit, fact_of

TOKEN = "INTERNAL_API_TOKEN"
WHERE = "API"
_REFUSALS: dict[int, Callable[..., web.HTTPException]] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    404: web.HTTPNotFound,
    409: web.HTTPConflict,
    503: web.HTTPServiceUnavailable,
}


def refused(status: int, sentence: str) -> web.HTTPException:
    """``{"error": sentence}``."""
    return _REFUSALS[status](text=json.dumps({"error": sentence}), content_type="application/json")


@dataclass(frozen=True, slots=True)
class Access:
    """The token of the API."""

    token: str
    metrics: Metrics

    def check(self, request: web.Request) -> None:
        """401, counted, unless the request brings the token."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            self.metrics.refuse("api_token")
            raise refused(401, f"send the {TOKEN} as Authorization: Bearer ...")


@dataclass(frozen=True, slots=True)
class Reads:
    """Writes down who read a transcript, before they have it: what cannot be written down is not shown."""

    facts: Facts
    clock: Clock

    async def note(self, request: web.Request, conversation_id: str, lines: int) -> None:
        """With the token's name, and the address it was sent from. Raises StoreUnavailable."""
        body = audit.TranscriptRead(reader=TOKEN, where=WHERE, lines=lines, network=request.remote or "")
        about = About(conversation_id)
        await self.facts.append([fact_of(body, cause=new_id("read"), at=self.clock(), about=about)])
