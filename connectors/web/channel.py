"""Web chat: the socket, the embeddable widget and the sample bank's page (docs/web-chat.md).

Receive: frames of ``/chat`` become InboundMessages. Send: a line in the visitor's log, which every open tab follows.
Status: the browser says what arrived and what was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web
from redis.asyncio import Redis

from bot.model import Address, AddressKind, ChannelName, OutboundMessage
from bot.ports import Clock, Inbox, SendError, SendFailure, StoreUnavailable, Wording
from connectors.visitors import place_of
from connectors.web import frames
from connectors.web.calendar_files import CalendarFiles
from connectors.web.hub import Hub
from connectors.web.identity import LinkSeen
from connectors.web.limits import Buckets, Limits
from connectors.web.log import VisitorLog
from connectors.web.pages import ENGLISH_ALONE, Pages, Spoken
from connectors.web.socket import Chat, Socket
from connectors.web.who import Ask, Rate

SIGNED_OUT = "utter_signed_out"
"""The notice after which this browser shows nothing of what was said before."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class WebChat:
    """The channel ``web`` (``bot.ports.Channel``), its routes and its life in an application.

    ``allowed_origins``: pages that may open the socket, as ``origins`` gives them. ``frame_ancestors``: origins that may
    frame the page ``/`` (the simulator's). ``voice_number``, ``sms_number``: E.164, shown on the page; None hides them.
    ``spoken``: the widget's sentences in further languages (``connectors.web.pages``).
    ``vouch``: takes a signed-in page's word (``connectors.web.identity``). ``who``, ``rate`` and
    ``typing``: see ``connectors.web.socket.Chat``.
    """

    name = ChannelName.WEB

    def __init__(
        self,
        inbox: Inbox,
        redis: Redis,
        *,
        allowed_origins: frozenset[str],
        clock: Clock,
        wording: Wording,
        voice_number: str | None = None,
        sms_number: str | None = None,
        frame_ancestors: tuple[str, ...] = (),
        spoken: Spoken = ENGLISH_ALONE,
        limits: Limits | None = None,
        vouch: Callable[[str, str], Awaitable[LinkSeen | None]] | None = None,
        who: Ask | None = None,
        rate: Rate | None = None,
        typing: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        limits = limits or Limits()
        self._limits = limits
        self._origins = allowed_origins
        self._calendar = CalendarFiles(redis, clock)
        self._log = VisitorLog(redis, limits)
        self._hub = Hub(redis)
        self._pages = Pages(voice_number, sms_number, frame_ancestors, spoken)
        self._chat = Chat(
            inbox=inbox,
            log=self._log,
            hub=self._hub,
            wording=wording,
            clock=clock,
            limits=limits,
            messages=Buckets(limits.messages, clock),
            remote_messages=Buckets(limits.remote_messages, clock),
            visitors=Buckets(limits.remote_visitors, clock),
            vouch=vouch,
            who=who,
            rate=rate,
            ratings=Buckets(limits.ratings, clock),
            typing=typing,
        )

    def attach(self, app: web.Application) -> None:
        """Add the routes, the task that follows Redis, and the good-bye to sockets at shutdown."""
        app.add_routes(self.routes())
        app.cleanup_ctx.append(self._following)
        app.on_shutdown.append(self._say_goodbye)

    def routes(self) -> list[web.RouteDef]:
        """GET /chat, /widget.js, /widget.css, / and the page's assets under /site/."""
        return [web.get("/chat", self._open), *self._calendar.routes(), *self._pages.routes()]

    async def send(self, message: OutboundMessage) -> list[str]:
        """Put it into the visitor's log, once per message id; gives ``["<web id>:<seq>"]``.

        Raises SendError: RETRY when Redis is away (nothing is doubled by trying again), REFUSED for another channel's address.
        """
        if message.address.kind is not AddressKind.WEB:
            raise SendError("not a web chat address", SendFailure.REFUSED)
        web_id = message.address.value
        try:
            files = await self._calendar.keep(web_id, message.reply.dates)
            seq = await self._log.append(web_id, f"out:{message.id}", frames.outbound_line(message, files))
            if message.reply.response == SIGNED_OUT:
                await self._log.leave(web_id, seq)
        except StoreUnavailable as error:
            raise SendError("the log of the web chat is not available", SendFailure.RETRY) from error
        return [f"{web_id}:{seq}"]

    async def typing(self, address: Address, on: bool) -> None:
        """Show or hide "is typing". A nicety: it is dropped when Redis is away, and never raises."""
        with suppress(StoreUnavailable):
            await self._log.tell(address.value, "typing", on=on)

    async def _open(self, request: web.Request) -> web.StreamResponse:
        """GET /chat: only pages of known origins may open a socket (a browser cannot forge Origin)."""
        if request.headers.get("Origin", "").lower() not in self._origins:
            raise web.HTTPForbidden(text="this page may not open the chat")
        ws = web.WebSocketResponse(heartbeat=self._limits.heartbeat, max_msg_size=frames.MAX_FRAME, compress=False, timeout=3.0)
        if not ws.can_prepare(request):
            raise web.HTTPUpgradeRequired(text="a WebSocket is expected here", headers={"Upgrade": "websocket"})
        remote = place_of(request)
        if self._hub.sockets(remote) >= self._limits.sockets_per_remote or self._hub.sockets() >= self._limits.sockets:
            raise web.HTTPServiceUnavailable(text="too many chats are open", headers={"Retry-After": "30"})
        await ws.prepare(request)
        await Socket(self._chat, ws, remote).run()
        return ws

    async def _following(self, app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._hub.listen())
        yield
        self._hub.stop()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _say_goodbye(self, app: web.Application) -> None:
        await self._hub.close_all(1001, "the server is stopping")


def origins(public_url: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Origins that may open the chat: the public address, further sites that embed the widget, in the form browsers send.

    A loopback address counts under each of its names (127.0.0.1, localhost, [::1]), since people type any of them.
    ValueError for something that is not an http(s) address.
    """
    found: set[str] = set()
    for url in (public_url, *more):
        parts = urlsplit(url.strip())
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError(f"not an http(s) address: {url!r}")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
        hosts = _LOOPBACK if host in _LOOPBACK else (host,)
        found.update(f"{parts.scheme}://{name}{port}" for name in hosts)
    return frozenset(found)
