"""Answering calls in this browser: the token that lets the page's phone register, and who calls.

https://www.twilio.com/docs/voice/sdks/javascript , https://github.com/twilio/twilio-voice.js#content-security-policy-csp
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.model import AddressKind
from bot.ports import HandoffRefused, HandoffView, People
from desk.agents import AgentDirectory
from desk.http import HEADERS, Visit, form_of, visitor
from desk.pages import Pages
from desk.sessions import SessionStore

NOT_CHOSEN = "You have not chosen to answer calls in this browser."
TOO_OFTEN = "The phone in this browser was started too often. Wait some minutes."


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Guard = Callable[[Handler], Handler]


class Tokens(Protocol):
    """Makes what a browser registers with."""

    def token(self, agent: str) -> str:
        """A token for the browser of this agent (username), and for nothing else."""
        ...


@dataclass(frozen=True, slots=True)
class Softphone:
    """``sdk_url``: the vendor's script, ``integrity``: its hash or empty; ``signalling`` and ``sounds``: origins it uses."""

    tokens: Tokens
    sdk_url: str
    integrity: str = ""
    signalling: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()

    @property
    def headers(self) -> Mapping[str, str]:
        """The desk's security headers, opened as far as the script needs and no further."""
        opened = {
            "script-src": [self.sdk_url],
            "connect-src": self.signalling,
            "media-src": ["mediastream:", *self.sounds],
        }
        more = "".join(f"; {name} 'self' {' '.join(sources)}" for name, sources in opened.items())
        policy = HEADERS["Content-Security-Policy"] + more
        permissions = "camera=(), microphone=(self), geolocation=()"
        return {**HEADERS, "Content-Security-Policy": policy, "Permissions-Policy": permissions}


@dataclass(frozen=True, slots=True)
class BrowserCalls:
    """The two things that the page's phone asks of us."""

    softphone: Softphone
    people: People
    agents: AgentDirectory
    sessions: SessionStore
    pages: Pages

    def routes(self, guard: Guard) -> list[web.AbstractRouteDef]:
        """Both, each wrapped by ``guard``."""
        return [
            web.post("/desk/softphone/token", guard(self.token)),
            web.get("/desk/softphone/call", guard(self.call)),
        ]

    async def token(self, request: web.Request) -> web.StreamResponse:
        """A token for whoever is signed in. Nothing of the request says for whom; asked by the script, so it does not count
        as the agent's doing. 409 when they answer elsewhere, 429 when it is asked too often."""
        visit = await self._visitor(request)
        await form_of(request)
        username = visit.agent.username
        if not visit.agent.in_browser:
            return web.Response(text=NOT_CHOSEN, status=409)
        seconds = await self.sessions.tokens.wait(username)
        if seconds:
            return web.Response(text=TOO_OFTEN, status=429, headers={"Retry-After": str(seconds)})
        return web.json_response({"token": self.softphone.tokens.token(username)})

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Who calls, what for, and whether this agent is talking to them by now: a piece of the page."""
        visit = await self._visitor(request)
        try:
            view = await self.people.view(request.query.get("handoff", "")[:80])
        except HandoffRefused:
            return web.Response(text="There is no such conversation.", status=404)
        joined = talking(view, visit.agent.username)
        return self.pages.render("caller.html", view=view, number=number_of(view), joined=joined)

    async def _visitor(self, request: web.Request) -> Visit:
        return await visitor(request, self.agents, self.sessions, touch=False)


def talking(view: HandoffView, username: str) -> bool:
    """Whether this agent and the caller are in the conference."""
    room = view.room
    return bool(room and room.leg("caller") and any(leg.who == username for leg in room.legs))


def number_of(view: HandoffView) -> str:
    """The number that calls, or is called back; empty when it is withheld."""
    if view.handoff.callback:
        return view.handoff.callback.number
    known = view.contact.addresses if view.contact else ()
    numbers = [one.address.value for one in known if one.address.kind is AddressKind.TEL]
    return next((number for number in numbers if number.startswith("+")), "")
