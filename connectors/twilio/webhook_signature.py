"""Whether Twilio really sent a webhook or opened a WebSocket: ``X-Twilio-Signature``.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
The URL that is checked is built from the configured public address, never from ``Host`` or a proxy's header.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from connectors.twilio.client import TwilioAccount
from connectors.wire import OnRefused, read_body

FORM_LIMIT = 64 * 1024
"""Bytes of one webhook. Twilio's own are below 10 kB."""

FIELD_LIMIT = 500
"""Fields of one webhook; ten media files with all geographic fields are about 60."""

FORM = "application/x-www-form-urlencoded"
SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


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
    return str(RequestValidator(token).compute_signature(url, MultiDict(fields)))


def port_variants(url: str) -> Iterator[str]:
    """The URL as it is, and with the port left out or the scheme's default port put in.

    Twilio signs sometimes with and sometimes without it. Ours, because ``RequestValidator.validate`` puts 80 into ``wss``
    addresses and takes IPv6 ones apart (docs/decisions/0013).
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
