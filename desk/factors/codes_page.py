"""One's own second factor: set up with a picture for the app, confirmed by a code, taken away by another."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from aiohttp import web
from markupsafe import Markup

from connectors.visitors import place_of
from desk.accounts.one_time_codes import Enrolment, OneTimeCodes
from desk.agents import AgentDirectory
from desk.factors.proving import Proving
from desk.http import Visit, form_of, see, visitor
from desk.limits import Tried
from desk.pages import Pages
from desk.sessions import SessionStore
from desk.words import words

PATH = "/desk/second-factor"


@dataclass(frozen=True, slots=True)
class CodesPage:
    """To begin needs the password, and a code where one is set; to end one needs a code: an open browser is not enough. The
    secret is shown to who began, in that one answer, and to nobody who comes to the page later."""

    codes: OneTimeCodes
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages
    proving: Proving

    async def page(self, request: web.Request) -> web.Response:
        """What there is."""
        return await self._shown(await visitor(request, self.agents, self.sessions))

    async def begin(self, request: web.Request) -> web.Response:
        """A secret for the app."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        if missing := await self.proving.by_both(request, username, fields):
            return await self._shown(visit, missing.status, missing.sentence)
        return await self._shown(visit, begun=True, enrolment=await self.codes.begin(username))

    async def confirm(self, request: web.Request) -> web.Response:
        """From now on a code is asked; the recovery codes are shown this once, and other browsers are signed out."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        tried = username, place_of(request), Tried.SETTING_UP
        if await self.sessions.tries.wait(*tried):
            return await self._shown(visit, 429, words()("code.often", minutes=15))
        recovery = await self.codes.confirm(username, fields.get("code", ""))
        if recovery is None:
            return await self._shown(visit, 422, words()("code.wrong"), begun=await self.codes.begun(username))
        await self.sessions.tries.forgive(*tried)
        await self.sessions.end_all(username, username, but=visit.token)
        return await self._shown(visit, recovery=recovery)

    async def remove(self, request: web.Request) -> web.Response:
        """The password alone is enough again."""
        visit, fields = await visitor(request, self.agents, self.sessions), await form_of(request)
        username = visit.agent.username
        if missing := await self.proving.by_code(request, username, fields.get("code", "")):
            return await self._shown(visit, missing.status, missing.sentence)
        await self.codes.remove(username, username)
        return see(PATH)

    async def _shown(
        self,
        visit: Visit,
        status: int = 200,
        error: str = "",
        *,
        begun: bool = False,
        enrolment: Enrolment | None = None,
        recovery: list[str] | None = None,
    ) -> web.Response:
        username = visit.agent.username
        needed, left = await self.codes.needed(username), await self.codes.left(username)
        picture = Markup(segno.make(enrolment.uri, micro=False).svg_inline(scale=5)) if enrolment else ""  # noqa: S704
        values: dict[str, object] = {"csrf": visit.csrf, "error": error, "begun": begun}
        values |= {"enrolment": enrolment, "picture": picture, "recovery": recovery}
        return self.pages.render("second_factor.html", status, needed=needed, left=left, username=username, **values)
