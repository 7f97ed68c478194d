"""One-time codes of an app (TOTP, https://www.rfc-editor.org/rfc/rfc6238) as a second factor, and codes for when it is lost.

Hash ``ot:desk:codes:<username>``: ``secret`` and ``pending`` (not confirmed yet), both encrypted, and ``step``, the last time
step that was used: a code is taken once. Set ``ot:desk:recovery:<username>``: SHA-256 of each recovery code that is left.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, cast

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from pyotp.exceptions import OTPVerificationError
from redis.asyncio import Redis

from bot.facts.audit import agent_changed
from bot.ports import Clock, Facts
from desk.passwords import ALPHABET
from desk.store import answered, digest, text

ISSUER = "Onethread Desk"
DRIFT = 1
"""Steps of 30 s that a clock may be off, either way."""
RECOVERY = 10
# In one step, so that of two sign-ins with one code one fails.
LATER_ONLY = (
    "if tonumber(ARGV[1]) <= tonumber(redis.call('HGET', KEYS[1], 'step') or '0') then return 0 end "
    "redis.call('HSET', KEYS[1], 'step', ARGV[1]) return 1"
)


def sealing_key(secret: bytes) -> bytes:
    """The key that secrets are encrypted with, from the installation's own secret."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"desk one-time codes:" + secret).digest())


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What goes into the app: by hand, or by its picture of ``uri``."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class OneTimeCodes:
    """Methods raise StoreUnavailable. What cannot be told of is not done."""

    def __init__(self, redis: Redis, key: bytes, *, clock: Clock, facts: Facts) -> None:
        self._redis, self._clock, self._facts = redis, clock, facts
        self._fernet = Fernet(key)

    async def needed(self, username: str) -> bool:
        """Whether they must give a code to sign in."""
        with answered():
            return bool(await cast(Awaitable[Any], self._redis.hexists(_key(username), "secret")))

    async def left(self, username: str) -> int:
        """How many recovery codes."""
        with answered():
            return int(await self._redis.scard(_recovery(username)))

    async def begin(self, username: str) -> Enrolment:
        """A new secret, which counts from ``confirm`` on."""
        secret = pyotp.random_base32()
        with answered():
            await self._redis.hset(_key(username), "pending", self._fernet.encrypt(secret.encode()))
        return self._enrolment(username, secret)

    async def begun(self, username: str) -> bool:
        """Whether there is one that is not confirmed; it is not shown again."""
        return await self._secret(username, "pending") is not None

    async def confirm(self, username: str, typed: str) -> list[str] | None:
        """The recovery codes, told this once, when the app shows what we expect; else None."""
        secret = await self._secret(username, "pending")
        step = self._step(secret, typed) if secret else None
        if secret is None or step is None:
            return None
        await self._told(username, "second_factor")
        codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY)]
        with answered():
            await self._redis.delete(_recovery(username))
            await self._redis.sadd(_recovery(username), *(digest(_plain(code)) for code in codes))
            record = {"secret": self._fernet.encrypt(secret.encode()), "step": step}
            await self._redis.hset(_key(username), mapping=cast(Any, record))
            await self._redis.hdel(_key(username), "pending")
        return codes

    async def check(self, username: str, typed: str) -> bool:
        """Whether it is a code of the app that was not used yet, or a recovery code, which is used up by it."""
        secret = await self._secret(username, "secret")
        step = self._step(secret, typed) if secret else None
        with answered():
            if step is not None:
                return bool(await self._redis.eval(LATER_ONLY, 1, _key(username), str(step)))
            return bool(secret) and bool(await self._redis.srem(_recovery(username), digest(_plain(typed))))

    async def remove(self, username: str, by: str) -> None:
        """The password alone is enough again."""
        if await self.needed(username):
            await self._told(username, "no_second_factor", by)
        await forget(self._redis, username)

    def _step(self, secret: str, typed: str) -> int | None:
        try:
            return pyotp.TOTP(secret).verify_and_get_timecode(_plain(typed), for_time=self._clock(), valid_window=DRIFT)
        except OTPVerificationError:
            return None

    def _enrolment(self, username: str, secret: str) -> Enrolment:
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))

    async def _secret(self, username: str, name: str) -> str | None:
        """None also where it was encrypted with another key: nothing is proved by it then."""
        with answered():
            kept = await cast(Awaitable[Any], self._redis.hget(_key(username), name))
        try:
            return self._fernet.decrypt(text(kept)).decode() if kept else None
        except InvalidToken:
            return None

    async def _told(self, username: str, change: str, by: str = "") -> None:
        await self._facts.append([agent_changed(username, change, by or username, self._clock())])


async def forget(redis: Redis, username: str) -> None:
    """Somebody's codes, without a word: their account is reset or removed, which is told. Raises StoreUnavailable."""
    with answered():
        await redis.delete(_key(username))
        await redis.delete(_recovery(username))


def _plain(typed: str) -> str:
    """As it counts: without blanks and dashes, figures of any script as ours."""
    folded = unicodedata.normalize("NFKC", typed[:64]).casefold()
    return "".join(str(unicodedata.digit(c, c)) for c in folded if not c.isspace() and c not in "-\u2010\u2011\u2013")


def _key(username: str) -> str:
    return f"ot:desk:codes:{username}"


def _recovery(username: str) -> str:
    return f"ot:desk:recovery:{username}"
