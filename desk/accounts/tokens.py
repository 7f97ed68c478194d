"""Tokens for programs: named, for some scopes only, until a day; of each only the SHA-256 is kept.

Keys: hash ``ot:desk:token:<id>``, sorted set ``ot:desk:tokens`` (ids, by when they were made), and which id a token has:
``ot:desk:token-of:<sha256>``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from redis.asyncio import Redis

from bot.facts.audit import token_changed
from bot.model import new_id
from bot.ports import Clock, Facts
from desk.store import answered, digest, moment, text

PREFIX = "ot_"
"""So that a token that was leaked into a file is recognised there."""
LONGEST_NAME = 60
DAYS = (7, 30, 90, 365)
"""How long a token may live."""
INDEX, ONE, OF = "ot:desk:tokens", "ot:desk:token:", "ot:desk:token-of:"
USED_EVERY = timedelta(minutes=1)
"""So often at most it is written down that a token was used."""


class Scope(StrEnum):
    """What a token may be used for."""

    CONVERSATIONS = "conversations"
    """Read open conversations, with whose they are."""
    RECORDS = "records"
    """Read what is kept for good."""
    HANDOFFS = "handoffs"
    """Read the packets of handoffs."""
    IDENTITY = "identity"
    """Take joined conversations apart, and addresses out."""


class TokenRefused(ValueError):
    """No such token can be made; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """``id`` opens nothing. ``used``: when it was used last, to the minute."""

    id: str
    name: str
    scopes: frozenset[Scope]
    by: str
    made: datetime
    ends: datetime
    used: datetime | None = None


class ApiTokens:
    """Methods raise StoreUnavailable. What cannot be told of is not done."""

    def __init__(self, redis: Redis, *, clock: Clock, facts: Facts) -> None:
        self._redis, self._clock, self._facts = redis, clock, facts

    async def make(self, name: str, scopes: Iterable[str], days: int, by: str) -> str:
        """The token, told this once. TokenRefused with a sentence."""
        called, wanted = " ".join(name.split()), {Scope(one) for one in scopes if one in set(Scope)}
        if not 1 <= len(called) <= LONGEST_NAME:
            raise TokenRefused(f"Say in 1 to {LONGEST_NAME} characters which program uses it.")
        if not wanted or days not in DAYS:
            raise TokenRefused("Choose what it may be used for, and for how long.")
        token, made, number = PREFIX + secrets.token_urlsafe(32), self._clock(), new_id("tk")
        ends = made + timedelta(days=days)
        await self._facts.append([token_changed(number, called, "made", sorted(wanted), by, made)])
        record = {"name": called, "scopes": " ".join(sorted(wanted)), "by": by, "hash": digest(token)}
        record |= {"made": made.isoformat(), "ends": ends.isoformat()}
        with answered():  # not one transaction: on a Cluster the keys lie on different nodes; what opens comes last
            await self._redis.zadd(INDEX, {number: made.timestamp()})
            await self._redis.hset(ONE + number, mapping=cast(Any, record))
            await self._redis.set(OF + digest(token), number, ex=timedelta(days=days))
        return token

    async def find(self, token: str) -> ApiToken | None:
        """The token that it is, unless it is over or revoked."""
        if not token.startswith(PREFIX):
            return None
        with answered():
            number = text(await self._redis.get(OF + digest(token)))
        found = await self._one(number) if number else None
        now = self._clock()
        if found is None or found.ends <= now:
            return None
        if found.used is None or now - found.used >= USED_EVERY:
            with answered():
                await self._redis.hset(ONE + number, "used", now.isoformat())
        return found

    async def all(self) -> list[ApiToken]:
        """Those that live, the newest first; the others are forgotten."""
        with answered():
            numbers = [text(one) for one in await self._redis.zrange(INDEX, 0, -1, desc=True)]
        found = await asyncio.gather(*map(self._one, numbers))
        over = [number for number, one in zip(numbers, found, strict=True) if one is None or one.ends <= self._clock()]
        await asyncio.gather(*map(self._forget, over))
        return [one for one in found if one and one.id not in over]

    async def revoke(self, number: str, by: str) -> bool:
        """From now on it opens nothing. False when there is no such token."""
        found = await self._one(number)
        if found is None:
            return False
        await self._facts.append([token_changed(number, found.name, "revoked", sorted(found.scopes), by, self._clock())])
        await self._forget(number)
        return True

    async def revoke_of(self, username: str, by: str) -> None:
        """All that somebody made: they may not make any more."""
        for one in await self.all():
            if one.by == username:
                await self.revoke(one.id, by)

    async def _forget(self, number: str) -> None:
        with answered():
            hashed = text(await cast(Awaitable[Any], self._redis.hget(ONE + number, "hash")))
            await self._redis.delete(OF + hashed)
            await self._redis.delete(ONE + number)
            await self._redis.zrem(INDEX, number)

    async def _one(self, number: str) -> ApiToken | None:
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(ONE + number))
        kept = {text(name): text(value) for name, value in stored.items()}
        if not {"name", "scopes", "made", "ends"} <= kept.keys():
            return None
        scopes = frozenset(Scope(one) for one in kept["scopes"].split() if one in set(Scope))
        used = moment(kept["used"]) if kept.get("used") else None
        return ApiToken(number, kept["name"], scopes, kept.get("by", ""), moment(kept["made"]), moment(kept["ends"]), used)
