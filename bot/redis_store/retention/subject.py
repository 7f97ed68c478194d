"""What Redis holds of one person, key by key: the very keys that go when they are forgotten, and their handoffs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import redis.asyncio as redis

from bot.redis_store.client.base import PREFIX, stored
from bot.redis_store.retention.people import Theirs, all_handoffs, keys_of

LEFT_OUT = (f"{PREFIX}:code:", f"{PREFIX}:{{c:")
"""Hashes of one-time codes: nobody's words. And the tracker, which is read hot and cold as one (``transcripts``)."""


@stored
async def held(client: redis.Redis, theirs: Theirs) -> dict[str, Any]:
    """Each key with its content, as JSON has it; walks the key space for handoffs. Raises StoreUnavailable."""
    handoffs = [one.id async for one in all_handoffs(client) if one.conversation_id in theirs.places]
    found = {
        key: await _content(client, key) for key in sorted({*_keys(theirs), *(f"{PREFIX}:handoff:{one}" for one in handoffs)})
    }
    return {key: content for key, content in found.items() if content is not None}


def _keys(theirs: Theirs) -> Iterable[str]:
    for place in theirs.places:
        yield from (key for key in keys_of(place) if not key.startswith(LEFT_OUT))
        yield f"{PREFIX}:conversation:{place}"
    for one in theirs.people:
        yield f"{PREFIX}:contact:{one}"
    yield from (f"{PREFIX}:link:{link.id}" for link in theirs.links)
    yield from (f"{PREFIX}:address:{known.address}" for known in theirs.contact.addresses)


async def _content(client: redis.Redis, key: str) -> Any:
    match await client.type(key):
        case "string":
            return _read(await client.get(key))
        case "list":
            return [_read(one) for one in await client.lrange(key, 0, -1)]
        case "hash":
            return {name: _read(one) for name, one in (await client.hgetall(key)).items()}
        case "zset":
            return await client.zrange(key, 0, -1)
        case "set":
            return sorted(await client.smembers(key))
        case "stream":
            return [{name: _read(one) for name, one in (fields or {}).items()} for _, fields in await client.xrange(key) or ()]
        case _:
            return None


def _read(text: Any) -> Any:
    """JSON as what it says, anything else as it stands."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text if isinstance(text, str) else str(text)
