"""The second page of signing in: the code of the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from connectors.visitors import place_of
from desk.accounts.agent import Agent
from desk.accounts.one_time_codes import OneTimeCodes
from desk.agents import AgentDirectory
from desk.factors.half import Half, Halves
from desk.http import form_of, give_cookie, see, token_of
from desk.limits import Tried
from desk.pages import Pages
from desk.sessions import SessionStore, csrf_token, new_token
from desk.words import words

PATH = "/desk/sign-in/code"
Begin = Callable[[web.Request, str, str], Awaitable[web.Response]]
"""A session for that username, and on to that page."""


@dataclass(frozen=True, slots=True)
class CodeAtSignIn:
    """Wrong codes are counted by account and by address, apart from wrong passwords."""

    codes: OneTimeCodes
    halves: Halves
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages
    begin: Begin
    secure_cookies: bool

    async def ask(self, agent: Agent, onward: str) -> web.Response:
        """The password was right: a fresh cookie, which is good for nothing but the code."""
        token = new_token()
        await self.halves.keep(token, Half(agent.username, agent.password_id, onward))
        response = see(PATH)
        give_cookie(response, token, secure_only=self.secure_cookies)
        return response

    async def page(self, request: web.Request) -> web.Response:
        """The form; to the beginning when it took too long."""
        if await self.halves.find(token_of(request)) is None:
            return see("/desk/sign-in")
        return self._form(request)

    async def check(self, request: web.Request) -> web.Response:
        """A session when the code is right, and was not used before."""
        fields, token = await form_of(request), token_of(request)
        half = await self.halves.find(token)
        agent = await self.agents.get(half.username) if half else None
        if half is None or agent is None or agent.disabled or agent.password_id != half.password_id:
            return see("/desk/sign-in")
        place = place_of(request)
        if seconds := await self.sessions.tries.wait(half.username, place, Tried.CODE):
            response = self._form(request, 429, words()("code.often", minutes=-(-seconds // 60)))
            response.headers["Retry-After"] = str(seconds)
            return response
        if not await self.codes.check(half.username, fields.get("code", "")):
            return self._form(request, 401, words()("code.wrong"))
        if not await self.halves.used(token):
            return see("/desk/sign-in")
        await self.sessions.tries.forgive(half.username, place, Tried.CODE)
        return await self.begin(request, half.username, half.onward)

    def _form(self, request: web.Request, status: int = 200, error: str = "") -> web.Response:
        return self.pages.render("code.html", status, csrf=csrf_token(token_of(request)), error=error)
