"""What our routes in Rasa's server share: the gateway's token, and errors told without words."""

from __future__ import annotations

import hmac
import traceback
from typing import Any

from rasa.shared.exceptions import RasaException
from sanic.request import Request

MIN_TOKEN = 16


def token_from(credentials: dict[str, Any] | None, channel: str) -> str:
    """``token`` of a channel in credentials.yml; RasaException (Rasa does not start) when it is missing or short."""
    token = str((credentials or {}).get("token") or "")
    if len(token) < MIN_TOKEN or token.startswith("${"):
        raise RasaException(f"credentials.yml: {channel} needs a `token` of {MIN_TOKEN} characters or more (RASA_TOKEN).")
    return token


def authorised(request: Request, token: str) -> bool:
    """True for our bearer token; compared in constant time."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return bool(kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()))


def where(error: BaseException) -> str:
    """An exception for the log: its kind and the places it passed, not its message, which may hold a customer's words."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    return f"{type(error).__name__} at {' > '.join(places)}"
