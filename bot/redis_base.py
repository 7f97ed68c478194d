"""What the Redis adapters share: one prefix, JSON of the nouns, and one error.

Keys that must change together carry the same hash tag, so that a Redis Cluster keeps them in one slot.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import redis.asyncio as redis
from pydantic import TypeAdapter
from redis.exceptions import RedisError

from bot.ports import StoreUnavailable

PREFIX = "ot"
P = ParamSpec("P")
T = TypeVar("T")


def connect(url: str, *, timeout: float = 5.0) -> redis.Redis:
    """A client that speaks text and gives up after ``timeout`` seconds, so that callers can apologise."""
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=timeout, socket_connect_timeout=2.0)


def stored(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Turns every Redis error of an adapter's method into StoreUnavailable."""

    @functools.wraps(call)
    async def guard(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"Redis: {type(error).__name__}") from error

    return guard


@asynccontextmanager
async def guarded() -> AsyncIterator[None]:
    """The same for a block."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from error


def text_of(value: object) -> str | None:
    """A reply of a client that decodes, as the text it is; None stays None."""
    return None if value is None else str(value)


def dump(adapter: TypeAdapter[Any], value: object) -> str:
    """The value as JSON text."""
    return adapter.dump_json(value).decode()
