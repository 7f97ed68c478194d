"""What the desk's Redis modules share: keys, decoding, and one error when Redis does not answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ports import StoreUnavailable

# The first field says that it is whole: what a late write left of one that was deleted is none.
CREATE = (
    "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end "
    "redis.call('DEL', KEYS[1]) redis.call('HSET', KEYS[1], unpack(ARGV)) return 1"
)


@contextmanager
def answered() -> Iterator[None]:
    """Turn whatever a missing Redis raises into StoreUnavailable."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable("Redis did not answer") from error


def text(value: object) -> str:
    """A Redis value as text, whether or not the client decodes responses; '' for none."""
    if isinstance(value, bytes):
        return value.decode()
    return "" if value is None else str(value)


def digest(value: str) -> str:
    """SHA-256 in hex: what we keep of a random token, and how names go into keys."""
    return hashlib.sha256(value.encode()).hexdigest()


def moment(value: str) -> datetime:
    """Read back a time written with ``isoformat``."""
    return datetime.fromisoformat(value)


async def created(redis: Redis, key: str, record: Mapping[str, str]) -> bool:
    """Write a hash whole where none has its first field; False where one has, however many try at once. Raises
    StoreUnavailable."""
    flat = [one for pair in record.items() for one in pair]
    with answered():
        return bool(await redis.eval(CREATE, 1, key, *flat))
