"""Messenger: the handshake, receive, and send.

Webhook: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
Send API: https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.model import Address, AddressKind, ChannelName, DeliveryReport, DeliveryStatus, OutboundMessage, Reply
from bot.ports import Clock, Inbox, SendError, SendFailure, StoreUnavailable
from connectors.messenger.contents import contents
from connectors.messenger.errors import WINDOW, failure_of
from connectors.messenger.events import Colleague, Delivered, Event, Ignored, Malformed, Read, Said, Touched, parse
from connectors.messenger.threads import Threads
from connectors.wire import TIMEOUT, OnRefused, post, read_body, send_parts, unavailable

PATH = "/messenger"

BODY_LIMIT = 256 * 1024
"""Bytes of one webhook body."""

REPLY_WINDOW = timedelta(hours=24)

CHALLENGE = re.compile(r"[0-9]{1,32}", re.ASCII)
SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessengerApp:
    """One app and its page. ``page_id``: when given, events for other pages are passed over."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    page_token: str = field(repr=False)
    page_id: str | None = None
    api_url: str = "https://graph.facebook.com"
    version: str = "v26.0"


class Messenger:
    """The Messenger channel of one page.

    ``render`` writes options as numbered text where they cannot be tapped (``bot.menus.menu.numbered``).
    ``on_ignored`` counts what was passed over (echo, standby, unknown kinds ...).
    """

    name = ChannelName.MESSENGER

    def __init__(
        self,
        app: MessengerApp,
        session: aiohttp.ClientSession,
        inbox: Inbox,
        threads: Threads,
        *,
        render: Callable[[Reply], str],
        clock: Clock,
        on_refused: OnRefused,
        on_ignored: Callable[[str], None] = lambda kind: None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._app, self._session, self._timeout = app, session, timeout
        self._inbox, self._threads = inbox, threads
        self._render, self._clock = render, clock
        self._on_refused, self._on_ignored = on_refused, on_ignored

    def routes(self) -> list[web.RouteDef]:
        """The public routes of this channel."""
        return [web.get(PATH, self.handshake, allow_head=False), web.post(PATH, self.receive)]

    async def handshake(self, request: web.Request) -> web.Response:
        """Meta asks once, when the webhook is set up: 200 with the bare challenge, or 403 (counted)."""
        query = request.query
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(token, self._app.verify_token.encode()):
            self._on_refused("verify_token")
            raise web.HTTPForbidden(text="the verify token does not match: check MESSENGER_VERIFY_TOKEN")
        challenge = query.get("hub.challenge", "")
        if not CHALLENGE.fullmatch(challenge):  # it is echoed, so it may hold digits only
            self._on_refused("malformed")
            raise web.HTTPBadRequest(text="hub.challenge is not a number")
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """A batch of events: all of it is stored before the 200. A repeated message changes nothing."""
        body = await self._verified(request)
        try:
            for event in parse(body, self._clock(), self._app.page_id):
                await self._take(event)
        except Malformed as error:
            self._on_refused("malformed")
            return web.Response(status=400, text=str(error))
        except StoreUnavailable:
            return unavailable()
        return web.Response(text="EVENT_RECEIVED")

    async def send(self, message: OutboundMessage) -> list[str]:
        """Send in order, inside the 24 hours only (else REFUSED, code ``window``); the mids. Raises SendError."""
        if message.address.kind is not AddressKind.MESSENGER:
            raise SendError("not a Messenger address", SendFailure.REFUSED)
        psid = message.address.value
        await self._check_window(psid)
        bodies = contents(message.reply, message.menu_id, self._render)
        if not bodies:
            raise SendError("nothing to send: the reply has neither words nor media", SendFailure.REFUSED)

        async def one(body: dict[str, Any]) -> str:
            return await self._send_one(psid, body)

        return await send_parts(one, bodies)

    async def working(self, address: Address) -> None:
        """Show *seen* and the typing dots, for a worker that takes up a message. Best effort: nothing is raised."""
        for action in ("mark_seen", "typing_on"):
            try:
                await self._call({"recipient": {"id": address.value}, "sender_action": action})
            except SendError:
                self._on_ignored("sender_action")
                return

    async def _verified(self, request: web.Request) -> bytes:
        """The raw body when ``X-Hub-Signature-256`` is its HMAC; 415, 413 or 403, counted, otherwise."""
        if request.content_type != "application/json":
            self._on_refused("content_type")
            raise web.HTTPUnsupportedMediaType(text="expected application/json")
        body = await read_body(request, BODY_LIMIT, self._on_refused)
        given = SIGNATURE.fullmatch(request.headers.get("X-Hub-Signature-256", ""))
        if given is None:
            self._on_refused("unsigned")
            raise web.HTTPForbidden(text="X-Hub-Signature-256 is missing or not of its form")
        if not hmac.compare_digest(given[1], hmac.new(self._app.app_secret.encode(), body, hashlib.sha256).hexdigest()):
            self._on_refused("signature")
            raise web.HTTPForbidden(text="the signature does not match: check MESSENGER_APP_SECRET")
        return body

    async def _take(self, event: Event) -> None:
        match event:
            case Said(message):
                await self._threads.opened(message.sender.value, message.received_at)
                await self._inbox.accept(message)
            case Colleague(mid, message):
                if await self._threads.is_ours(message.sender.value, mid):
                    self._on_ignored("echo")
                else:
                    await self._inbox.accept(message)
            case Touched(psid, at):
                await self._threads.opened(psid, at)
            case Delivered(psid, mids, watermark):
                await self._report(mids or await self._threads.sent_until(psid, watermark), DeliveryStatus.DELIVERED)
            case Read(psid, watermark):
                await self._report(await self._threads.sent_until(psid, watermark), DeliveryStatus.READ)
                await self._threads.forget_until(psid, watermark)
            case Ignored(kind):
                self._on_ignored(kind)

    async def _report(self, mids: Iterable[str], status: DeliveryStatus) -> None:
        for mid in mids:
            await self._inbox.report(DeliveryReport(self.name, mid, status, self._clock()))

    async def _check_window(self, psid: str) -> None:
        try:
            last = await self._threads.last_inbound(psid)
        except StoreUnavailable:
            raise SendError("the store did not answer before the send", SendFailure.RETRY) from None
        if last is None or self._clock() - last >= REPLY_WINDOW:
            raise SendError("more than 24 hours since the customer last wrote", SendFailure.REFUSED, code=WINDOW)

    async def _send_one(self, psid: str, content: dict[str, Any]) -> str:
        before = self._clock()
        answer = await self._call({"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": content})
        mid = answer.get("message_id")
        if not isinstance(mid, str) or not mid:
            raise SendError("Meta took it and told no message_id", SendFailure.UNCERTAIN)
        await self._remember(psid, mid, before)
        return mid

    async def _remember(self, psid: str, mid: str, at: datetime) -> None:
        """For read receipts. The message is out: a store that is down must not make that look like a failure."""
        try:
            await self._threads.sent(psid, mid, at)
        except StoreUnavailable:
            self._on_ignored("receipt_lost")

    async def _call(self, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the Send API with the page token and Meta's proof that the caller holds the app secret."""
        token = self._app.page_token
        proof = hmac.new(self._app.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        url = f"{self._app.api_url.rstrip('/')}/{self._app.version}/me/messages"
        query = {"access_token": token, "appsecret_proof": proof}
        answer = await post(self._session, url, within=self._timeout, params=query, json=body)
        if answer.status != 200:
            raise failure_of(answer)
        return answer.body
