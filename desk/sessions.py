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
from desk.accounts.agent import Agent
from desk.agents import CLOCK
from desk.limits import SearchLimit, SentOnce, SignInLimit, TokenLimit
from desk.read_marks import ReadMarks
from desk.store import answered, digest, moment, text

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
SWEPT_WITHIN = timedelta(days=1)
"""So long a session that is over is kept for whoever looks next to tell of its end."""
LONGEST_NAME = 300
"""Characters kept of what a browser calls itself."""
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


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session as somebody reads of it. ``name`` tells it apart, and opens nothing; ``browser``: what it calls itself."""

    name: str
    username: str
    began: datetime
    seen: datetime
    network: str
    browser: str


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
        self.redis = redis
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

    async def begin(self, agent: Agent, network: str = "", browser: str = "") -> str:
        """A new session with a new token, never one the browser brought: fixation has nothing to fix. ``network``: where the
        browser connects from; ``browser``: what it calls itself."""
        token, began = new_token(), self._clock()
        now = began.isoformat()
        await self._facts.append([signed_in(digest(token), agent.username, network, began)])
        record = {"username": agent.username, "password_id": agent.password_id, "began": now, "seen": now, "heard": now}
        record |= {"network": network, "browser": browser[:LONGEST_NAME]}
        with answered():
            await self.redis.zadd(INDEX, {digest(token): (began + self._longest).timestamp()})
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.hset(_key(token), mapping=cast(Any, record))
                pipe.expire(_key(token), self._longest + SWEPT_WITHIN)
                await pipe.execute()
        return token

    async def find(self, token: str) -> Session | None:
        """The live session of a token, whose browser is heard with it."""
        record = await self._record(_key(token))
        if not self._lives(record):
            if record:
                await self._over(digest(token), record, CLOCK)
            return None
        await self._touch(token, "heard", self._clock().isoformat())
        return Session(token, record["username"], record["password_id"])

    async def acted(self, token: str) -> None:
        """The agent did something, and not the page by itself."""
        await self._touch(token, "seen", self._clock().isoformat())

    async def end(self, token: str) -> None:
        """Sign out."""
        await self.end_named(digest(token))

    async def end_named(self, name: str) -> None:
        """Sign out the session of that name, by itself."""
        record = await self._record(f"{SESSION}{name}")
        await self._over(name, record, record.get("username", ""))

    async def end_all(self, username: str, by: str, but: str = "") -> int:
        """Every session of somebody (``but`` the one with this token), and how many there were. ``by``: who ended them."""
        theirs = [one for one in await self.open_of(username) if not (but and one.name == digest(but))]
        await asyncio.gather(*(self._over(one.name, {"username": username}, by) for one in theirs))
        return len(theirs)

    async def end_one(self, username: str, name: str, by: str) -> bool:
        """The session of that name, if it is theirs and lives."""
        found = name in {one.name for one in await self.open_of(username)}
        if found:
            await self._over(name, {"username": username}, by)
        return found

    async def open_of(self, username: str) -> list[OpenSession]:
        """Their live sessions, the latest used first."""
        theirs = [(name, one) for name, one in await self._all() if one["username"] == username]
        found = [
            OpenSession(name, username, moment(one["began"]), moment(one["seen"]), one.get("network", ""), one.get("browser", ""))
            for name, one in theirs
        ]
        return sorted(found, key=lambda one: one.seen, reverse=True)

    async def _over(self, name: str, record: Mapping[str, str], by: str) -> None:
        """Told of before it is forgotten: who dies in between does it again."""
        if agent := record.get("username"):
            await self._facts.once(signed_out(name, agent, by, self._clock()))
        with answered():
            await self.redis.delete(f"{SESSION}{name}")
            await self.redis.zrem(INDEX, name)

    async def live(self) -> list[LiveSession]:
        """Every live session of everybody."""
        return [
            LiveSession(one["username"], one["password_id"], moment(one.get("heard") or one["seen"]), moment(one["seen"]))
            for _, one in await self._all()
        ]

    async def _all(self) -> list[tuple[str, dict[str, str]]]:
        """Name and record of each that lives; the others are over now."""
        with answered():
            found = [text(name) for name in await self.redis.zrange(INDEX, 0, -1)]
        records = await asyncio.gather(*(self._record(f"{SESSION}{name}") for name in found))
        each = list(zip(found, records, strict=True))
        await asyncio.gather(*(self._over(name, one, CLOCK) for name, one in each if not self._lives(one)))
        return [(name, one) for name, one in each if self._lives(one)]

    async def _record(self, key: str) -> dict[str, str]:
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self.redis.hgetall(key))
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
            await self.redis.eval(script, 1, _key(token), *facts)


def _key(token: str) -> str:
    return f"{SESSION}{digest(token)}"
