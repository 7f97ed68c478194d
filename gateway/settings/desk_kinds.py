"""How the values of desks of others are read (``gateway.settings.other_desks``)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from gateway.settings.kinds import base_url, loopback_url

WEBHOOK, CHATWOOT, ZAMMAD = "webhook", "chatwoot", "zammad"
KINDS = (WEBHOOK, CHATWOOT, ZAMMAD)
QUEUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
PREFIX, LEAST, MOST = "whsec_", 24, 64
"""Of a key as Standard Webhooks has it: bytes."""


def targets(text: str) -> Mapping[str, str]:
    """``general=webhook, cards=chatwoot``. ValueError with the end of a sentence."""
    found: dict[str, str] = {}
    for part in (part.strip() for part in text.split(",")):
        queue, equals, desk = (piece.strip() for piece in part.partition("="))
        if not equals or not QUEUE.fullmatch(queue) or desk not in KINDS or queue in found:
            raise ValueError(
                f"has {part[:40]!r}: write a queue and its desk once, as general=webhook; desks: {', '.join(KINDS)}."
            )
        found[queue] = desk
    return found


def signing_keys(text: str) -> tuple[str, ...]:
    """Keys of Standard Webhooks, separated by commas. ValueError with the end of a sentence."""
    keys = tuple(part.strip() for part in text.split(","))
    for key in keys:
        try:
            raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raw = b""
        if not key.startswith(PREFIX) or not LEAST <= len(raw) <= MOST:
            raise ValueError(
                f"must be {PREFIX} and {LEAST} to {MOST} random bytes in Base64 (docs/other-desks.md has a command)."
            )
    return keys


def desk_url(text: str) -> str:
    """Customers' words go there: https, or this machine. ValueError with the end of a sentence."""
    if base_url(text).startswith("http:") and not loopback_url(text):
        raise ValueError("may be plain http only on this machine (127.0.0.1, localhost): use https.")
    return text
