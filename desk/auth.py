"""The doors of the desk: sign-in, sign-out, the password, and the agent's own settings."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from aiohttp import web

from connectors.visitors import place_of
from desk.accounts.agent import ALERTS, AgentError, clean_name
from desk.accounts.one_time_codes import OneTimeCodes
from desk.accounts.passkeys import Passkeys
from desk.agents import FIRST_NAME, AgentDirectory
from desk.factors.code_at_sign_in import CodeAtSignIn
from desk.factors.codes_page import CodesPage
from desk.factors.half import Halves
from desk.factors.openid import SignInElsewhere
from desk.factors.passkeys_page import PasskeysPage
from desk.factors.provider import Provider
from desk.factors.proving import Proving
from desk.http import COOKIE, NotSignedIn, Visit, form_of, give_cookie, see, token_of, visitor
from desk.pages import Pages
from desk.passwords import SHORTEST, WeakPassword
from desk.sessions import SessionStore, csrf_token, new_token
from desk.store import digest

UNNAMED = (FIRST_NAME,)
"""Names that nobody chose."""
WRONG = "The username or the password is not right."
NEXT = re.compile(r"/desk(/handoffs/[A-Za-z0-9_-]{1,80})?")


def sign_in_path(wanted: str) -> str:
    """The sign-in page, to go on to ``wanted`` afterwards."""
    return "/desk/sign-in" + (f"?{urlencode({'next': wanted})}" if wanted != "/desk" and NEXT.fullmatch(wanted) else "")


class Doors:
    """Handlers for everything about who somebody is."""

    def __init__(
        self,
        agents: AgentDirectory,
        sessions: SessionStore,
        pages: Pages,
        codes: OneTimeCodes,
        *,
        secure_cookies: bool,
        provider: Provider | None = None,
        keys: Passkeys | None = None,
    ) -> None:
        self._agents = agents
        self._sessions = sessions
        self._pages = pages
        self._secure = secure_cookies
        halves, proving = Halves(sessions.redis), Proving(codes, agents, sessions)
        self.code = CodeAtSignIn(codes, halves, agents, sessions, pages, self.begin, secure_cookies)
        self.codes = CodesPage(codes, agents, sessions, pages, proving)
        self.passkeys = PasskeysPage(keys, agents, sessions, pages, proving, self.begin) if keys else None
        self.elsewhere = SignInElsewhere(provider, agents, sessions, pages, self.begin, secure_cookies) if provider else None

    async def sign_in_page(self, request: web.Request) -> web.Response:
        """The form; whoever is signed in already goes on."""
        try:
            await visitor(request, self._agents, self._sessions)
        except NotSignedIn as reason:
            if reason.change:
                return see("/desk/password")
            return self._sign_in_form(request, request.query.get("next", ""))
        return see("/desk")  # who has another home is sent there by the gate

    async def sign_in(self, request: web.Request) -> web.Response:
        """Check the password: at most so often, and with one sentence for every way to be wrong."""
        fields = await form_of(request)
        username, password, wanted = fields.get("username", ""), fields.get("password", ""), fields.get("next", "")
        seconds = await self._sessions.tries.wait(username, place_of(request))
        if seconds:
            sentence = f"Too many attempts. Try again in {-(-seconds // 60)} min."
            response = self._sign_in_form(request, wanted, 429, sentence, username)
            response.headers["Retry-After"] = str(seconds)
            return response
        agent = await self._agents.authenticate(username, password)
        if agent is None:
            return self._sign_in_form(request, wanted, 401, WRONG, username)
        await self._sessions.tries.forgive(username, place_of(request))
        onward = wanted if NEXT.fullmatch(wanted) else "/desk"
        onward = "/desk/password" if agent.must_change_password else onward
        if await self.code.codes.needed(agent.username):
            return await self.code.ask(agent, onward)
        return await self.begin(request, agent.username, onward)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session here and in Redis."""
        await form_of(request)
        await self._sessions.end(token_of(request))
        response = see("/desk/sign-in")
        response.del_cookie(COOKIE, path="/desk")
        return response

    async def password_page(self, request: web.Request) -> web.Response:
        """The form for a new password."""
        return await self._password_form(request)

    async def password(self, request: web.Request) -> web.Response:
        """Set a new password. The former one is asked for, unless it was a one-time password just used."""
        visit = await visitor(request, self._agents, self._sessions, may_change=True)
        fields, username = await form_of(request), visit.agent.username
        if not visit.agent.must_change_password:
            if await self._sessions.tries.wait(username, place_of(request)):
                return await self._password_form(request, 429, "Too many attempts. Try again in 15 min.")
            if not await self._agents.verify(username, fields.get("current", "")):
                return await self._password_form(request, 422, "The present password is not right.")
            await self._sessions.tries.forgive(username, place_of(request))
        if fields.get("new", "") != fields.get("again", ""):
            return await self._password_form(request, 422, "The two new passwords differ.")
        try:
            name = clean_name(fields["display_name"]) if visit.agent.must_change_password and "display_name" in fields else ""
            await self._agents.set_password(username, fields.get("new", ""))
            if name:  # what customers read; the phone and the rest stay as they are
                await self._agents.set_profile(username, name, visit.agent.phone or "", in_browser=visit.agent.in_browser)
        except (AgentError, WeakPassword) as refused:
            return await self._password_form(request, 422, str(refused))
        return await self.begin(request, username, "/desk")

    async def settings_page(self, request: web.Request) -> web.Response:
        """The agent's own settings."""
        visit = await visitor(request, self._agents, self._sessions)
        me = visit.agent
        said = "Saved." if "saved" in request.query else ""
        return await self._settings(visit, name=me.display_name, phone=me.phone or "", in_browser=me.in_browser, said=said)

    async def end_session(self, request: web.Request) -> web.Response:
        """End one of my own sessions, or all but this one."""
        visit, fields = await visitor(request, self._agents, self._sessions), await form_of(request)
        username = visit.agent.username
        if name := fields.get("session", ""):
            await self._sessions.end_one(username, name, username)
        else:
            await self._sessions.end_all(username, username, but=visit.token)
        return see("/desk/settings")

    async def settings(self, request: web.Request) -> web.Response:
        """Save name, how calls are answered and availability, or say what is wrong and keep what was typed."""
        visit = await visitor(request, self._agents, self._sessions)
        fields, me = await form_of(request), visit.agent
        name, phone = fields.get("display_name", ""), fields.get("phone", "")
        in_browser = self._agents.browsers and fields.get("answers") == "browser"
        try:
            await self._agents.set_profile(me.username, name, phone, in_browser=in_browser)
        except AgentError as refused:
            return await self._settings(visit, 422, name=name, phone=phone, in_browser=in_browser, error=str(refused))
        if (available := fields.get("available") == "1") is not me.available:
            await self._agents.set_available(me.username, available)
        if "alerts" in fields:
            await self._agents.set_alerts(me.username, [one for one in ALERTS if fields.get(f"alert_{one}") == "1"])
        return see("/desk/settings?saved")

    async def _settings(
        self, visit: Visit, status: int = 200, *, name: str, phone: str, in_browser: bool, error: str = "", said: str = ""
    ) -> web.Response:
        values: dict[str, object] = {"me": visit.agent, "csrf": visit.csrf, "name": name, "phone": phone}
        values |= {"error": error, "said": said, "passkeys": self.passkeys is not None}
        browsers = self._agents.browsers
        values |= {"open": await self._sessions.open_of(visit.agent.username), "this": digest(visit.token)}
        return self._pages.render("settings.html", status, in_browser=in_browser, browsers=browsers, alerts=ALERTS, **values)

    async def begin(self, request: web.Request, username: str, onward: str) -> web.Response:
        """A fresh session in place of whatever the browser had."""
        agent = await self._agents.get(username)
        if agent is None:
            raise NotSignedIn
        await self._sessions.end(token_of(request))
        token = await self._sessions.begin(agent, place_of(request), request.headers.get("User-Agent", ""))
        response = see(onward)
        age = int(self._sessions.longest.total_seconds())
        give_cookie(response, token, secure_only=self._secure, max_age=age)
        return response

    def _sign_in_form(
        self, request: web.Request, wanted: str, status: int = 200, error: str = "", username: str = ""
    ) -> web.Response:
        """Before sign-in the cookie is a mere random number that the form's token is made from."""
        token = token_of(request)
        fresh = not token
        token = token or new_token()
        values = {
            "csrf": csrf_token(token),
            "wanted": wanted if NEXT.fullmatch(wanted) else "",
            "error": error,
            "username": username,
            "elsewhere": self.elsewhere is not None,
            "passkeys": self.passkeys is not None,
        }
        response = self._pages.render("sign_in.html", status, **values)
        if fresh:
            give_cookie(response, token, secure_only=self._secure)
        return response

    async def _password_form(self, request: web.Request, status: int = 200, error: str = "") -> web.Response:
        visit = await visitor(request, self._agents, self._sessions, may_change=True)
        me, name = visit.agent, "" if visit.agent.display_name in UNNAMED else visit.agent.display_name
        return self._pages.render("password.html", status, me=me, csrf=visit.csrf, error=error, shortest=SHORTEST, name=name)
