"""The action server's settings: the one place of this process that reads the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
PORT = 5055
LEAST_TOKEN = 32
DATABASE = "sqlite:///harbour_bank.db"


class SettingError(ValueError):
    """A variable cannot be used; the message names it and never repeats a secret."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the action server listens and where the bank's records are. Without ``second_factor_token`` no PIN is checked."""

    host: str = LOOPBACK
    port: int = PORT
    database_url: str = field(default=DATABASE, repr=False)
    second_factor_token: str = field(default="", repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``SANIC_HOST``, ``ACTION_PORT``, ``DATABASE_URL`` and ``SECOND_FACTOR_TOKEN``. Raises SettingError."""
        return cls(
            host=environ.get("SANIC_HOST") or LOOPBACK,
            port=_port(environ.get("ACTION_PORT") or str(PORT)),
            database_url=environ.get("DATABASE_URL") or DATABASE,
            second_factor_token=_token(environ.get("SECOND_FACTOR_TOKEN") or ""),
        )


def _token(text: str) -> str:
    if text and len(text) < LEAST_TOKEN:
        raise SettingError(f"SECOND_FACTOR_TOKEN must have {LEAST_TOKEN} characters or more")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise SettingError(f"ACTION_PORT must be a port number from 0 to 65535, not {text[:20]!r}")
    return int(text)
