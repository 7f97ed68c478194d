"""Twilio's Access Tokens, checked as Twilio does: algorithm, key, account, signature, times, identity, grant.

https://www.twilio.com/docs/iam/access-tokens ; error codes as the Voice SDK gives them (https://www.twilio.com/docs/api/errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import jwt

from simulator.settings import SimulatorSettings

LONGEST_LIFE = 24 * 3600
LONGEST = 4096
CONTENT_TYPE = "twilio-fpa;v=1"
IDENTITY = r"[A-Za-z0-9_]{1,121}"
"""https://www.twilio.com/docs/voice/twiml/client"""

INVALID, EXPIRED, BAD_SIGNATURE = 20101, 20104, 31202
SENTENCES = {
    INVALID: "Invalid Access Token",
    EXPIRED: "Access Token expired or expiration date invalid",
    BAD_SIGNATURE: "Access Token signature validation failed",
}


class TokenRefused(Exception):
    """The token is not good. ``code`` is Twilio's; the message says why, and is never of the token."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{SENTENCES[code]}: {why}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Claims:
    """Who may be rung, and until when (seconds since 1970)."""

    identity: str
    expires: float


def check_token(token: object, settings: SimulatorSettings, now: float) -> Claims:
    """The token's claims. Raises TokenRefused. ``now`` is real time: the simulator's own may have been moved."""
    if not isinstance(token, str) or len(token) > LONGEST or not settings.api_key_secret:
        raise TokenRefused(INVALID, "there is none, or this simulator has no API key")
    header, claims = _read(token, settings.api_key_secret)
    if header.get("cty") != CONTENT_TYPE:
        raise TokenRefused(INVALID, f"its header must say cty {CONTENT_TYPE}")
    if claims.get("iss") != settings.api_key_sid or claims.get("sub") != settings.account_sid:
        raise TokenRefused(INVALID, "iss must be the API key, sub the account")
    expires = _times(claims, now)
    return Claims(_identity(claims.get("grants")), expires)


def _read(token: str, secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        # the times are checked against our own now
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        )
        return jwt.get_unverified_header(token), claims
    except jwt.InvalidSignatureError:
        raise TokenRefused(BAD_SIGNATURE, "it was not signed with the API key's secret") from None
    except jwt.PyJWTError as error:
        raise TokenRefused(INVALID, type(error).__name__) from None


def _times(claims: dict[str, Any], now: float) -> float:
    expires, begins = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, int | float) or not isinstance(begins, int | float):
        raise TokenRefused(INVALID, "exp and nbf must be numbers")
    if expires <= now:
        raise TokenRefused(EXPIRED, "its time is over")
    if expires - now > LONGEST_LIFE + 60:
        raise TokenRefused(INVALID, "it is good for more than 24 hours")
    if begins > now + 60:
        raise TokenRefused(INVALID, "it is not valid yet")
    return float(expires)


def _identity(grants: object) -> str:
    if not isinstance(grants, dict) or not isinstance(grants.get("identity"), str):
        raise TokenRefused(INVALID, "it names no identity")
    identity: str = grants["identity"]
    if not re.fullmatch(IDENTITY, identity, re.ASCII):
        raise TokenRefused(INVALID, "the identity has other characters than letters, figures and _")
    voice = grants.get("voice")
    incoming = voice.get("incoming") if isinstance(voice, dict) else None
    if not isinstance(incoming, dict) or incoming.get("allow") is not True:
        raise TokenRefused(INVALID, "its voice grant does not allow incoming calls")
    return identity
