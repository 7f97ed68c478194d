"""Small limits: sign-in attempts, tokens for the phone in the browser, and a reply that must not be sent twice."""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from bot.ports import Clock
from desk.store import answered, digest, text

WINDOW = timedelta(minutes=15)
PER_USERNAME = 5
PER_REMOTE = 20
TOKENS = 30


class SignInLimit:
    """Attempts in fixed windows, per username (known or not) and per remote address.

    Counted before the password is looked at, so that attempts sent at once do not slip through.
    Keys ``ot:desk:tries:...`` hold digests, neither names nor addresses.
    """

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def wait(self, username: str, remote: str) -> int:
        """Count one attempt; 0 when it may go on, else seconds until the next is allowed."""
        keys = [self._key("name", username), self._key("remote", remote)]
        with answered():
            async with self._redis.pipeline(transaction=True) as pipe:
                for key in keys:
                    pipe.incr(key)
                    pipe.expire(key, WINDOW)
                results = await pipe.execute()
        if results[0] <= PER_USERNAME and results[2] <= PER_REMOTE:
            return 0
        seconds = int(WINDOW.total_seconds())
        return seconds - int(self._clock().timestamp()) % seconds

    async def forgive(self, username: str) -> None:
        """After a right password: the username starts afresh (the address does not)."""
        with answered():
            await self._redis.delete(self._key("name", username))

    def _key(self, kind: str, value: str) -> str:
        window = int(self._clock().timestamp() // WINDOW.total_seconds())
        return f"ot:desk:tries:{kind}:{digest(value.strip().casefold())}:{window}"


class TokenLimit:
    """How many tokens for the phone in the browser an agent gets in a window: one for each load of the page, and for each
    half hour. Keys ``ot:desk:tokens:...``."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def wait(self, username: str) -> int:
        """Count one; 0 when it may be made, else seconds until the next is allowed."""
        seconds = int(WINDOW.total_seconds())
        now = int(self._clock().timestamp())
        key = f"ot:desk:tokens:{digest(username)}:{now // seconds}"
        with answered():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, WINDOW)
                count, _ = await pipe.execute()
        return 0 if count <= TOKENS else seconds - now % seconds


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
