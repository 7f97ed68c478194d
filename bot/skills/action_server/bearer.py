"""Who may ask the action server: those with the token, wherever they ask from. An address on this machine is no proof."""

from __future__ import annotations

import hmac

from aiohttp import web


def has_token(request: web.Request, token: str) -> bool:
    """Whether the request's ``Authorization: Bearer ...`` is this token, compared in constant time; never for an empty one."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and kind.casefold() == "bearer" and hmac.compare_digest(_bytes(given.strip()), _bytes(token))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")  # a header may hold bytes that are no text


def refused() -> web.Response:
    """What whoever has none is told."""
    return web.json_response({"error": "a valid bearer token is needed"}, status=401)
