"""Who has an account, what each may, and where it is signed in. Every look and every change is told of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from desk.accounts.agent import USERNAME, AgentError, OneTimePassword
from desk.accounts.one_time_codes import OneTimeCodes
from desk.accounts.passkeys import Passkeys
from desk.admin.looking import Looking
from desk.agents import ROLES, AgentDirectory
from desk.guard import Handler, Missing
from desk.http import Visit, form_of, see
from desk.pages import Pages
from desk.presence import Presence
from desk.sessions import SessionStore
from desk.words import words

ADMIN = "/desk/admin"
ONE = f"{ADMIN}/accounts/{{username:{USERNAME.pattern}}}"
Act = Callable[[Visit, str, dict[str, str]], Awaitable[OneTimePassword | None]]
"""Changes the account of that username as the form says; a password that is to be shown once."""


@dataclass(frozen=True, slots=True)
class AccountPages:
    """Nobody changes their own account here but for its sessions: so there is always an admin left."""

    agents: AgentDirectory
    sessions: SessionStore
    codes: OneTimeCodes
    keys: Passkeys | None
    presence: Presence
    looking: Looking
    pages: Pages

    def get(self) -> list[tuple[str, Handler]]:
        """What is looked at."""
        return [(ADMIN, self.everybody), (ONE, self.account)]

    def post(self) -> list[tuple[str, Handler]]:
        """What is changed."""
        acts: dict[str, Act] = {
            "role": self._role,
            "reset": self._reset,
            "disable": self._disable,
            "enable": self._enable,
            "end": self._end,
            "factor": self._factor,
        }
        return [(f"{ADMIN}/accounts", self.add), *((f"{ONE}/{name}", self._form(act)) for name, act in acts.items())]

    async def everybody(self, request: web.Request) -> web.StreamResponse:
        """The list, and a form for a new account."""
        return await self._everybody(await self.looking.at(request, "accounts"))

    async def account(self, request: web.Request) -> web.StreamResponse:
        """One account, and where it is signed in."""
        username = request.match_info["username"]
        return await self._account(await self.looking.at(request, f"account {username}"), username, said="saved" in request.query)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """A new account; its one-time password is shown this once."""
        visit, fields = await self.looking.visitor(request), await form_of(request)
        username, role = fields.get("username", "").strip().casefold(), fields.get("role", "")
        name = fields.get("display_name", "")
        try:
            made = await self.agents.add(username, name.strip() or None, role=role, by=visit.agent.username)
        except AgentError as refused:
            await self.looking.seen(request, visit, "accounts")
            return await self._everybody(visit, 422, str(refused), fields)
        await self.looking.seen(request, visit, f"account {username}")
        return await self._account(visit, username, made=made)

    def _form(self, act: Act) -> Handler:
        """One change of one account: refused with a sentence, or done and shown."""

        async def handle(request: web.Request) -> web.StreamResponse:
            visit, username = await self.looking.visitor(request), request.match_info["username"]
            fields = await form_of(request)
            try:
                made = await act(visit, username, fields)
            except AgentError as refused:
                await self.looking.seen(request, visit, f"account {username}")
                return await self._account(visit, username, 422, str(refused))
            if made is None:
                return see(f"{ADMIN}/accounts/{username}?saved")
            await self.looking.seen(request, visit, f"account {username}")
            return await self._account(visit, username, made=made)

        return handle

    async def _role(self, visit: Visit, username: str, fields: dict[str, str]) -> None:
        _not_oneself(visit, username)
        await self.agents.set_role(username, fields.get("role", ""), by=visit.agent.username)

    async def _reset(self, visit: Visit, username: str, _fields: dict[str, str]) -> OneTimePassword:
        _not_oneself(visit, username)
        made = await self.agents.reset(username, by=visit.agent.username)
        await self.sessions.end_all(username, visit.agent.username)
        return made

    async def _disable(self, visit: Visit, username: str, _fields: dict[str, str]) -> None:
        """Their conversations go back in line when the grace is over, as those of everybody who is gone."""
        _not_oneself(visit, username)
        await self.agents.disable(username, by=visit.agent.username)
        await self.sessions.end_all(username, visit.agent.username)

    async def _enable(self, visit: Visit, username: str, _fields: dict[str, str]) -> None:
        await self.agents.enable(username, by=visit.agent.username)

    async def _end(self, visit: Visit, username: str, fields: dict[str, str]) -> None:
        """The session that is named, or all but the one that asks."""
        if name := fields.get("session", ""):
            await self.sessions.end_one(username, name, visit.agent.username)
        else:
            await self.sessions.end_all(username, visit.agent.username, but=visit.token)

    async def _factor(self, visit: Visit, username: str, _fields: dict[str, str]) -> None:
        """Somebody lost their app and their recovery codes, or the device with their passkeys."""
        _not_oneself(visit, username)
        await self.codes.remove(username, visit.agent.username)
        if self.keys:
            await self.keys.remove_all(username, visit.agent.username)

    async def _everybody(
        self, visit: Visit, status: int = 200, error: str = "", fields: dict[str, str] | None = None
    ) -> web.Response:
        here = await self.presence.look()
        there = {one.username for one in here.at_desk}
        values = {"csrf": visit.csrf, "error": error, "fields": fields or {}, "roles": ROLES}
        return self.pages.render("accounts.html", status, accounts=here.agents, there=there, **values)

    async def _account(
        self,
        visit: Visit,
        username: str,
        status: int = 200,
        error: str = "",
        *,
        made: OneTimePassword | None = None,
        said: bool = False,
    ) -> web.Response:
        one = await self.agents.get(username)
        if one is None:
            raise Missing(words()("account.unknown"))
        values = {"me": visit.agent, "csrf": visit.csrf, "one": one, "error": error, "made": made, "said": said, "roles": ROLES}
        values["factor"] = await self.codes.needed(username) or bool(self.keys and await self.keys.of(username))
        return self.pages.render("account.html", status, open=await self.sessions.open_of(username), **values)


def _not_oneself(visit: Visit, username: str) -> None:
    if visit.agent.username == username:
        raise AgentError(words()("account.oneself"))
