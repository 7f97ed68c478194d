"""What every desk handler goes through: security headers, who is asking, and whether a form is ours."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from desk.accounts.agent import Agent
from desk.agents import AgentDirectory
from desk.sessions import SessionStore, csrf_token

COOKIE = "ot_desk"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PARTS = "X-Desk"  # the page's own script asks for parts of the page with this header
# Referrer-Policy must not be no-referrer: browsers would then send "Origin: null" with our own forms.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by a signed-in agent. ``csrf`` goes into each form."""

    request: web.Request
    agent: Agent
    token: str
    csrf: str

    @property
    def by_script(self) -> bool:
        """True when the page's script asked, which wants parts and not a page."""
        return PARTS in self.request.headers


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not done: shown beside its control, with what was typed."""

    control: str
    sentence: str
    typed: str = ""
    once: str = ""
    status: int = 409


class NotSignedIn(Exception):
    """Nobody is signed in, or the password must be changed first (``change``)."""

    def __init__(self, *, change: bool = False) -> None:
        super().__init__("not signed in")
        self.change = change


class FormRefused(Exception):
    """A form that did not come from our own, current page."""


ADMITTED = web.RequestKey("admitted", Visit)
"""Whom the gate has just let in (``desk.access.gate``)."""


async def visitor(
    request: web.Request, agents: AgentDirectory, sessions: SessionStore, *, touch: bool = True, may_change: bool = False
) -> Visit:
    """Who asks: whom the gate let in, and whoever it is by now when it is asked again. NotSignedIn when nobody does;
    ``touch``: the agent did something, and not the page by itself; ``may_change`` lets in who must change the
    password."""
    visit = request.pop(ADMITTED, None) or await look(request, agents, sessions)
    if touch:
        await sessions.acted(visit.token)
    if visit.agent.must_change_password and not may_change:
        raise NotSignedIn(change=True)
    return visit


async def look(request: web.Request, agents: AgentDirectory, sessions: SessionStore) -> Visit:
    """Who asks, of which nothing is concluded yet. NotSignedIn when nobody does."""
    token = token_of(request)
    session = await sessions.find(token) if token else None
    agent = await agents.get(session.username) if session else None
    if session is None or agent is None or agent.disabled or not hmac.compare_digest(agent.password_id, session.password_id):
        raise NotSignedIn
    return Visit(request, agent, token, csrf_token(token))


def token_of(request: web.Request) -> str:
    """The cookie's token; '' when there is none or it cannot be one of ours."""
    token = request.cookies.get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


async def fields_of(request: web.Request) -> dict[str, str]:
    """The fields of an ordinary form in UTF-8, without control characters; FormRefused for any other body."""
    if request.content_type != "application/x-www-form-urlencoded" or (request.charset or "utf-8").casefold() != "utf-8":
        raise FormRefused
    try:
        posted = await request.post()
    except ValueError as error:
        raise FormRefused from error
    return {name: CONTROLS.sub("", value) for name, value in posted.items() if isinstance(value, str)}


async def form_of(request: web.Request) -> dict[str, str]:
    """The fields of a form of ours. FormRefused unless the Origin is this site and the token is the cookie's.

    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    _, _, origin = request.headers.get("Origin", "").partition("://")
    if not origin or origin.casefold() != request.host.casefold():
        raise FormRefused
    fields, token = await fields_of(request), token_of(request)
    if not token or not hmac.compare_digest(csrf_token(token).encode(), fields.get("csrf", "").encode()):
        raise FormRefused
    return fields


def secure(response: web.StreamResponse, headers: Mapping[str, str] = HEADERS) -> None:
    """Put the security headers on; pages are never kept by caches unless they say otherwise."""
    if response.prepared:
        return
    for name, value in headers.items():
        response.headers.setdefault(name, value)  # an attachment's own policy is stricter
    response.headers.setdefault("Cache-Control", "no-store")


def see(path: str) -> web.Response:
    """Send the browser on with a GET."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path})


def give_cookie(response: web.StreamResponse, token: str, *, secure_only: bool, max_age: int | None = None) -> None:
    """Set the session cookie: not for scripts, not for other sites."""
    options: dict[str, Any] = {"httponly": True, "samesite": "Strict", "secure": secure_only, "path": "/desk"}
    response.set_cookie(COOKIE, token, max_age=max_age, **options)
