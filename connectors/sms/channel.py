"""SMS through Twilio: receive, status, send.

Payloads: https://www.twilio.com/docs/messaging/guides/webhook-request (message),
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks (status).
Twilio adds fields without notice, so unknown ones are ignored; those we read are checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from bot.model import (
    Address,
    AddressKind,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    Media,
    OutboundMessage,
    Reply,
    map_of,
)
from bot.model.keywords import START, STOP
from bot.ports import Clock, Inbox, SendError, SendFailure, StoreUnavailable
from connectors.sms.gsm7 import cheapest, cost
from connectors.sms.own_numbers import OwnNumbers
from connectors.sms.split import split
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.twilio.errors import NOT_SENDERS
from connectors.twilio.webhook_signature import verified_form
from connectors.wire import OnRefused, send_parts, unavailable

RECEIVE, STATUS = "/twilio/sms", "/twilio/status"

BODY_LIMIT = 1600
"""Characters of one message of ours (error 21617); the door knows how much of a customer's is read (docs/door.md)."""

PREFERRED = 320
"""Characters we aim at for each message: what Twilio advises for delivery."""

MEDIA_LIMIT = 10
"""Files of one MMS."""

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>'

SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
OURS = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}", re.ASCII)
"""A number of ours that was texted: Twilio signed it with our account's token, so it is one. Short codes too."""
MIME = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)

OPT_OUT_TYPES = {"STOP": "stop", "START": "start", "HELP": "help"}
"""``OptOutType`` of Advanced Opt-Out: Twilio has already answered these."""

STATUSES: dict[str, DeliveryStatus | None] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "partially_delivered": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
    "receiving": None,  # of messages to us
    "received": None,
}
"""``MessageStatus`` -> what we record. They come out of order: the store never steps back."""


class Malformed(ValueError):
    """A signed form that is not what Twilio's page says; the text names the field and holds no value of it."""


def parse_message(form: Mapping[str, str], received_at: datetime) -> InboundMessage:
    """The form of ``POST /twilio/sms``. Raises Malformed.

    ``From`` must be E.164: ``whatsapp:``, ``rcs:``, short codes and alphanumeric senders cannot be answered here.
    """
    body = form.get("Body", "")
    return InboundMessage(
        id=f"{ChannelName.SMS}:{_matching(form, 'MessageSid', SID)}",
        channel=ChannelName.SMS,
        sender=Address(AddressKind.TEL, _matching(form, "From", E164)),
        received_at=received_at,
        text=body,
        media=(*_media(form), *_place(form)),
        keyword=_keyword(form),
        ours=to if OURS.fullmatch(to := form.get("To", "")) else None,
    )


def parse_status(form: Mapping[str, str], at: datetime) -> DeliveryReport | None:
    """The form of ``POST /twilio/status``; None for a status we keep no record of. Raises Malformed."""
    sid, code = _matching(form, "MessageSid", SID), form.get("ErrorCode", "")
    status = STATUSES.get(form.get("MessageStatus", ""))
    error = code if code.isascii() and code.isdigit() and len(code) < 7 and code.strip("0") else None
    return None if status is None else DeliveryReport(ChannelName.SMS, sid, status, at, error)


