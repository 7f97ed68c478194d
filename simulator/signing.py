"""The signatures that vendors put on webhooks, and ids in their form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from urllib.parse import urldefrag

Fields = Sequence[tuple[str, str]]


def twilio_signature(token: str, url: str, fields: Fields = ()) -> str:
    """X-Twilio-Signature of a form POST (or of a GET, without fields).

    https://www.twilio.com/docs/usage/webhooks/webhooks-security - the fragment with connection overrides is not signed.
    """
    names = sorted({name for name, _ in fields})
    text = urldefrag(url).url
    for name in names:
        text += "".join(name + value for value in sorted({v for n, v in fields if n == name}))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def hub_signature(app_secret: str, body: bytes) -> str:
    """X-Hub-Signature-256 over the raw bytes.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def new_sid(prefix: str) -> str:
    """A SID in Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def idempotency_token() -> str:
    """I-Twilio-Idempotency-Token: the same on each retry or duplicate of one webhook."""
    return str(uuid.uuid4())


def new_mid() -> str:
    """A Messenger message id."""
    return "m_" + secrets.token_urlsafe(48)


def new_psid() -> str:
    """A page-scoped id: 16 digits."""
    return str(1_000_000_000_000_000 + secrets.randbelow(9_000_000_000_000_000))
