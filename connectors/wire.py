"""What every text channel needs of HTTP: a bounded read of a webhook's body, one POST to a vendor, partial sends.

Network failures become ``bot.ports.SendError`` here, in one place, by the only question that matters:
may the vendor have taken the message? Reasons never hold numbers, texts, addresses or tokens.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import aiohttp
from aiohttp import web

from bot.ports import SendError, SendFailure

Part = TypeVar("Part")

OnRefused: TypeAlias = Callable[[str], None]
"""Called with a short fixed word for each request turned away (a counter's label, so never taken from the request)."""

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=4)
"""Seconds for one POST to a vendor. Twilio and Meta answer in well under a second."""

ANSWER_LIMIT = 64 * 1024
"""Bytes of a vendor's answer that are read."""

RETRY_AFTER = "5"
"""Seconds a vendor is asked to wait when we could not store its message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer: HTTP status, its JSON object (empty when it is none), and ``Retry-After`` in seconds."""

    status: int
    body: dict[str, Any]
    after: float | None


async def read_body(request: web.Request, limit: int, on_refused: OnRefused) -> bytes:
    """The raw body; 413 (counted ``too_large``) as soon as more than ``limit`` bytes are announced or have come."""
    received = bytearray()
    if (request.content_length or 0) <= limit:
        async for chunk in request.content.iter_any():
            received += chunk
            if len(received) > limit:
                break
        else:
            return bytes(received)
    on_refused("too_large")
    raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=max(len(received), request.content_length or 0))


async def read_up_to(limit: int, content: aiohttp.StreamReader) -> bytes:
    """What comes, at most ``limit`` bytes. ``content.read(limit)`` gives what has come so far, which may be half of it."""
    received = bytearray()
    async for chunk in content.iter_any():
        received += chunk
        if len(received) >= limit:
            break
    return bytes(received[:limit])


def unavailable() -> web.Response:
    """503: it was not stored, so the vendor must bring it again."""
    return web.Response(status=503, text="not stored; please try again", headers={"Retry-After": RETRY_AFTER})


async def post(
    session: aiohttp.ClientSession, url: str, *, within: aiohttp.ClientTimeout, method: str = "POST", **request: Any
) -> Answer:
    """One POST (or GET, DELETE), no redirects, no second try.

    Raises SendError: RETRY when the connection was never made (refused, DNS, TLS, connect timeout),
    UNCERTAIN when it broke or timed out after the request may have left.
    """
    try:
        async with getattr(session, method.lower())(url, timeout=within, allow_redirects=False, **request) as response:
            raw = await read_up_to(ANSWER_LIMIT, response.content)
            return Answer(response.status, _object(raw), seconds_of(response.headers.get("Retry-After")))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ServerFingerprintMismatch) as error:
        raise SendError(f"no connection to the vendor: {type(error).__name__}", SendFailure.RETRY) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        # "from None": the chained error would carry the URL, and with it a token, into logs.
        raise SendError(f"no answer from the vendor: {type(error).__name__}", SendFailure.UNCERTAIN) from None


async def send_parts(send: Callable[[Part], Awaitable[str]], parts: Sequence[Part]) -> list[str]:
    """Send each part after the one before was taken; their ids in order.

    A failure after the first part carries the ids sent so far, and RETRY and ACCOUNT become UNCERTAIN: a second try
    would send the first parts twice.
    """
    sent: list[str] = []
    for part in parts:
        try:
            sent.append(await send(part))
        except SendError as error:
            if not sent:
                raise
            raise _partial(error, sent, len(parts)) from error
    return sent


def _partial(error: SendError, sent: Sequence[str], parts: int) -> SendError:
    return SendError(
        f"{error.reason}, after {len(sent)} of {parts} parts were sent",
        SendFailure.UNCERTAIN if error.failure in (SendFailure.RETRY, SendFailure.ACCOUNT) else error.failure,
        code=error.code,
        opted_out=error.opted_out,
        after=error.after,
        sent_ids=sent,
        account=error.account,
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def seconds_of(value: str | None) -> float | None:
    """``Retry-After`` as seconds; its date form is not used by Twilio or Meta and counts as absent."""
    return float(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else None
