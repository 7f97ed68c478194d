"""All that Redis holds as one text a test can search: what is packed is unpacked, a mark is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis.asyncio as redis

from bot.redis_store.compact.packing import unpack


async def all_of_redis(client: redis.Redis) -> str:
    """Every key and every value of every kind, on the server that this client speaks to."""
    at = client.connection_pool.connection_kwargs
    async with redis.Redis(host=at["host"], port=at["port"], db=at.get("db") or 0) as plain:
        found = [f"{_legible(name)} {_legible(await _value(plain, name))}" async for name in plain.scan_iter("*", count=1000)]
    return "\n".join(found)


async def _value(plain: redis.Redis, name: bytes) -> Any:
    match await plain.type(name):
        case b"string":
            return await plain.get(name)
        case b"hash":
            return await plain.hgetall(name)
        case b"stream":
            return await plain.xrange(name)
        case b"zset":
            return await plain.zrange(name, 0, -1)
        case b"set":
            return list(await plain.smembers(name))
        case _:
            return await plain.lrange(name, 0, -1)


def _legible(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_legible(key): _legible(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(one) for one in value]
    if not isinstance(value, bytes):
        return value
    try:
        window, since = unpack(value)
    except ValueError:
        return value.decode(errors="backslashreplace")
    return _legible([window, *since])
