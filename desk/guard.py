"""What stands around every handler of the desk: each known trouble becomes a sentence with its status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from bot.ports import StoreUnavailable
from desk.access.gate import Forbidden, Gate
from desk.accounts.roles import home_of
from desk.auth import sign_in_path
from desk.http import PARTS, FormRefused, NotSignedIn, fields_of, secure, see
from desk.pages import Pages

DOWN = "The store does not answer just now, so nothing was changed. Please try again in a moment."
NOT_FOR_YOU = "Your role on the desk ({role}) does not do this. Whoever administers the desk can change roles."
STALE = "This page is out of date. Load it again, then repeat what you did."

HOMES = ("/desk", "/desk/")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Missing(Exception):
    """There is no such conversation; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Guard:
    """``gate``: who may; ``headers``: for every answer; ``troubles``: what is to be mended, in sentences."""

    gate: Gate
    pages: Pages
    headers: Mapping[str, str]
    troubles: Callable[[], Awaitable[Sequence[str]]]

    def over(self, handler: Handler) -> Handler:
        """Nobody passes whom the table does not let; security headers on every answer; each known trouble becomes a sentence
        with its status."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                await self.gate.admit(request)
                response = await handler(request)
            except NotSignedIn as reason:
                response = _turn_away(request, reason)
            except Forbidden as reason:
                response = await self._send_home(request, reason)
            except FormRefused:
                response = await self._trouble(request, 403, "Not accepted", STALE)
            except Missing as missing:
                response = await self._trouble(request, 404, "Not found", str(missing))
            except StoreUnavailable:
                response = await self._trouble(request, 503, "Not available", " ".join((DOWN, *await self.troubles())))
            except web.HTTPException as error:
                secure(error, self.headers)
                raise
            secure(response, self.headers)
            return response

        return guarded

    async def _send_home(self, request: web.Request, reason: Forbidden) -> web.Response:
        """Who comes to the desk and has another home goes there; everything else is refused."""
        if request.method == "GET" and request.path in HOMES and home_of(reason.role) not in HOMES:
            return see(home_of(reason.role))
        return await self._trouble(request, 403, "Not for you", NOT_FOR_YOU.format(role=reason.role))

    async def _trouble(self, request: web.Request, status: int, title: str, sentence: str) -> web.Response:
        """Plain text for the script, which puts it beside the control; a page otherwise, with the typed reply."""
        if PARTS in request.headers or request.path == "/desk/events":
            return web.Response(text=sentence, status=status)
        typed = ""
        if request.method == "POST":
            with suppress(FormRefused):
                typed = (await fields_of(request)).get("text", "")
        return self.pages.sentence(status, title, sentence, typed)


def _turn_away(request: web.Request, reason: NotSignedIn) -> web.Response:
    """401 for the script (it goes to the sign-in page by itself), a redirect for people."""
    if PARTS in request.headers or request.path in ("/desk/parts", "/desk/events"):
        return web.Response(text="Please sign in.", status=401)
    return see("/desk/password" if reason.change else sign_in_path(request.path))
