"""A signed-in page vouches for its visitor: a JWT of the embedding site, in the chat's first frame (docs/identity.md).

HS256 with WEB_IDENTITY_SECRET and nothing else (RFC 8725: the algorithm is ours to choose, never the token's). Claims:
``aud`` our public address, ``tel`` the customer's number (E.164), ``iat``, ``exp`` (at most five minutes later), ``jti``
(used once), and ``level``: ``possessed`` (default) or ``proven`` when the site itself asked for a second factor.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from bot.model import Address, AddressKind, Proof
from bot.ports import Clock
from bot.ports.stores import Codes

ALGORITHM = "HS256"
LONGEST = 2048
LONGEST_LIFE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
HOLDS = {Proof.POSSESSED: timedelta(hours=12), Proof.PROVEN: timedelta(minutes=30)}
"""How long the page's word holds; the page says it again with each load."""
TEL = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
JTI = re.compile(r"[A-Za-z0-9_.-]{8,100}", re.ASCII)

Vouched = Callable[[Address, Address, Proof, datetime], Awaitable[object]]
"""Told who a page is: page, number, level, until when."""


class NotVouched(Exception):
    """The token proves nothing. The message is a fixed word for the log, never of the token; ``sentence`` is the notice."""

    def __init__(self, why: str, sentence: str = "utter_not_vouched") -> None:
        super().__init__(why)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """A texted link was shown. ``state``: ``whose`` (ask first; ``ends``: last figures of its number) or ``opened``."""

    state: str
    ends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPages:
    """Reads tokens. ``secrets``: the first is the current one, the others are still good while they are changed."""

    secrets: Sequence[str] = field(repr=False)
    audience: str
    codes: Codes
    vouched: Vouched
    clock: Clock

    async def __call__(self, web_id: str, token: str) -> None:
        """Make the visitor who the page says. Raises NotVouched, StoreUnavailable, DialogueUnavailable."""
        claims = self._claims(token)
        tel, proof = claims.get("tel"), {p.label: p for p in HOLDS}.get(str(claims.get("level", "possessed")))
        jti = claims.get("jti")
        if not isinstance(tel, str) or not TEL.fullmatch(tel) or proof is None:
            raise NotVouched("claims")
        if not isinstance(jti, str) or not JTI.fullmatch(jti):
            raise NotVouched("jti")
        if (seen := await self.codes.remembered(f"jti:{jti}")) == web_id:
            return  # the same page again (a reload, "back"): nothing to say, and nothing is proved anew
        kept = int((LONGEST_LIFE + 2 * LEEWAY).total_seconds())
        if seen is not None or not await self.codes.remember(f"jti:{jti}", web_id, kept):
            raise NotVouched("replayed")
        page, number = Address(AddressKind.WEB, web_id), Address(AddressKind.TEL, tel)
        try:
            await self.vouched(page, number, proof, self.clock() + HOLDS[proof])
        except BaseException:
            await self.codes.forget(f"jti:{jti}")  # the widget says it again
            raise

    def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST:
            raise NotVouched("too_long")
        for secret in self.secrets:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=[ALGORITHM],
                    audience=self.audience,
                    # the times are checked below, against our own clock
                    options={
                        "verify_exp": False,
                        "verify_iat": False,
                        "verify_nbf": False,
                        "require": ["exp", "iat", "aud", "jti"],
                    },
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.PyJWTError as error:
                raise NotVouched(type(error).__name__) from None
            self._check_times(claims)
            return claims
        raise NotVouched("signature")

    def _check_times(self, claims: dict[str, Any]) -> None:
        made, ends, now = _moment(claims["iat"]), _moment(claims["exp"]), self.clock()
        if now >= ends + LEEWAY:
            raise NotVouched("expired")
        if made > now + LEEWAY or ends - made > LONGEST_LIFE:
            raise NotVouched("times")


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**33:
        raise NotVouched("times")
    return datetime.fromtimestamp(value, UTC)
