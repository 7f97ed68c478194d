"""Small limits: sign-in attempts, tokens for the phone in the browser, and a reply that must not be sent twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum

from redis.asyncio import Redis

from bot.ports import Clock
from desk.store import answered, digest, text

WINDOW = timedelta(minutes=15)
PER_USERNAME = 5
PER_REMOTE = 20
TOKENS = 30
SEARCHES = 60
# Never below nought: it may be another window by now.
ONE_LESS = "if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end"


class Tried(StrEnum):
    """What was tried: each is counted for itself, so that no username is another's count of codes."""

    PASSWORD = "name"
    CODE = "code"
    SETTING_UP = "setting-up"
    OPENID = "openid"
    PASSKEY = "passkey"


class _Windows:
    """Uses counted in fixed windows of 15 minutes, by the clock that is given; shared by all gateways."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def count(self, *names: str) -> list[int]:
        """One more use of each, and how many there were with it, in one round trip."""
        keys = [self.key(name) for name in names]
        # not one transaction: on a Cluster the keys lie on different nodes; an end that was not set, the next use sets
        steps = [step for key in keys for step in (self._redis.incr(key), self._redis.expire(key, WINDOW))]
        with answered():
            return [int(count) for count in (await asyncio.gather(*steps))[::2]]

    def left(self) -> int:
        """Seconds until the next window."""
        seconds = int(WINDOW.total_seconds())
        return seconds - int(self._clock().timestamp()) % seconds

    def key(self, name: str) -> str:
        return f"ot:desk:{name}:{int(self._clock().timestamp() // WINDOW.total_seconds())}"


class SignInLimit:
    """Attempts per username (known or not) or whatever else was tried, and per remote address over all of it.

    Counted before the password is looked at, so that attempts sent at once do not slip through; what was right is given back, so
    that a whole shift may sign in from one address. Keys ``ot:desk:tries:...`` hold digests, neither names nor addresses.
    """

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._windows = _Windows(redis, clock)

    async def wait(self, username: str, remote: str, tried: Tried = Tried.PASSWORD) -> int:
        """Count one attempt; 0 when it may go on, else seconds until the next is allowed."""
        by_name, by_remote = await self._windows.count(_tries(tried, username), _tries("remote", remote))
        return 0 if by_name <= PER_USERNAME and by_remote <= PER_REMOTE else self._windows.left()

    async def forgive(self, username: str, remote: str, tried: Tried = Tried.PASSWORD) -> None:
        """It was right: the username starts afresh, and the address has back this attempt, but not the wrong ones before it."""
        with answered():
            await self._redis.delete(self._windows.key(_tries(tried, username)))
            await self._redis.eval(ONE_LESS, 1, self._windows.key(_tries("remote", remote)))


def _tries(kind: str, value: str) -> str:
    return f"tries:{kind}:{digest(value.strip().casefold())}"


class TokenLimit:
    """How many tokens for the phone in the browser an agent gets in a window: one for each load of the page, and for each
    half hour. Keys ``ot:desk:tokens:...``."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._windows = _Windows(redis, clock)

    async def wait(self, username: str) -> int:
        """Count one; 0 when it may be made, else seconds until the next is allowed."""
        (count,) = await self._windows.count(f"tokens:{digest(username)}")
        return 0 if count <= TOKENS else self._windows.left()


class SearchLimit:
    """How often an agent may search what is over in a window: enough for work, too little to read all customers' names. Keys
    ``ot:desk:searches:...``."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._windows = _Windows(redis, clock)

    async def wait(self, username: str) -> int:
        """Count one; 0 when it may be made, else seconds until the next is allowed."""
        (count,) = await self._windows.count(f"searches:{digest(username)}")
        return 0 if count <= SEARCHES else self._windows.left()


class SentOnce:
    """A form's random number is good for one reply: a second click or a browser's retry sends nothing."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def claim(self, number: str) -> str:
        """``new`` for the first, ``doing`` while that one runs, ``done`` after it."""
        with answered():
            if await self._redis.set(_once(number), "doing", nx=True, ex=60):
                return "new"
            return text(await self._redis.get(_once(number))) or "doing"

    async def done(self, number: str) -> None:
        """The reply is stored."""
        with answered():
            await self._redis.set(_once(number), "done", ex=timedelta(hours=1))

    async def release(self, number: str) -> None:
        """It was refused and nothing was stored: it may be tried again."""
        with answered():
            await self._redis.delete(_once(number))


def _once(number: str) -> str:
    return f"ot:desk:once:{digest(number)}"
