"""Deleting what is kept of a person on Redis: of one contact, or of all who have been silent for long (docs/runbook.md).

Everything that names the person or holds their words goes: contact, addresses, conversations (those from before a join, too),
menus, codes, links, closed handoffs. What remains is that a number refuses messages, and what ends by itself: records of sends
(30 days), of turns (3 days) and of calls (7 days).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import redis.asyncio as redis

from bot.model import AddressKind, Contact, ContactAddress, Proof, new_id
from bot.ports import Clock
from bot.redis_base import PREFIX, guarded, stored, text_of
from bot.redis_calls import RedisCalls
from bot.redis_locks import RedisLocks
from bot.redis_store import HANDOFF, LINK, RedisContacts, RedisHandoffs, RedisLinks
from bot.stores import LinkRecord

SCAN = 1000

# KEYS: an address; ARGV: the contact that it must still lead to
_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisRetention:
    """Who is in the middle of something (with a person, on the phone) is never deleted. All methods raise StoreUnavailable."""

    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock
        self._contacts, self._links = RedisContacts(client, clock), RedisLinks(client)
        self._handoffs, self._calls = RedisHandoffs(client), RedisCalls(client)
        self._locks = RedisLocks(client)
        self._let_go = client.register_script(_LET_GO)

    async def silent_since(self, before: datetime) -> AsyncIterator[Contact]:
        """All contacts that neither wrote nor called since ``before``; walks the whole key space.

        One that was joined into another is left out: it goes with that one, because a join can be undone.
        """
        async for contact_id in self._ids("contact"):
            contact = await self._contacts.get(contact_id)
            if contact is not None and _latest(contact) < before and not await self._joined_into_another(contact):
                yield contact

    @stored
    async def forget(self, contact: Contact, before: datetime | None = None) -> Contact | None:
        """Delete the contact as it stands now; what it was, with all its addresses. None when it is in the middle of something,
        wrote since ``before``, or is gone."""
        async with self._locks.hold(contact.conversation_id):
            now = await self._contacts.get(contact.id)
            if now is None or now.conversation_id != contact.conversation_id or await self._busy(now):
                return None
            if before is not None and _latest(now) >= before:
                return None
            await self._delete(now)
            return now

    @stored
    async def forget_handoffs(self) -> int:
        """Delete the closed handoffs of conversations that are gone; how many."""
        count = 0
        async for handoff_id in self._ids("handoff"):
            text = text_of(await self._redis.get(f"{PREFIX}:handoff:{handoff_id}"))
            handoff = HANDOFF.validate_json(text) if text else None
            if handoff is None or handoff.open or await self._contacts.of_conversation(handoff.conversation_id):
                continue
            await self._unlink([f"{PREFIX}:handoff:{handoff_id}", f"{PREFIX}:room:{handoff_id}"])
            count += 1
        return count

    async def _busy(self, contact: Contact) -> bool:
        place = contact.conversation_id
        return bool(await self._handoffs.open_for(place) or await self._calls.live_for(place))

    async def _delete(self, contact: Contact) -> None:
        """The contact itself last: who dies here leaves one that is found, and deleted, the next time."""
        links = await self._links.of(contact.id)
        places, people = await self._theirs(contact, links)
        for place in places:
            await self._unlink(_keys_of(place))
        await self._forget_links(links)
        if contact.opted_out:
            await self._still_refuses(contact)
        for known in contact.addresses:
            await self._let_go(keys=[f"{PREFIX}:address:{known.address}"], args=[contact.id])
        await self._unlink([f"{PREFIX}:conversation:{place}" for place in places])
        await self._unlink([f"{PREFIX}:links:of:{one}" for one in people])
        await self._unlink([f"{PREFIX}:contact:{one}" for one in people])

    async def _theirs(self, contact: Contact, links: Iterable[LinkRecord]) -> tuple[set[str], set[str]]:
        """Conversations and contacts that go with this one: what was joined into it, and what an undo left behind."""
        named = [side for link in links for side in (*link.before, link.after)]
        places, people = {contact.conversation_id} | {side.conversation_id for side in named}, {contact.id}
        for other in {side.id for side in named} - people:
            now = await self._contacts.get(other)
            if now is not None and await self._stands(now):
                places.discard(now.conversation_id)
            else:
                people.add(other)
        return places, people

    async def _forget_links(self, links: list[LinkRecord]) -> None:
        ids = {link.id for link in links}
        if ids:
            entries = await self._redis.xrange(f"{PREFIX}:links")
            old = [str(entry) for entry, fields in entries or () if LINK.validate_json((fields or {})["json"]).id in ids]
            if old:
                await self._redis.xdel(f"{PREFIX}:links", *old)
        await self._unlink([f"{PREFIX}:link:{one}" for one in ids])

    async def _still_refuses(self, contact: Contact) -> None:
        """STOP outlives what was said: the numbers, as nobody's in particular."""
        moment = self._clock()
        numbers = [known.address for known in contact.addresses if known.address.kind is AddressKind.TEL]
        held = tuple(ContactAddress(number, Proof.CLAIMED, moment) for number in numbers)
        if held:
            await self._contacts.save(Contact(new_id("p"), new_id("c"), held, moment, opted_out=True))

    async def _stands(self, contact: Contact) -> bool:
        """Whether an address of it leads to it."""
        found = [await self._redis.get(f"{PREFIX}:address:{known.address}") for known in contact.addresses]
        return contact.id in map(text_of, found)

    async def _joined_into_another(self, contact: Contact) -> bool:
        for known in contact.addresses:
            owner = await self._contacts.find(known.address)
            if owner is not None and owner.id != contact.id:
                return any(link.before[0].id == contact.id and not link.undone_at for link in await self._links.of(owner.id))
        return False

    async def _ids(self, kind: str) -> AsyncIterator[str]:
        async with guarded():
            async for key in self._redis.scan_iter(match=f"{PREFIX}:{kind}:*", count=SCAN):
                yield str(key).removeprefix(f"{PREFIX}:{kind}:")

    async def _unlink(self, keys: Iterable[str]) -> None:
        """One command each: in a Cluster they are in different slots."""
        await asyncio.gather(*(self._redis.unlink(key) for key in keys))


def _latest(contact: Contact) -> datetime:
    return contact.last_seen or contact.created_at


def _keys_of(place: str) -> list[str]:
    """What is kept of one conversation, but who it belongs to."""
    tracker, lines, code = f"{PREFIX}:{{c:{place}}}", f"{PREFIX}:{{u:{place}}}", f"{PREFIX}:code:{{{place}}}"
    kept = [f"{tracker}:events", f"{tracker}:window", f"{lines}:lines", f"{lines}:doubt", code, f"{code}:tries"]
    return kept + [f"{PREFIX}:{name}:{place}" for name in ("menu", "owner", "live", "doubt")]
