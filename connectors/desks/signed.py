"""Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX, VERSION = "whsec_", "v1,"
TOLERANCE = timedelta(minutes=5)
"""The replay window: what was signed longer ago, or is of the future, is refused."""


class NotSigned(Exception):
    """The request is not of who has the key, or is an old one; the message is a word for a counter."""


def headers(keys: Sequence[str], number: str, at: datetime, body: bytes) -> dict[str, str]:
    """Of one attempt: the id stays over retries, the time is the attempt's. Each key signs, so that they can be changed."""
    moment = str(int(at.timestamp()))
    signed = " ".join(f"{VERSION}{_signature(key, number, moment, body)}" for key in keys)
    return {ID: number, TIMESTAMP: moment, SIGNATURE: signed, "Content-Type": "application/json"}


def checked(keys: Sequence[str], given: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The webhook's id. Raises NotSigned."""
    number, moment, signatures = given.get(ID, ""), given.get(TIMESTAMP, ""), given.get(SIGNATURE, "")
    if not number or len(number) > 200 or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        raise NotSigned("unsigned")
    right = [f"{VERSION}{_signature(key, number, moment, body)}".encode() for key in keys]
    tried = signatures.encode("utf-8", "replace").split(b" ")[:10]
    if not any(hmac.compare_digest(one, each) for one in tried for each in right):
        raise NotSigned("signature")
    if abs(now - datetime.fromtimestamp(int(moment), UTC)) > TOLERANCE:
        raise NotSigned("old")
    return number


def _signature(key: str, number: str, moment: str, body: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    digest = hmac.new(raw, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
