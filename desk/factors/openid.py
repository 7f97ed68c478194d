"""Signing in with an account elsewhere (OpenID Connect, authorization code with PKCE).

Key ``ot:desk:openid:<sha256 of state>``: what the way back must fit, used once. Whose account it is, ``desk.accounts.elsewhere``
says; an e-mail address is nobody's proof of anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from connectors.visitors import place_of
from desk.accounts.agent import USERNAME, Agent, AgentError
from desk.accounts.elsewhere import claim, claimed, subject_of
from desk.agents import AgentDirectory
from desk.factors.provider import Provider, ProviderAway, ProviderRefused
from desk.http import see, token_of
from desk.limits import Tried
from desk.pages import Pages
from desk.sessions import SessionStore, new_token
from desk.store import answered, digest, text
from desk.words import words

BEGIN = "/desk/sign-in/openid"
COOKIE = "ot_desk_openid"
LIFE = timedelta(minutes=10)
PARAMETER = re.compile(r"[\x21-\x7e]{1,2048}")
BY = "openid"
Begin = Callable[[web.Request, str, str], Awaitable[web.Response]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SignInElsewhere:
    """The way there and the way back."""

    provider: Provider
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages
    begin: Begin
    secure_cookies: bool

    async def go(self, request: web.Request) -> web.Response:
        """To the provider, with a state, a nonce and a challenge that are good for this browser once."""
        settings, state, nonce, verifier, mine = self.provider.settings, *(new_token() for _ in range(4))
        try:
            where = (await self.provider.published())["authorization_endpoint"]
        except (ProviderAway, ProviderRefused) as error:
            return self._failed(error)
        # what the browser is signed in as is over once it is somebody else; on the way back it does not send that cookie
        former = digest(token_of(request)) if token_of(request) else ""
        kept = {"nonce": nonce, "verifier": verifier, "browser": digest(mine), "former": former}
        with answered():
            await self.sessions.redis.set(_state(state), json.dumps(kept), ex=LIFE)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "scope": "openid profile", "client_id": settings.client_id, "state": state}
        asked |= {"redirect_uri": settings.back, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256"}
        response = see(f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}")
        # Lax, not Strict: the way back begins at the provider's page
        response.set_cookie(
            COOKIE, mine, max_age=int(LIFE.total_seconds()), httponly=True, samesite="Lax", secure=self.secure_cookies, path=BEGIN
        )
        return response

    async def back(self, request: web.Request) -> web.Response:
        """From the provider: believed, or refused with one sentence for whatever was wrong, which the log says."""
        given = {name: request.query.get(name, "") for name in ("state", "code", "iss", "error")}
        tried = given["state"][:64], place_of(request), Tried.OPENID
        if await self.sessions.tries.wait(*tried):
            return self.pages.sentence(429, words()("openid.title"), words()("openid.often"))
        try:
            kept = await self._kept(request, given["state"])
            await self._right_issuer(given["iss"], present="iss" in request.query)
            if given["error"] or not PARAMETER.fullmatch(given["code"]):
                raise ProviderRefused(f"no code ({given['error'][:60]!r})")
            token = await self.provider.exchange(given["code"], kept["verifier"])
            agent = await self._account(await self.provider.claims(token, kept["nonce"]))
        except (ProviderAway, ProviderRefused) as error:
            return self._failed(error)
        await self.sessions.tries.forgive(*tried)
        await self.sessions.end_named(kept.get("former", ""))
        begun = await self.begin(request, agent.username, "/desk")
        # not a redirect: a browser would keep the session's Strict cookie back on one that began at the provider
        page = self.pages.render("elsewhere.html")
        page.cookies.update(begun.cookies)
        page.del_cookie(COOKIE, path=BEGIN)
        return page

    async def _kept(self, request: web.Request, state: str) -> dict[str, str]:
        """What was kept for this state, of this browser, once."""
        with answered():
            kept = text(await self.sessions.redis.getdel(_state(state))) if PARAMETER.fullmatch(state) else ""
        found: dict[str, str] = json.loads(kept) if kept else {}
        if not found or digest(request.cookies.get(COOKIE, "")) != found["browser"]:
            raise ProviderRefused("the state is unknown, used, or another browser's")
        return found

    async def _right_issuer(self, issuer: str, *, present: bool) -> None:
        """So that the answer of another provider is not taken for ours (https://www.rfc-editor.org/rfc/rfc9207)."""
        promised = (await self.provider.published()).get("authorization_response_iss_parameter_supported") is True
        if (present or promised) and issuer != self.provider.settings.issuer:
            raise ProviderRefused("the answer is another provider's")

    async def _account(self, claims: Mapping[str, Any]) -> Agent:
        """Whose it is, with the role that their groups have now; a new account for who comes first."""
        role, subject = self._role(claims), subject_of(claims["iss"], claims["sub"])
        username = await claimed(self.sessions.redis, subject)
        agent = await self.agents.get(username) if username else None
        if agent is None or agent.elsewhere != subject:  # it was removed, and the name may be another's since
            agent = await self._new(claims, role, subject, username)
        if agent.disabled:
            raise ProviderRefused(f"{agent.username} is disabled")
        if agent.role != role:
            await self.agents.set_role(agent.username, role, by=BY)
        return agent

    async def _new(self, claims: Mapping[str, Any], role: str, subject: str, before: str) -> Agent:
        """By the first name that is nobody's, claimed before the account is made: who dies in between finds it again."""
        for wanted in ([before] if before else []) + _names(claims, subject):
            name = wanted if wanted == before else await claim(self.sessions.redis, subject, wanted, instead_of=before)
            try:
                agent = await self.agents.add_elsewhere(name, str(claims.get("name") or name)[:60], role, BY, subject)
            except AgentError as error:
                raise ProviderRefused(str(error)) from error
            if agent is not None:
                return agent
            before = name
        raise ProviderRefused("no name is free for them")

    def _role(self, claims: Mapping[str, Any]) -> str:
        """The first of the configured groups that they are in. ProviderRefused when they are in none."""
        found: Any = claims
        for name in self.provider.settings.claim.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        groups = {found} if isinstance(found, str) else set(map(str, found)) if isinstance(found, list) else set()
        role = next((role for group, role in self.provider.settings.roles if group in groups), None)
        if role is None:
            raise ProviderRefused("they are in no group that may come to the desk")
        return role

    def _failed(self, error: ProviderAway | ProviderRefused) -> web.Response:
        log.warning("openid_sign_in", why=str(error)[:200])
        away = isinstance(error, ProviderAway)
        return self.pages.sentence(
            502 if away else 403, words()("openid.title"), words()("openid.away" if away else "openid.refused")
        )


def _state(state: str) -> str:
    return f"ot:desk:openid:{digest(state)}"


def _names(claims: Mapping[str, Any], subject: str) -> list[str]:
    """What the account may be called: as there, or with a few figures where that name is another's."""
    wanted = re.sub(r"[^a-z0-9._-]", "", str(claims.get("preferred_username", "")).casefold().partition("@")[0])[:24]
    plain = [wanted] if USERNAME.fullmatch(wanted) else []
    return [*plain, f"{plain[0] if plain else 'u'}-{subject[:6]}"]
