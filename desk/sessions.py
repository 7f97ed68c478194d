"""Who is signed in. The cookie holds a random token; Redis holds its SHA-256 only.

Key ``ot:desk:session:<sha256>``: a hash that Redis drops after the longest life. Two limits: IDLE since the agent
last did something (live refreshes do not count), LONGEST since sign-in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from redis.asyncio import Redis

from bot.ports import Clock
from desk.agents import Agent
from desk.limits import SentOnce, SignInLimit, TokenLimit
from desk.store import answered, digest, moment, text

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``password_id`` is the one it was made with."""

    token: str = field(repr=False)
    username: str
    password_id: str = field(repr=False)


def new_token() -> str:
    """256 random bits for the cookie."""
    return secrets.token_urlsafe(32)


def csrf_token(token: str) -> str:
    """What a form must carry: derived from the cookie's token, which the page itself never shows.

    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    return hmac.new(token.encode(), b"desk form", hashlib.sha256).hexdigest()


class SessionStore:
    """Sessions, and the small limits that live beside them. Methods raise StoreUnavailable."""

    def __init__(self, redis: Redis, *, clock: Clock, idle: timedelta = IDLE, longest: timedelta = LONGEST) -> None:
        self._redis = redis
        self._clock = clock
        self._idle = idle
        self._longest = longest
        self.tries = SignInLimit(redis, clock=clock)
        self.sent = SentOnce(redis)
        self.tokens = TokenLimit(redis, clock=clock)

    @property
    def longest(self) -> timedelta:
        """How long a cookie may live."""
        return self._longest

    async def begin(self, agent: Agent) -> str:
        """A new session with a new token, never one the browser brought: fixation has nothing to fix."""
        token, now = new_token(), self._clock().isoformat()
        record = {"username": agent.username, "password_id": agent.password_id, "began": now, "seen": now}
        with answered():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(_key(token), mapping=cast(Any, record))
                pipe.expire(_key(token), self._longest)
                await pipe.execute()
        return token

    async def find(self, token: str, *, touch: bool = True) -> Session | None:
        """The live session of a token; ``touch`` says that the agent did something."""
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(_key(token)))
        record = {text(name): text(value) for name, value in stored.items()}
        if not {"username", "password_id", "began", "seen"} <= record.keys():
            return None
        now = self._clock()
        if now - moment(record["began"]) >= self._longest or now - moment(record["seen"]) >= self._idle:
            await self.end(token)
            return None
        if touch:
            await self._touch(token, now.isoformat())
        return Session(token, record["username"], record["password_id"])

    async def end(self, token: str) -> None:
        """Sign out."""
        with answered():
            await self._redis.delete(_key(token))

    async def _touch(self, token: str, seen: str) -> None:
        """Only while it exists: a sign-out at the same moment must not be undone."""
        script = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'seen', ARGV[1]) end"
        with answered():
            await self._redis.eval(script, 1, _key(token), seen)


def _key(token: str) -> str:
    return f"ot:desk:session:{digest(token)}"
