"""One request to a desk's API, whose answers may be long: pages of messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import aiohttp

from bot.ports import SendError, SendFailure
from connectors.desks.answers import checked
from connectors.wire import TIMEOUT, Answer, read_up_to, seconds_of

LONGEST = 4 * 1024 * 1024
"""Bytes of an answer."""


P = ParamSpec("P")
T = TypeVar("T")
OTHER_SHAPE = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def understood(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Of a method that reads answers: one of another shape than is published is a SendError, UNCERTAIN, like one that
    is no JSON."""

    @wraps(method)
    async def reads(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except OTHER_SHAPE as error:
            reason = f"an answer is not as expected ({type(error).__name__})"
            raise SendError(reason, SendFailure.UNCERTAIN) from error

    return reads


async def ask(
    session: aiohttp.ClientSession, method: str, url: str, what: str, *, within: aiohttp.ClientTimeout = TIMEOUT, **request: Any
) -> dict[str, Any]:
    """The JSON object of a 2xx answer (a list: under ``payload``). ``what``: what is asked for, for the sentence of a SendError.
    No redirects, no second try."""
    try:
        async with session.request(method, url, timeout=within, allow_redirects=False, **request) as response:
            raw = await read_up_to(LONGEST + 1, response.content)
            checked(Answer(response.status, {}, seconds_of(response.headers.get("Retry-After"))), what)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ServerFingerprintMismatch) as error:
        raise SendError(f"{what}: no connection ({type(error).__name__})", SendFailure.RETRY) from None
    except (aiohttp.ClientError, TimeoutError) as error:  # "from None": the chained error would carry the URL into logs
        raise SendError(f"{what}: no answer ({type(error).__name__})", SendFailure.UNCERTAIN) from None
    if len(raw) > LONGEST:
        raise SendError(f"{what}: the answer is too long", SendFailure.RETRY)
    return _object(raw, what)


def _object(raw: bytes, what: str) -> dict[str, Any]:
    """What was done is done: an answer that cannot be read may have been a yes."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise SendError(f"{what}: the answer is no JSON", SendFailure.UNCERTAIN) from None
    return value if isinstance(value, dict) else {"payload": value}
