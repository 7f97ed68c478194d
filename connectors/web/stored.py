"""Redis's errors as the port's one, and its answers as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import RedisError

from bot.ports import StoreUnavailable


@contextmanager
def stored() -> Iterator[None]:
    """Whatever Redis raises is StoreUnavailable."""
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(type(error).__name__) from error


def text(value: Any) -> str:
    """The client may or may not decode answers: both are fine."""
    return value.decode() if isinstance(value, bytes) else str(value)
