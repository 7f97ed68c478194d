"""What a caller keys or says, kept so that another gateway can go on, and readable by none who only has the store.

The key is the call's own, made from a secret of the account that the store does not hold; sealing the same twice gives
something else each time, so that nothing can be compared either.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


@dataclass(frozen=True, slots=True)
class Seal:
    """One call's seal. Make it with ``Sealing.of``."""

    keys: tuple[bytes, ...]

    def close(self, text: str) -> str:
        """The text, sealed."""
        return self._fernet().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None when it was sealed under a secret that is not ours any more."""
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def mark(self, kind: str, text: str) -> str:
        """A short mark of one event, to know it again by: it cannot be made, or guessed at, without the key."""
        return hmac.new(self.keys[0], f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:16]

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self.keys])


@dataclass(frozen=True, slots=True)
class Sealing:
    """Makes the seals of calls. ``secrets``: the first seals, any of them opens (rotation)."""

    secrets: Sequence[str]

    def of(self, sid: str) -> Seal:
        """The seal of one call."""
        return Seal(tuple(hmac.new(one.encode(), f"kept of {sid}".encode(), hashlib.sha256).digest() for one in self.secrets))
