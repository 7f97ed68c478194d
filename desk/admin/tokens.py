"""Tokens for programs: made, listed without the token, revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web

from desk.accounts.tokens import DAYS, ApiTokens, Scope, TokenRefused
from desk.admin.accounts import ADMIN
from desk.admin.looking import Looking
from desk.guard import Handler, Missing
from desk.http import Visit, form_of, see
from desk.pages import Pages
from desk.words import words

TOKENS = f"{ADMIN}/tokens"
NUMBER = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class TokenPages:
    """A token is shown once, in the answer to the form that made it."""

    tokens: ApiTokens
    looking: Looking
    pages: Pages

    def get(self) -> list[tuple[str, Handler]]:
        """What is looked at."""
        return [(TOKENS, self.all)]

    def post(self) -> list[tuple[str, Handler]]:
        """What is changed."""
        return [(TOKENS, self.make), (f"{TOKENS}/{{id:{NUMBER.pattern}}}/revoke", self.revoke)]

    async def all(self, request: web.Request) -> web.StreamResponse:
        """Names, scopes and dates; never a token."""
        return await self._shown(await self.looking.at(request, "tokens"))

    async def make(self, request: web.Request) -> web.StreamResponse:
        """A new one, or a sentence why not."""
        visit, fields = await self.looking.visitor(request), await form_of(request)
        scopes, days = [one for one in Scope if fields.get(f"scope_{one}") == "1"], fields.get("days", "")
        by, name = visit.agent.username, fields.get("name", "")
        try:
            token = await self.tokens.make(name, scopes, int(days) if days in map(str, DAYS) else 0, by)
        except TokenRefused as refused:
            await self.looking.seen(request, visit, "tokens")
            return await self._shown(visit, 422, str(refused), fields=fields)
        await self.looking.seen(request, visit, "tokens")
        return await self._shown(visit, token=token)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """It opens nothing from now on. Missing when there is none."""
        visit = await self.looking.visitor(request)
        await form_of(request)
        if not await self.tokens.revoke(request.match_info["id"], visit.agent.username):
            raise Missing(words()("token.unknown"))
        return see(TOKENS)

    async def _shown(
        self, visit: Visit, status: int = 200, error: str = "", *, token: str = "", fields: dict[str, str] | None = None
    ) -> web.Response:
        values = {"csrf": visit.csrf, "error": error, "token": token, "fields": fields or {}, "scopes": tuple(Scope)}
        return self.pages.render("tokens.html", status, tokens=await self.tokens.all(), days=DAYS, **values)
