"""Passwords: argon2id hashes, one-time passwords, and the rule for a new one."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
# No letter or digit that is mistaken for another when it is read from a terminal.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(ValueError):
    """The new password is refused; the message is a sentence for the agent."""


def one_time_password() -> str:
    """Four groups of five characters: 99 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def derived_password(secret: bytes, seed: str) -> str:
    """As one that is made at random, and the same for everybody who knows ``secret`` and ``seed``."""
    digest = hmac.digest(secret, b"first agent:" + seed.encode(), "sha512")
    letters = [ALPHABET[byte % len(ALPHABET)] for byte in digest[:20]]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def check_new(password: str, username: str) -> None:
    """Raise WeakPassword unless ``password`` may be chosen."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"The new password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword(f"The new password may have at most {LONGEST} characters.")
    mostly_the_name = username in password.casefold() and len(password) < len(username) + 8
    if len(set(password)) < 5 or mostly_the_name:
        raise WeakPassword("The new password is too easy to guess. Several words that do not belong together are good.")


class Passwords:
    """Hash and verify off the event loop, two at a time: each hash takes 64 MiB and some 50 ms.

    Parameters are argon2-cffi's defaults (RFC 9106, low memory); tests pass a cheap hasher.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(2)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The argon2id hash of ``password``, parameters and salt included."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """True when it matches. Without a hash the same work is done, so that time tells nothing."""
        if self._decoy is None:
            self._decoy = await self.hash(secrets.token_hex(16))
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, hashed or self._decoy, password)
        return matches and hashed is not None

    def outdated(self, hashed: str) -> bool:
        """True when it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _normal(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """One spelling for characters that keyboards compose differently."""
    return unicodedata.normalize("NFKC", password)