def _matching(form: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = form.get(name, "")
    if not pattern.fullmatch(value):
        raise Malformed(f"{name} is missing or not of its form")
    return value


def _media(form: Mapping[str, str]) -> tuple[Media, ...]:
    count = form.get("NumMedia") or "0"
    if not (count.isascii() and count.isdigit() and len(count) < 4 and int(count) <= MEDIA_LIMIT):
        raise Malformed("NumMedia is not a number from 0 to 10")
    return tuple(_one_media(form, n) for n in range(int(count)))


def _one_media(form: Mapping[str, str], n: int) -> Media:
    url, kind = form.get(f"MediaUrl{n}", ""), form.get(f"MediaContentType{n}", "")
    if not url.startswith(("https://", "http://")) or len(url) > 2000:
        raise Malformed(f"MediaUrl{n} is missing or no address")
    return Media(url, kind) if MIME.fullmatch(kind) else Media(url)


def _place(form: Mapping[str, str]) -> tuple[Media, ...]:
    """A location, where the sender's phone gave one."""
    try:
        title = " ".join(form.get(name, "") for name in ("Label", "Address"))
        return (map_of(float(form["Latitude"]), float(form["Longitude"]), title),)
    except (KeyError, ValueError):
        return ()


def _keyword(form: Mapping[str, str]) -> str | None:
    """``stop`` or ``start`` from OptOutType or the whole body; ``help`` only when Twilio says it has answered.

    All other words for the same are the door's to understand (``bot.door.opt_out_words``).
    """
    word = form.get("Body", "").strip().casefold()
    said = "stop" if word in STOP else "start" if word in START else None
    return OPT_OUT_TYPES.get(form.get("OptOutType", "").upper()) or said


class Sms:
    """The SMS channel of one account, whatever number of it is texted.

    ``render`` writes a reply as plain text with its options numbered (``bot.menus.menu.texted``); ``on_segments`` is
    told what each sent message costs; ``on_ignored`` counts statuses that mean nothing to us; ``numbers`` remembers which of
    our numbers somebody texted.
    """

    name = ChannelName.SMS

    def __init__(
        self,
        account: TwilioAccount,
        client: TwilioClient,
        inbox: Inbox,
        *,
        render: Callable[[Reply], str],
        clock: Clock,
        on_refused: OnRefused,
        on_ignored: Callable[[str], None] = lambda kind: None,
        on_segments: Callable[[int], None] = lambda segments: None,
        numbers: OwnNumbers | None = None,
    ) -> None:
        self._account, self._client, self._inbox = account, client, inbox
        self._render, self._clock = render, clock
        self._on_refused, self._on_ignored, self._on_segments = on_refused, on_ignored, on_segments
        self._numbers = numbers

    def routes(self) -> list[web.RouteDef]:
        """The public routes of this channel."""
        return [web.post(RECEIVE, self.receive), web.post(STATUS, self.status)]

    async def receive(self, request: web.Request) -> web.Response:
        """A message from a customer: stored, then answered with empty TwiML (our reply goes by REST)."""
        form = await verified_form(request, self._account, self._on_refused)
        try:
            message = parse_message(form, self._clock())
            if self._numbers is not None and message.ours:
                await self._numbers.wrote_to(message.sender.value, message.ours)
            await self._inbox.accept(message)
        except Malformed as error:
            return self._bad(error)
        except StoreUnavailable:
            return unavailable()
        return web.Response(text=EMPTY_TWIML, content_type="text/xml")

    async def status(self, request: web.Request) -> web.Response:
        """What became of a message of ours."""
        form = await verified_form(request, self._account, self._on_refused)
        try:
            report = parse_status(form, self._clock())
            if report is not None:
                await self._inbox.report(report)
        except Malformed as error:
            return self._bad(error)
        except StoreUnavailable:
            return unavailable()
        if report is None:
            self._on_ignored("status")
        return web.Response(status=204)

    async def send(self, message: OutboundMessage) -> list[str]:
        """Send as one or more SMS, each after the one before was taken; the sids in order. Raises SendError."""
        if message.address.kind is not AddressKind.TEL:
            raise SendError("SMS goes to telephone numbers only", SendFailure.REFUSED)
        parts = texts(message.reply, self._render)
        if not parts:
            raise SendError("nothing to send: the reply has no words", SendFailure.REFUSED)

        ours = await self._ours(message)
        try:
            return await self._send(parts, message.address.value, ours)
        except SendError as error:
            if ours is None or error.sent_ids or error.code not in NOT_SENDERS:
                raise
        return await self._send(parts, message.address.value, None)  # we had that number once

    async def _send(self, parts: Sequence[str], to: str, ours: str | None) -> list[str]:
        async def one(part: str) -> str:
            sid = await self._client.create_message(to, part, self._account.public(STATUS), ours)
            self._on_segments(cost(part).segments)
            return sid

        return await send_parts(one, parts)

    async def _ours(self, message: OutboundMessage) -> str | None:
        """The number that was written to: with the message that this answers, else last of all. None: the account's own."""
        if message.ours is not None or self._numbers is None:
            return message.ours
        try:
            return await self._numbers.of(message.address.value)
        except StoreUnavailable:
            raise SendError("the store did not answer before the send", SendFailure.RETRY) from None

    def _bad(self, error: Malformed) -> web.Response:
        self._on_refused("malformed")
        return web.Response(status=400, text=str(error))


def texts(reply: Reply, render: Callable[[Reply], str]) -> list[str]:
    """The bodies that carry a reply: options numbered, media as links, in the cheapest encoding, split and marked."""
    media = [f"{m.title}: {m.url}" if m.title else m.url for m in reply.media]
    lines = [render(reply).strip(), *media]
    return marked(cheapest("\n".join(line for line in lines if line)))


def marked(text: str) -> list[str]:
    """The messages for a text; of several each begins with ``(1/2)``, since carriers may change their order.

    The mark counts towards the limits and is in GSM-7, so that it changes no message's encoding.
    """
    parts = split(text, PREFERRED, BODY_LIMIT)
    while len(parts) > 1:
        room = len(_mark(len(parts), len(parts)))
        parts = split(text, PREFERRED - room, BODY_LIMIT - room)
        if len(_mark(len(parts), len(parts))) <= room:  # the marks may have brought the tenth part with them
            return [_mark(n, len(parts)) + part for n, part in enumerate(parts, 1)]
    return parts


def _mark(number: int, count: int) -> str:
    return f"({number}/{count}) "
