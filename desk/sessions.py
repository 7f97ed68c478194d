"""Who is signed in. The cookie holds a random token; Redis holds its SHA-256 only.

Key ``ot:desk:session:<sha256>``: a hash that Redis drops after the longest life. Two limits: IDLE since the agent
last did something (live refreshes do not count), LONGEST since sign-in. ``ot:desk:sessions`` (sorted set) only says where to
look for all of them; whether one lives is said by its hash, here as for a request.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from redis.asyncio import Redis

from bot.facts.audit import signed_in, signed_out
from bot.ports import Clock, Facts, NoFacts
from desk.agents import Agent
from desk.limits import SearchLimit, SentOnce, SignInLimit, TokenLimit
from desk.read_marks import ReadMarks
from desk.store import answered, digest, moment, text

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
SWEPT_WITHIN = timedelta(days=1)
"""So long a session that is over is kept for whoever looks next to tell of its end."""
CLOCK = "clock"
SESSION, INDEX = "ot:desk:session:", "ot:desk:sessions"


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``password_id`` is the one it was made with."""

    token: str = field(repr=False)
    username: str
    password_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A live session as ``desk.presence`` looks at it. ``heard``: when its browser last asked for anything, be it by itself;
    ``seen``: when the agent last did something."""

    username: str
    password_id: str = field(repr=False)
    heard: datetime
    seen: datetime


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

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Clock,
        idle: timedelta = IDLE,
        longest: timedelta = LONGEST,
        facts: Facts | None = None,
    ) -> None:
        self._redis = redis
        self._facts = facts or NoFacts()
        self._clock = clock
        self._idle = idle
        self._longest = longest
        self.tries = SignInLimit(redis, clock=clock)
        self.sent = SentOnce(redis)
        self.tokens = TokenLimit(redis, clock=clock)
        self.searches = SearchLimit(redis, clock=clock)
        self.marks = ReadMarks(redis)

    @property
    def longest(self) -> timedelta:
        """How long a cookie may live."""
        return self._longest

    async def begin(self, agent: Agent, network: str = "") -> str:
        """A new session with a new token, never one the browser brought: fixation has nothing to fix. ``network``: where the
        browser connects from."""
        token, began = new_token(), self._clock()
        now = began.isoformat()
        await self._facts.append([signed_in(digest(token), agent.username, network, began)])
        record = {"username": agent.username, "password_id": agent.password_id, "began": now, "seen": now, "heard": now}
        with answered():
            await self._redis.zadd(INDEX, {digest(token): (began + self._longest).timestamp()})
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(_key(token), mapping=cast(Any, record))
                pipe.expire(_key(token), self._longest + SWEPT_WITHIN)
                await pipe.execute()
        return token

    async def find(self, token: str, *, touch: bool = True) -> Session | None:
        """The live session of a token; ``touch`` says that the agent did something, and not the page by itself."""
        record = await self._record(_key(token))
        if not self._lives(record):
            if record:
                await self._over(digest(token), record, CLOCK)
            return None
        now = self._clock().isoformat()
        await self._touch(token, "heard", now, *(("seen", now) if touch else ()))
        return Session(token, record["username"], record["password_id"])

    async def end(self, token: str) -> None:
        """Sign out."""
        record = await self._record(_key(token))
        await self._over(digest(token), record, record.get("username", ""))

    async def _over(self, name: str, record: Mapping[str, str], by: str) -> None:
        """Told of before it is forgotten: who dies in between does it again."""
        if agent := record.get("username"):
            await self._facts.once(signed_out(name, agent, by, self._clock()))
        with answered():
            await self._redis.delete(f"{SESSION}{name}")
            await self._redis.zrem(INDEX, name)

    async def live(self) -> list[LiveSession]:
        """Every live session of everybody."""
        with answered():
            found = [text(name) for name in await self._redis.zrange(INDEX, 0, -1)]
        records = await asyncio.gather(*(self._record(f"{SESSION}{name}") for name in found))
        ended = [self._over(name, one, CLOCK) for name, one in zip(found, records, strict=True) if not self._lives(one)]
        await asyncio.gather(*ended)
        return [
            LiveSession(one["username"], one["password_id"], moment(one.get("heard") or one["seen"]), moment(one["seen"]))
            for one in records
            if self._lives(one)
        ]

    async def _record(self, key: str) -> dict[str, str]:
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(key))
        return {text(name): text(value) for name, value in stored.items()}

    def _lives(self, record: Mapping[str, str]) -> bool:
        if not {"username", "password_id", "began", "seen"} <= record.keys():
            return False
        now = self._clock()
        return now - moment(record["began"]) < self._longest and now - moment(record["seen"]) < self._idle

    async def _touch(self, token: str, *facts: str) -> None:
        """Only while it exists: a sign-out at the same moment must not be undone."""
        script = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], unpack(ARGV)) end"
        with answered():
            await self._redis.eval(script, 1, _key(token), *facts)


def _key(token: str) -> str:
    return f"{SESSION}{digest(token)}"
