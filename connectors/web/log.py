"""Visitors of the web chat and their logs, in Redis.

| key | what | kept |
|---|---|---|
| ``ot:wt:<sha256 of the token>`` | the visitor's web id | 30 days after the last message (1 day if there was none) |
| ``ot:{w:<web id>}:log`` | stream of lines, id ``<seq>-0``, the newest 500 | 30 days after the last line |
| ``ot:{w:<web id>}:ids`` | sorted set of message ids by seq: what was added already | as the log |
| ``ot:{w:<web id>}:seq`` | the last seq given | as the log |
| ``ot:{w:<web id>}:marks`` | ``received``, ``read``, ``left``: seq; ``masked``, ``connected``, ``served`` | as the log |

Every gateway process hears of news on the channel ``ot:web``: ``{"w": "<web id>", "k": "line" | "read" | ..., ...}``.
All methods raise StoreUnavailable when Redis does not answer.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from bot.door import MASK
from bot.model import AddressKind, InboundMessage, stable_id
from connectors.web.calendar_files import forget_files
from connectors.web.limits import Limits
from connectors.web.stored import stored, text

NEWS = "ot:web"
MOVED = "moved"
"""News of no visitor: somebody came into a line, or left it."""

# One step, so that two gateways cannot give the same number and a repeat of an id adds nothing.
_APPEND = """
local had = redis.call('ZSCORE', KEYS[2], ARGV[1])
if had then return tonumber(had) end
local seq = redis.call('INCR', KEYS[3])
redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[3], seq .. '-0', 'line', ARGV[2])
redis.call('ZADD', KEYS[2], seq, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', seq - ARGV[3] * 4)
for i = 1, 4 do redis.call('EXPIRE', KEYS[i], ARGV[4]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return seq
"""

_ADVANCE = """
local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) <= old then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


# A stream's entry cannot be changed: all of them (some hundred at most) are written anew with one line replaced.
_MASK = """
local lines = redis.call('XRANGE', KEYS[1], '-', '+')
redis.call('DEL', KEYS[1])
for _, entry in ipairs(lines) do
  redis.call('XADD', KEYS[1], entry[1], 'line', entry[1] == ARGV[1] and ARGV[2] or entry[2][2])
end
local known = redis.call('HGET', KEYS[2], 'masked')
redis.call('HSET', KEYS[2], 'masked', (known and known .. ' ' or '') .. ARGV[3])
for i = 1, 2 do redis.call('EXPIRE', KEYS[i], ARGV[4]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return #lines
"""


class VisitorLog:
    """Tokens, lines and marks. The token itself is never stored, only its SHA-256."""

    def __init__(self, redis: Redis, limits: Limits) -> None:
        self._redis = redis
        self._limits = limits
        self._append = redis.register_script(_APPEND)
        self._advance = redis.register_script(_ADVANCE)
        self._mask = redis.register_script(_MASK)

    async def new_visitor(self) -> tuple[str, str]:
        """A fresh token (256 random bits) and the random web id it opens."""
        token, web_id = secrets.token_urlsafe(32), secrets.token_hex(16)
        with stored():
            await self._redis.set(_token_key(token), web_id, ex=self._limits.keep_unused)
        return token, web_id

    async def visitor(self, token: str) -> str | None:
        """The web id of a token we gave and still know, else None."""
        with stored():
            found = await self._redis.get(_token_key(token))
        return None if found is None else text(found)

    async def keep(self, token: str) -> None:
        """The visitor wrote: keep their token as long as their log."""
        with stored():
            await self._redis.expire(_token_key(token), self._limits.keep)

    async def append(self, web_id: str, message_id: str, line: dict[str, Any]) -> int:
        """Add a line and tell every gateway; gives its seq (from 1). The same ``message_id`` again gives the first seq."""
        keys = [_key(web_id, name) for name in ("log", "ids", "seq", "marks")]
        news = json.dumps({"w": web_id, "k": "line"})
        body = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        with stored():
            return int(await self._append(keys, [message_id, body, self._limits.log_lines, self._limits.keep, NEWS, news]))

    async def hide(self, message: InboundMessage) -> None:
        """Replace the words of a visitor's line by ``****``, here and in every open tab: it was a PIN
        (``bot.identity.second_factor.Hide``).

        Of another channel's message, or one that is not in the log (any more), nothing.
        """
        if message.sender.kind is not AddressKind.WEB:
            return
        web_id, client_id = message.sender.value, message.id.rpartition(":")[2]
        with stored():
            seq = await self._redis.zscore(_key(web_id, "ids"), f"in:{client_id}")
        found = [] if seq is None else await self.after(web_id, int(seq) - 1, 1)
        if seq is None or not found or found[0][0] != int(seq) or found[0][1]["text"] == MASK:
            return
        body = json.dumps(found[0][1] | {"text": MASK}, ensure_ascii=False, separators=(",", ":"))
        news = json.dumps({"w": web_id, "k": "masked", "id": client_id})
        keys = [_key(web_id, "log"), _key(web_id, "marks")]
        with stored():
            await self._mask(keys, [f"{int(seq)}-0", body, client_id, self._limits.keep, NEWS, news])

    async def masked(self, web_id: str) -> list[str]:
        """The client ids of the lines that were masked: a tab that was away takes their words out, too."""
        with stored():
            found = await self._redis.hget(_key(web_id, "marks"), "masked")
        return text(found).split() if found else []

    async def after(self, web_id: str, seq: int, limit: int = 100) -> list[tuple[int, dict[str, Any]]]:
        """Lines beyond ``seq``, oldest first, as (seq, line)."""
        with stored():
            found: Any = await self._redis.xrange(_key(web_id, "log"), min=f"{seq + 1}-0", count=limit)
        return [(int(text(entry).partition("-")[0]), json.loads(_field(fields))) for entry, fields in found]

    async def last(self, web_id: str) -> int:
        """The seq of the newest line; 0 when there is none (or the log has expired)."""
        with stored():
            return int(await self._redis.get(_key(web_id, "seq")) or 0)

    async def mark(self, web_id: str, name: str) -> int:
        """How far the visitor has ``received`` or ``read``."""
        with stored():
            return int(await self._redis.hget(_key(web_id, "marks"), name) or 0)

    async def advance(self, web_id: str, name: str, seq: int) -> bool:
        """Move a mark forward; False when it was there already."""
        with stored():
            return bool(await self._advance([_key(web_id, "marks")], [name, seq, self._limits.keep]))

    async def connects(self, web_id: str, at: datetime) -> None:
        """A tab is connected at this moment."""
        with stored():
            await self._redis.hset(_key(web_id, "marks"), "connected", at.isoformat())
            await self._redis.expire(_key(web_id, "marks"), self._limits.keep_unused, nx=True)

    async def connected(self, web_id: str) -> datetime | None:
        """When a tab was last connected; None when nobody noted it."""
        with stored():
            found = await self._redis.hget(_key(web_id, "marks"), "connected")
        return None if found is None else datetime.fromisoformat(text(found))

    async def serve(self, web_id: str, handoff_id: str) -> None:
        """A person has the visitor's conversation, by this handoff (mark ``served``)."""
        with stored():
            await self._redis.hset(_key(web_id, "marks"), "served", handoff_id)
            await self._redis.expire(_key(web_id, "marks"), self._limits.keep_unused, nx=True)

    async def served(self, web_id: str) -> str | None:
        """The last handoff by which a person had it, if any, and if nobody signed out since."""
        with stored():
            found = await self._redis.hget(_key(web_id, "marks"), "served")
        return text(found) if found else None

    async def leave(self, web_id: str, seq: int) -> None:
        """Whoever used this browser is gone: nothing before ``seq`` is shown in it again."""
        with stored():
            await self._redis.xtrim(_key(web_id, "log"), minid=f"{seq}-0", approximate=False)
            await self._redis.hdel(_key(web_id, "marks"), "served")
        await self.advance(web_id, "left", seq)
        await self.tell(web_id, "left")

    async def forget(self, web_id: str) -> None:
        """Delete the visitor's lines, also from open tabs. What remains, numbers without words, ends as the table says."""
        with stored():
            await forget_files(self._redis, web_id)
            for name in ("log", "ids"):
                await self._redis.unlink(_key(web_id, name))
        await self.leave(web_id, await self.last(web_id) + 1)

    async def tell(self, web_id: str, kind: str, **values: object) -> None:
        """Tell every gateway process something passing of this visitor; nothing is kept."""
        with stored():
            await self._redis.publish(NEWS, json.dumps({"w": web_id, "k": kind, **values}))

    async def line_moved(self) -> None:
        """Tell every gateway process that places in line may have changed."""
        await self.tell("", MOVED)


def message_id(web_id: str, client_id: str) -> str:
    """The id of a visitor's message. It stands in figures that outlive the person, and in logs: it does not name the visitor."""
    return f"{stable_id('web', f'{web_id}:{client_id}')}:{client_id}"


def _key(web_id: str, name: str) -> str:
    return f"ot:{{w:{web_id}}}:{name}"


def _token_key(token: str) -> str:
    return f"ot:wt:{hashlib.sha256(token.encode()).hexdigest()}"


def _field(fields: dict[Any, Any]) -> str:
    return text(next(iter(fields.values())))
