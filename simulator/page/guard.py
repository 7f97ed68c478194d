"""Only the page itself may use the page's API: no other site, and no name that was rebound to this address."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from simulator.settings import SimulatorSettings

HEADER = "X-Simulator"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page_guard(settings: SimulatorSettings) -> Callable[[Handler], Handler]:
    """Wraps a handler: 403 for a foreign Host, a foreign Origin, or a POST without the ``X-Simulator`` header.

    The header makes a browser ask first (CORS preflight), and nobody answers that.
    """
    own_host = urlsplit(settings.own_url).hostname or ""

    def wrap(handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not _known_host(request.host, own_host):
                raise web.HTTPForbidden(text="this host name is not known here")
            if request.method != "GET" and (request.headers.get(HEADER) != "1" or not _same_origin(request)):
                raise web.HTTPForbidden(text="only the simulator's own page may do this")
            return await handler(request)

        return handle

    return wrap


def _known_host(host: str, own_host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name in ("localhost", own_host):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _same_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
