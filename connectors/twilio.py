"""Twilio: who really sent a request, and the two resources we write to (messages and calls).

Signatures: https://www.twilio.com/docs/usage/webhooks/webhooks-security
The URL that is checked is built from the configured public address, never from ``Host`` or a proxy's header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

import aiohttp
from aiohttp import web
from multidict import MultiDict

from bot.ports import SendError, SendFailure
from connectors.twilio_errors import failure_of
from connectors.wire import TIMEOUT, OnRefused, post, read_body

FORM_LIMIT = 64 * 1024
"""Bytes of one webhook. Twilio's own are below 10 kB."""

FIELD_LIMIT = 500
"""Fields of one webhook; ten media files with all geographic fields are about 60."""

FORM = "application/x-www-form-urlencoded"
SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
CREATED, GONE = range(200, 300), 404


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """One account. The first of ``auth_tokens`` signs our requests; each is accepted on Twilio's (rotation).

    ``api_url`` and ``public_url`` are base addresses without a path of their own; numbers are E.164.
    """

    sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    api_url: str
    sms_number: str
    voice_number: str
    public_url: str

    def public(self, path_and_query: str) -> str:
        """An address of ours as Twilio knows it: ``public("/twilio/status")``."""
        return self.public_url.rstrip("/") + path_and_query


async def verified_form(request: web.Request, account: TwilioAccount, on_refused: OnRefused) -> MultiDict[str]:
    """The form of a webhook that Twilio signed, blank and repeated fields included.

    Raises (and counts as the word in brackets): 415 ``content_type``, 413 ``too_large``, 400 ``malformed``
    when it is no UTF-8 form, 403 ``unsigned``, ``shared_key`` or ``signature``. Nothing is looked at before that.
    """
    if request.content_type != FORM:
        on_refused("content_type")
        raise web.HTTPUnsupportedMediaType(text=f"expected {FORM}")
    body = await read_body(request, FORM_LIMIT, on_refused)
    signature = _signature(request, on_refused)
    form = _form(body, on_refused)
    url = account.public(_target(request))
    _check(signature, [(variant, form) for variant in port_variants(url)], account, on_refused)
    return form


def verified_websocket(request: web.Request, account: TwilioAccount, on_refused: OnRefused) -> None:
    """Return when Twilio signed this WebSocket handshake; 403, counted, otherwise.

    Twilio signs the ``wss`` address; its own package reads the query as parameters, its docs as part of the
    address, so both are tried. https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    signature = _signature(request, on_refused)
    url = account.public(_target(request)).replace("http", "ws", 1)
    bare, _, query = url.partition("?")
    as_fields = MultiDict(parse_qsl(query, keep_blank_values=True))
    candidates = [(variant, MultiDict[str]()) for variant in port_variants(url)]
    candidates += [(variant, as_fields) for variant in port_variants(bare)]
    _check(signature, candidates, account, on_refused)


def signature_of(url: str, fields: Iterable[tuple[str, str]], token: str) -> str:
    """``X-Twilio-Signature``: base64 of HMAC-SHA1 over the URL and each distinct name and value, sorted."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def port_variants(url: str) -> Iterator[str]:
    """The URL as it is, and with the port left out or the scheme's default port put in.

    Twilio signs sometimes with and sometimes without it.
    """
    parts = urlsplit(url)
    yield url
    host = _without_port(parts)
    if parts.port is None:
        yield parts._replace(netloc=f"{host}:{DEFAULT_PORTS[parts.scheme]}").geturl()
    else:
        yield parts._replace(netloc=host).geturl()


