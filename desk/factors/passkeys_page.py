"""Passkeys in the browser: one's own, and signing in with one. ``static/passkeys.js`` speaks to the device."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from aiohttp import web

from connectors.visitors import place_of
from desk.accounts.passkeys import PasskeyRefused, Passkeys
from desk.agents import AgentDirectory
from desk.factors.code_at_sign_in import Begin
from desk.factors.proving import Proving
from desk.http import Visit, form_of, see, token_of, visitor
from desk.limits import Tried
from desk.pages import Pages
from desk.sessions import SessionStore
from desk.words import words

PAGE, SIGN_IN = "/desk/passkeys", "/desk/sign-in/passkey"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PasskeysPage:
    """A new key and the end of one need the password, and a code where one is asked: an open browser is not enough."""

    keys: Passkeys
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages
    proving: Proving
    begin: Begin

    async def page(self, request: web.Request) -> web.Response:
        """One's own."""
        return await self._shown(await visitor(request, self.agents, self.sessions))

    async def options(self, request: web.Request) -> web.Response:
        """For the script: what the device is to make. 422 with a sentence."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        agent = visit.agent
        if missing := await self.proving.by_both(request, agent.username, fields):
            return web.Response(text=missing.sentence, status=missing.status)
        made = await self.keys.registration(agent.username, agent.display_name, visit.token)
        return web.Response(text=made, content_type="application/json")

    async def add(self, request: web.Request) -> web.Response:
        """For the script: keep what the device made. 422 with a sentence."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        try:
            await self.keys.register(visit.agent.username, fields.get("name", ""), fields.get("credential", ""), visit.token)
        except PasskeyRefused as error:
            return _refused(error)
        return web.json_response({"onward": PAGE})

    async def remove(self, request: web.Request) -> web.Response:
        """One of one's own."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        if missing := await self.proving.by_both(request, visit.agent.username, fields):
            return await self._shown(visit, missing.status, missing.sentence)
        await self.keys.remove(visit.agent.username, fields.get("key", ""), visit.agent.username)
        return see(PAGE)

    async def asked(self, request: web.Request) -> web.Response:
        """For the script on the sign-in page: what the device is to show."""
        await form_of(request)
        return web.Response(text=await self.keys.authentication(token_of(request)), content_type="application/json")

    async def sign_in(self, request: web.Request) -> web.Response:
        """A session for whose key it is. No code is asked beside it: the device asked for a finger, a face or its PIN."""
        fields, token = await form_of(request), token_of(request)
        tried = token, place_of(request), Tried.PASSKEY
        if await self.sessions.tries.wait(*tried):
            return web.Response(text=words()("passkey.often"), status=429)
        try:
            username = await self.keys.authenticate(fields.get("credential", ""), token)
        except PasskeyRefused as error:
            return _refused(error)
        agent = await self.agents.get(username)
        if agent is None or agent.disabled or agent.must_change_password:
            return _refused(PasskeyRefused("the account is disabled, gone, or waits for its one-time password"))
        await self.sessions.tries.forgive(*tried)
        begun = await self.begin(request, username, "/desk")
        answer = web.json_response({"onward": "/desk"})
        answer.cookies.update(begun.cookies)
        return answer

    async def _shown(self, visit: Visit, status: int = 200, error: str = "") -> web.Response:
        mine = await self.keys.of(visit.agent.username)
        needed = await self.proving.codes.needed(visit.agent.username)
        values = {"csrf": visit.csrf, "error": error, "mine": mine, "me": visit.agent, "needed": needed}
        return self.pages.render("passkeys.html", status, **values)


def _refused(error: PasskeyRefused) -> web.Response:
    log.warning("passkey_refused", why=str(error)[:200])
    return web.Response(text=words()("passkey.refused"), status=422)
