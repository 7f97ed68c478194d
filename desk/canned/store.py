"""Canned replies as they are kept: hash ``ot:desk:canned:of:<username>`` of each agent, ``ot:desk:canned:shared`` of all.

By id: a JSON object of title, text, queue, by, at. Each change is told of before it is made.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from bot.facts.audit import canned_reply_changed
from bot.model import new_id
from bot.ports import Clock, Facts
from desk.canned.replies import EVERY, SHARED, CannedRefused, CannedReply, Draft, most
from desk.store import answered, digest, moment, text
from desk.words import words

# Only over what was read, so that of two changes at once one is refused; and never one too many.
KEEP = (
    "local now = redis.call('HGET', KEYS[1], ARGV[1]) or '' if now ~= ARGV[2] then return 0 end "
    "if now == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end "
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1"
)
MADE, CHANGED, REMOVED = "made", "changed", "removed"


@dataclass(frozen=True, slots=True)
class CannedReplies:
    """``owner``: a username, or SHARED. Methods raise StoreUnavailable; what cannot be told of is not done."""

    redis: Redis
    clock: Clock
    facts: Facts

    async def of(self, owner: str) -> list[CannedReply]:
        """All of one owner, by title."""
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self.redis.hgetall(_key(owner)))
        found = [_read(owner, text(number), text(kept)) for number, kept in stored.items()]
        return sorted((one for one in found if one), key=lambda one: (one.title.casefold(), one.id))

    async def one(self, owner: str, number: str) -> CannedReply | None:
        """One of this owner's; None when it is not."""
        return _read(owner, number, await self._raw(owner, number))

    async def offered(self, username: str, queue: str) -> list[CannedReply]:
        """What an agent may put into a reply in a queue: their own first."""
        both = [*await self.of(username), *await self.of(SHARED)]
        return [one for one in both if one.queue in (EVERY, queue)]

    async def make(self, owner: str, draft: Draft, by: str) -> CannedReply:
        """A new one. CannedRefused with a sentence."""
        there = await self.of(owner)
        if len(there) >= most(owner):
            raise CannedRefused(words()("canned.many", n=most(owner)))
        _only_one(draft, there)
        return await self._keep(owner, new_id("cr"), "", draft, by)

    async def change(self, owner: str, number: str, version: str, draft: Draft, by: str) -> CannedReply | None:
        """Other words for the one that somebody has read in this ``version``; None when there is none. CannedRefused with a
        sentence."""
        raw = await self._raw(owner, number)
        if _read(owner, number, raw) is None:
            return None
        if digest(raw) != version:
            raise CannedRefused(words()("canned.meanwhile"))
        _only_one(draft, [one for one in await self.of(owner) if one.id != number])
        return await self._keep(owner, number, raw, draft, by)

    async def remove(self, owner: str, number: str, by: str) -> bool:
        """False when there is none."""
        found = await self.one(owner, number)
        if found is None:
            return False
        await self._told(owner, number, REMOVED, Draft(found.title, found.text, found.queue), by)
        with answered():
            await self.redis.hdel(_key(owner), number)
        return True

    async def _raw(self, owner: str, number: str) -> str:
        with answered():
            return text(await cast(Awaitable[Any], self.redis.hget(_key(owner), number)))

    async def _keep(self, owner: str, number: str, before: str, draft: Draft, by: str) -> CannedReply:
        """Instead of what was there ``before``, and of nothing else."""
        await self._told(owner, number, CHANGED if before else MADE, draft, by)
        record = {"title": draft.title, "text": draft.text, "queue": draft.queue, "by": by, "at": self.clock().isoformat()}
        kept = json.dumps(record, ensure_ascii=False)
        with answered():
            done = await self.redis.eval(KEEP, 1, _key(owner), number, before, kept, str(most(owner)))
        if not done:
            raise CannedRefused(words()("canned.meanwhile") if before else words()("canned.many", n=most(owner)))
        return _reply(owner, number, kept)

    async def _told(self, owner: str, number: str, change: str, draft: Draft, by: str) -> None:
        """The words are nobody's affair but the agents', and how an agent calls their own is not, either."""
        title = draft.title if owner == SHARED else ""
        changed = canned_reply_changed(number, change, by, self.clock(), owner=owner, title=title, queue=draft.queue)
        await self.facts.append([changed])


async def forget(redis: Redis, username: str) -> None:
    """Somebody's own, without a word: their account is removed, which is told. Raises StoreUnavailable."""
    with answered():
        await redis.delete(_key(username))


def _only_one(draft: Draft, there: list[CannedReply]) -> None:
    if any(one.title.casefold() == draft.title.casefold() and one.queue == draft.queue for one in there):
        raise CannedRefused(words()("canned.twice"))


def _read(owner: str, number: str, kept: str) -> CannedReply | None:
    """None for nothing, and for what is no canned reply."""
    try:
        return _reply(owner, number, kept)
    except (ValueError, KeyError, TypeError):
        return None


def _reply(owner: str, number: str, kept: str) -> CannedReply:
    said = json.loads(kept)
    return CannedReply(number, owner, said["title"], said["text"], said["queue"], said["by"], moment(said["at"]), digest(kept))


def _key(owner: str) -> str:
    return f"ot:desk:canned:of:{owner}" if owner else "ot:desk:canned:shared"
