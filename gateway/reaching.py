"""Whether the store can be used at the start: one sentence that names the setting when it cannot."""

from __future__ import annotations

from urllib.parse import urlsplit

import redis.asyncio as redis
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import TimeoutError as NoAnswer

from bot.ports import StoreUnavailable
from bot.redis_store.client.renewal import Demoted
from gateway.observe.checks import takes_writes

REASONS: tuple[tuple[type[Exception], str], ...] = (
    (AuthenticationError, "which refuses the password, or the lack of one"),
    (NoPermissionError, "where this user may not write"),
    (Demoted, "which is a replica and takes no writes: name the master, or promote it"),
    (OutOfMemoryError, "which is full and takes no writes"),
    (BusyLoadingError, "which is still loading its data: start again in a moment"),
    (NoAnswer, "which does not answer in time"),
    (TimeoutError, "which does not answer in time"),
)


async def check_store(client: redis.Redis, url: str) -> None:
    """Write once. Raises StoreUnavailable with the sentence; no password is in it."""
    try:
        await takes_writes(client)
    except (RedisError, OSError) as error:
        raise StoreUnavailable(f"REDIS_URL leads to {_place(url)}, {_why(error)}.") from error


def _place(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or urlsplit(url).path


def _why(error: Exception) -> str:
    text = str(error)
    if "NOAUTH" in text or "WRONGPASS" in text or "Authentication required" in text:
        return REASONS[0][1]
    if isinstance(error, ResponseError) and "DB index" in text:
        return "which has no database of that number"
    if "SSL" in text:
        return "where TLS does not succeed: rediss:// is for TLS, redis:// for none"
    known = (said for kind, said in REASONS if isinstance(error, kind))
    return next(known, f"where no Redis can be reached ({type(error).__name__})")