def _without_port(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    bare = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return user + at + bare


def _target(request: web.Request) -> str:
    """Path and query exactly as sent: the signature is over the original percent-encoding."""
    raw = request.raw_path
    return raw if raw.startswith("/") else request.path_qs


def _signature(request: web.Request, on_refused: OnRefused) -> str:
    if "HMAC_SHA256" in request.headers.get(SETTINGS, "").upper():
        raise _forbidden("shared_key", "signed with a shared key, but this installation checks auth tokens", on_refused)
    signature = request.headers.get(SIGNATURE)
    if not signature:
        raise _forbidden("unsigned", f"{SIGNATURE} is missing", on_refused)
    return signature


def _form(body: bytes, on_refused: OnRefused) -> MultiDict[str]:
    """Strict UTF-8, blank fields kept: Twilio signs them too."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELD_LIMIT)
    except ValueError:
        on_refused("malformed")
        raise web.HTTPBadRequest(text="not a form in UTF-8") from None
    return MultiDict(pairs)


def _check(signature: str, candidates: list[tuple[str, MultiDict[str]]], account: TwilioAccount, on_refused: OnRefused) -> None:
    given, matched = signature.encode("utf-8", "replace"), False
    for token in account.auth_tokens:
        for url, fields in candidates:
            matched |= hmac.compare_digest(signature_of(url, fields.items(), token).encode(), given)
    if not matched:
        raise _forbidden("signature", "the signature does not match: check PUBLIC_URL and TWILIO_AUTH_TOKEN", on_refused)


def _forbidden(reason: str, text: str, on_refused: OnRefused) -> web.HTTPForbidden:
    on_refused(reason)
    return web.HTTPForbidden(text=text)


@dataclass(frozen=True, slots=True)
class TwilioClient:
    """The REST calls we make, one POST each: a second try is the outbox's decision, never made here.

    https://www.twilio.com/docs/messaging/api/message-resource , https://www.twilio.com/docs/voice/api/call-resource
    """

    session: aiohttp.ClientSession
    account: TwilioAccount
    timeout: aiohttp.ClientTimeout = TIMEOUT

    async def create_message(self, to: str, body: str, status_callback: str) -> str:
        """Send one SMS (at most 1600 characters) and return its sid. Raises SendError."""
        form = {"To": to, "From": self.account.sms_number, "Body": body, "StatusCallback": status_callback}
        return await self._post("Messages.json", list(form.items()))

    async def create_call(
        self,
        to: str,
        from_: str,
        url: str,
        *,
        status_callback: str | None = None,
        status_events: Sequence[str] = (),
        ring_seconds: int | None = None,
        machine_detection: str | None = None,
    ) -> str:
        """Ring ``to``; Twilio asks ``url`` for TwiML when it is answered. Returns the call's sid. Raises SendError."""
        form = [("To", to), ("From", from_), ("Url", url)]
        if status_callback:
            form += [("StatusCallback", status_callback), *(("StatusCallbackEvent", event) for event in status_events)]
        if ring_seconds is not None:
            form.append(("Timeout", str(ring_seconds)))
        if machine_detection:
            form.append(("MachineDetection", machine_detection))
        return await self._post("Calls.json", form)

    async def update_call(self, sid: str, *, url: str | None = None, twiml: str | None = None, status: str | None = None) -> None:
        """Change a live call: new TwiML from ``url``, or ``twiml`` itself (4000 characters), or ``status`` ``completed``.

        Exactly one of the three (ValueError otherwise). Raises SendError; 21220 when the call is over.
        """
        given = [(name, value) for name, value in (("Url", url), ("Twiml", twiml), ("Status", status)) if value is not None]
        if len(given) != 1:
            raise ValueError("update_call takes exactly one of url, twiml and status")
        await self._post(f"Calls/{quote(sid, safe='')}.json", given)

    async def update_participant(self, conference: str, who: str, **fields: str) -> None:
        """Change somebody in a conference (``who``: call sid or label) by the resource's own parameters. Raises SendError."""
        await self._post(
            f"Conferences/{quote(conference, safe='')}/Participants/{quote(who, safe='')}.json", list(fields.items()), ""
        )

    async def add_participant(self, conference: str, **fields: str) -> str:
        """Ring somebody into a conference; the call's sid. Raises SendError."""
        return await self._post(f"Conferences/{quote(conference, safe='')}/Participants.json", list(fields.items()), "call_sid")

    async def remove_participant(self, conference: str, who: str) -> None:
        """Put somebody out of a conference; one who has just gone is out. Raises SendError."""
        url = self._url(f"Conferences/{quote(conference, safe='')}/Participants/{quote(who, safe='')}.json")
        answer = await post(self.session, url, within=self.timeout, headers=self._headers(), method="DELETE")
        if answer.status not in (*CREATED, GONE):
            raise failure_of(answer)

    async def update_conference_recording(self, conference: str, recording: str, status: str) -> None:
        """``paused``, ``in-progress`` or ``stopped``. Raises SendError."""
        form = [("Status", status)] + ([("PauseBehavior", "skip")] if status == "paused" else [])
        await self._post(f"Conferences/{quote(conference, safe='')}/Recordings/{quote(recording, safe='')}.json", form)

    async def recording(self, sid: str) -> bytes | None:
        """A recording as a WAV file; None when there is none (yet). Raises SendError.

        https://www.twilio.com/docs/voice/api/recording#fetch-a-recording-media-file
        """
        url = self._url(f"Recordings/{quote(sid, safe='')}.wav")
        try:
            async with self.session.get(url, headers=self._headers(), timeout=self.timeout) as response:
                return await response.content.read() if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(f"no answer from the vendor: {type(error).__name__}", SendFailure.RETRY) from None

    def _url(self, resource: str) -> str:
        return f"{self.account.api_url.rstrip('/')}/2010-04-01/Accounts/{quote(self.account.sid, safe='')}/{resource}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(self.account.sid, self.account.auth_tokens[0])}

    async def _post(self, resource: str, form: list[tuple[str, str]], sid: str = "sid") -> str:
        """POST one form; the sid of what was made, under the name ``sid`` in the answer (empty name: none is expected)."""
        answer = await post(self.session, self._url(resource), within=self.timeout, headers=self._headers(), data=form)
        if answer.status not in CREATED:
            raise failure_of(answer)
        return _sid(answer.body, sid) if sid else ""


def _sid(body: Mapping[str, object], name: str) -> str:
    sid = body.get(name)
    if not isinstance(sid, str) or not sid:
        raise SendError("Twilio took it and told no sid", SendFailure.UNCERTAIN)
    return sid
