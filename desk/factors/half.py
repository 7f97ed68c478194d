"""Between the password and the second factor: who has proved the first of two things, for some minutes.

Key ``ot:desk:half:<sha256>``, of the cookie that the browser has until it is signed in.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from redis.asyncio import Redis

from desk.store import answered, digest, text

LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Half:
    """``password_id``: the password that was right; with another one since, nothing is proved. ``onward``: the page wanted."""

    username: str
    password_id: str = field(repr=False)
    onward: str = "/desk"


@dataclass(frozen=True, slots=True)
class Halves:
    """Methods raise StoreUnavailable."""

    redis: Redis

    async def keep(self, token: str, half: Half) -> None:
        """For this browser."""
        with answered():
            await self.redis.set(_key(token), json.dumps(asdict(half)), ex=LIFE)

    async def find(self, token: str) -> Half | None:
        """None when there is none, or it took too long."""
        with answered():
            kept = text(await self.redis.get(_key(token))) if token else ""
        return Half(**json.loads(kept)) if kept else None

    async def used(self, token: str) -> bool:
        """True for one caller only."""
        with answered():
            return bool(await self.redis.delete(_key(token)))


def _key(token: str) -> str:
    return f"ot:desk:half:{digest(token)}"
