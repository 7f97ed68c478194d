"""The action server's own settings; a business may have more (a database, say)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
PORT = 5055
LEAST_TOKEN = 32


class SettingError(ValueError):
    """A variable cannot be used; the message names it and never repeats a secret."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the action server listens, and the token that Rasa calls it with.

    Without ``second_factor_token`` no PIN is checked.
    """

    token: str = field(repr=False)
    host: str = LOOPBACK
    port: int = PORT
    second_factor_token: str = field(default="", repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``ACTION_TOKEN``, ``SECOND_FACTOR_TOKEN``, ``SANIC_HOST``, ``ACTION_PORT``. SettingError."""
        if not environ.get("ACTION_TOKEN"):
            raise SettingError("ACTION_TOKEN is missing: the action server answers only Rasa, which is given the same token")
        return cls(
            token=_token("ACTION_TOKEN", environ["ACTION_TOKEN"]),
            host=environ.get("SANIC_HOST") or LOOPBACK,
            port=_port(environ.get("ACTION_PORT") or str(PORT)),
            second_factor_token=_token("SECOND_FACTOR_TOKEN", environ.get("SECOND_FACTOR_TOKEN") or ""),
        )


def _token(name: str, text: str) -> str:
    if text and len(text) < LEAST_TOKEN:
        raise SettingError(f"{name} must have {LEAST_TOKEN} characters or more")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise SettingError(f"ACTION_PORT must be a port number from 0 to 65535, not {text[:20]!r}")
    return int(text)
