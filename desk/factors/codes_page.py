"""One's own second factor: set up with a picture for the app, confirmed by a code, taken away by another."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from aiohttp import web
from markupsafe import Markup

from connectors.visitors import place_of
from desk.accounts.one_time_codes import Enrolment, OneTimeCodes
from desk.agents import AgentDirectory
from desk.http import Visit, form_of, see, visitor
from desk.pages import Pages
from desk.sessions import SessionStore
from desk.words import words

PATH = "/desk/second-factor"


@dataclass(frozen=True, slots=True)
class CodesPage:
    """To begin needs the password and to end a code: a browser that was left open is not enough."""

    codes: OneTimeCodes
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages

    async def page(self, request: web.Request) -> web.Response:
        """What there is, or what was begun."""
        visit = await visitor(request, self.agents, self.sessions)
        return await self._shown(visit, enrolment=await self.codes.pending(visit.agent.username))

    async def begin(self, request: web.Request) -> web.Response:
        """A secret for the app."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        if await self.sessions.tries.wait(username, place_of(request)):
            return await self._shown(visit, 429, words()("code.often", minutes=15))
        if not await self.agents.verify(username, fields.get("current", "")):
            return await self._shown(visit, 422, words()("code.password"))
        await self.sessions.tries.forgive(username)
        await self.codes.begin(username)
        return see(PATH)

    async def confirm(self, request: web.Request) -> web.Response:
        """From now on a code is asked; the recovery codes are shown this once, and other browsers are signed out."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        recovery = await self.codes.confirm(username, fields.get("code", ""))
        if recovery is None:
            pending = await self.codes.pending(username)
            return await self._shown(visit, 422, words()("code.wrong"), enrolment=pending)
        await self.sessions.end_all(username, username, but=visit.token)
        return await self._shown(visit, recovery=recovery)

    async def remove(self, request: web.Request) -> web.Response:
        """The password alone is enough again."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        if await self.sessions.tries.wait(f"code {username}", place_of(request)):
            return await self._shown(visit, 429, words()("code.often", minutes=15))
        if not await self.codes.check(username, fields.get("code", "")):
            return await self._shown(visit, 422, words()("code.wrong"))
        await self.sessions.tries.forgive(f"code {username}")
        await self.codes.remove(username, username)
        return see(PATH)

    async def _shown(
        self,
        visit: Visit,
        status: int = 200,
        error: str = "",
        *,
        enrolment: Enrolment | None = None,
        recovery: list[str] | None = None,
    ) -> web.Response:
        username = visit.agent.username
        needed, left = await self.codes.needed(username), await self.codes.left(username)
        picture = Markup(segno.make(enrolment.uri, micro=False).svg_inline(scale=5)) if enrolment else ""  # noqa: S704
        values = {"csrf": visit.csrf, "error": error, "enrolment": enrolment, "picture": picture, "recovery": recovery}
        return self.pages.render("second_factor.html", status, needed=needed, left=left, username=username, **values)
