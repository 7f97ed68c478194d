"""Who may ask, how the API refuses, and the fact that every read of a transcript is."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.facts.audit import access_read
from bot.model import About, new_id
from bot.ports import Clock, StoreUnavailable
from bot.ports.facts import Facts
from desk.access.table import scope_of
from desk.accounts.tokens import PREFIX, ApiTokens, Scope
from gateway.observe.metrics import Metrics
from records.facts import audit, fact_of

TOKEN = "INTERNAL_API_TOKEN"
WHERE = "API"
_REFUSALS: dict[int, Callable[..., web.HTTPException]] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    409: web.HTTPConflict,
    503: web.HTTPServiceUnavailable,
}


def refused(status: int, sentence: str) -> web.HTTPException:
    """``{"error": sentence}``."""
    return _REFUSALS[status](text=json.dumps({"error": sentence}), content_type="application/json")


CALLER = web.RequestKey("caller", str)
"""The name of the token that a request was let in by."""


@dataclass(frozen=True, slots=True)
class Access:
    """The token of the API that opens everything; for the others see ``by_tokens``."""

    token: str
    metrics: Metrics

    def check(self, request: web.Request) -> None:
        """401, counted, unless the request brings the token or was let in by one of its own."""
        if CALLER in request:
            return
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            self.metrics.refuse("api_token")
            raise refused(401, f"send the {TOKEN} as Authorization: Bearer ...")


def by_tokens(tokens: ApiTokens, metrics: Metrics) -> Middleware:
    """Lets in who brings a token of the desk's admins, for the routes of its scopes. 401 for one that is over, 403 for a route
    that it is not for, 503 while nobody can tell."""

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if given.startswith(PREFIX):
            resource = request.match_info.route.resource
            path = resource.canonical if resource else ""
            await _admit(request, given, scope_of(request.method, path, address="address" in request.query))
        return await handler(request)

    async def _admit(request: web.Request, given: str, wanted: Scope | None) -> None:
        try:
            found = await tokens.find(given)
        except StoreUnavailable as error:
            raise refused(503, "the store does not answer; try again") from error
        if found is None:
            metrics.refuse("api_token")
            raise refused(401, "this token is over, or was revoked")
        if wanted is None or wanted not in found.scopes:
            metrics.refuse("api_token")
            raise refused(403, "this token is not for that")
        request[CALLER] = f"token {found.name}"

    return look


@dataclass(frozen=True, slots=True)
class Reads:
    """Writes down who read a transcript, or looked for one, before they have it: what cannot be written down is not shown."""

    facts: Facts
    clock: Clock

    async def note(self, request: web.Request, conversation_id: str, lines: int) -> None:
        """With the token's name, and the address it was sent from. Raises StoreUnavailable."""
        body = audit.TranscriptRead(reader=request.get(CALLER, TOKEN), where=WHERE, lines=lines, network=request.remote or "")
        about = About(conversation_id)
        await self.facts.append([fact_of(body, cause=new_id("read"), at=self.clock(), about=about)])

    async def looked(self, request: web.Request, what: str) -> None:
        """That conversations were looked for, or a file of one was fetched: ``what`` says which, in none of the customer's words.
        Raises StoreUnavailable."""
        read = access_read(new_id("read"), what, request.get(CALLER, TOKEN), request.remote or "", self.clock())
        await self.facts.append([read])
