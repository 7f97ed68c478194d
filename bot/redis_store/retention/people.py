"""Deleting what is kept of a person on Redis: of one contact, or of all who have been silent for long (docs/runbook.md).

Everything that names the person or holds their words goes: contact, addresses, conversations (those from before a join, too),
menus, codes, links, closed handoffs. What remains is that a number refuses messages, and what ends by itself: records of sends
(30 days), of turns (3 days) and of calls (7 days). Facts that still wait for the recorder lose the person when they are kept.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import redis.asyncio as redis

from bot.model import AddressKind, Contact, ContactAddress, Handoff, Proof, new_id
from bot.ports import Clock
from bot.ports.cold import ColdStore
from bot.ports.stores import LinkRecord
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.base import PREFIX, guarded, stored, text_of
from bot.redis_store.contacts import CONTACT, LINK, RedisContacts, RedisLinks
from bot.redis_store.handoffs import HANDOFF, RedisHandoffs
from bot.redis_store.locks import RedisLocks

SCAN = 1000

# KEYS: an address; ARGV: the contact that it must still lead to
_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(frozen=True, slots=True)
class Theirs:
    """A contact with what goes when it goes: ``people`` are ids of contacts, its own and those that were joined into it;
    ``places`` are their conversations."""

    contact: Contact
    people: frozenset[str]
    places: frozenset[str]
    links: tuple[LinkRecord, ...] = ()


First = Callable[[Theirs], Awaitable[None]]


class RedisRetention:
    """Who is in the middle of something (with a person, on the phone) is never deleted. All methods raise StoreUnavailable."""

    def __init__(self, client: redis.Redis, clock: Clock, cold: ColdStore | None = None) -> None:
        self._redis = client
        self._cold = cold
        self._clock = clock
        self._contacts, self._links = RedisContacts(client, clock, cold), RedisLinks(client)
        self._handoffs, self._calls = RedisHandoffs(client), RedisCalls(client, clock)
        self._locks = RedisLocks(client)
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        self._read_to = "0"
        self._let_go = client.register_script(_LET_GO)

    async def silent_since(self, before: datetime) -> AsyncIterator[Contact]:
        """All contacts that neither wrote nor called since ``before``; walks the whole key space.

        One that was joined into another is left out: it goes with that one, because a join can be undone.
        """
        async for contact_id in ids_of(self._redis, "contact"):
            found = await self._contacts.hot(contact_id)
            if found and _latest(found[0]) < before and not await self._joined_into_another(found[0]):
                yield found[0]
        async for contact in self._asleep(before):
            if not await self._joined_into_another(contact):
                yield contact

    async def _asleep(self, before: datetime) -> AsyncIterator[Contact]:
        """Those of whom Redis has a mark only; they go on sleeping."""
        after = ""
        while self._cold is not None and (page := await self._cold.silent_since(before, after, SCAN)):
            for kept in page:
                if await self._contacts.hot(kept.contact_id) is None:  # woken, and not moved again: told of already
                    yield CONTACT.validate_json(kept.record)
            after = page[-1].contact_id

    @stored
    async def forget(self, contact: Contact, before: datetime | None = None, first: First | None = None) -> Contact | None:
        """Delete the contact as it stands now; what it was, with all its addresses. None when it is in the middle of something,
        wrote since ``before``, or is gone. ``first`` is done before anything is deleted, with the conversation held: what it
        raises leaves all as it was."""
        try:
            async with self._locks.hold(contact.conversation_id):
                return await self._forget(contact, before, first)
        finally:
            await self._locks.settled()

    async def _forget(self, contact: Contact, before: datetime | None, first: First | None) -> Contact | None:
        now = await self._contacts.get(contact.id)
        if now is None or now.conversation_id != contact.conversation_id or await self._busy(now):
            return None
        if before is not None and _latest(now) >= before:
            return None
        theirs = await self.theirs(now)
        if first is not None:
            await first(theirs)
        await self._delete(theirs)
        return now

    @stored
    async def theirs(self, contact: Contact) -> Theirs:
        """What goes with this contact: what was joined into it, and what an undo left behind."""
        links = await self._links.of(contact.id)
        named = [side for link in links for side in (*link.before, link.after)]
        places, people = {contact.conversation_id} | {side.conversation_id for side in named}, {contact.id}
        for other in {side.id for side in named} - people:
            now = await self._contacts.get(other)
            if now is not None and await self._stands(now):
                places.discard(now.conversation_id)
            else:
                people.add(other)
        return Theirs(contact, frozenset(people), frozenset(places), tuple(links))

    @stored
    async def forget_handoffs(self, theirs: Theirs | None = None) -> int:
        """Delete the closed handoffs of conversations that are gone, or of those that are about to go; how many."""
        count = 0
        async for handoff in all_handoffs(self._redis):
            if handoff.open or (await self._known(handoff) if theirs is None else handoff.conversation_id not in theirs.places):
                continue
            await self._unlink([f"{PREFIX}:handoff:{handoff.id}", f"{PREFIX}:room:{handoff.id}"])
            count += 1
        return count

    async def _known(self, handoff: Handoff) -> bool:
        return await self._contacts.known(handoff.conversation_id)

    async def _busy(self, contact: Contact) -> bool:
        place = contact.conversation_id
        return bool(await self._handoffs.open_for(place) or await self._calls.live_for(place))

    async def _delete(self, theirs: Theirs) -> None:
        """The contact itself last: who dies here leaves one that is found, and deleted, the next time."""
        contact = theirs.contact
        if self._cold is not None:  # first: what is on its way there is refused from now on
            await self._cold.forget(sorted(theirs.places), sorted(theirs.people))
        for place in theirs.places:
            await self._unlink(keys_of(place))
            await asyncio.gather(*(self._redis.zrem(f"{PREFIX}:{name}", place) for name in ("hot", "idle")))
        await self._forget_links(theirs.links)
        if contact.opted_out:
            await self._still_refuses(contact)
        for known in contact.addresses:
            await self._let_go(keys=[f"{PREFIX}:address:{known.address}"], args=[contact.id])
        await self._unlink([f"{PREFIX}:conversation:{place}" for place in theirs.places])
        await self._unlink([f"{PREFIX}:links:of:{one}" for one in theirs.people])
        await self._unlink([f"{PREFIX}:contact:{one}" for one in theirs.people])

    async def _forget_links(self, links: Iterable[LinkRecord]) -> None:
        ids = {link.id for link in links}
        if ids and (old := await self._entries(ids)):
            await self._redis.xdel(f"{PREFIX}:links", *old)
        await self._unlink([f"{PREFIX}:link:{one}" for one in ids])

    async def _entries(self, ids: set[str]) -> list[str]:
        """Where these stand in the stream of all links, which is read once for all contacts, and then on from there."""
        if not ids <= self._places.keys():
            while page := await self._redis.xrange(f"{PREFIX}:links", min=f"({self._read_to}", count=SCAN):
                for entry, fields in page:
                    self._places[LINK.validate_json((fields or {})["json"]).id].append(str(entry))
                    self._read_to = str(entry)
        return [entry for one in ids for entry in self._places.pop(one, [])]

    async def _still_refuses(self, contact: Contact) -> None:
        """STOP outlives what was said: the numbers, as nobody's in particular."""
        moment = self._clock()
        numbers = [known.address for known in contact.addresses if known.address.kind is AddressKind.TEL]
        held = tuple(ContactAddress(number, Proof.CLAIMED, moment) for number in numbers)
        if held:
            await self._contacts.create(Contact(new_id("p"), new_id("c"), held, moment, opted_out=True))

    async def _stands(self, contact: Contact) -> bool:
        """Whether an address of it leads to it."""
        found = [await self._redis.get(f"{PREFIX}:address:{known.address}") for known in contact.addresses]
        return contact.id in map(text_of, found)

    async def _joined_into_another(self, contact: Contact) -> bool:
        for known in contact.addresses:
            owner = text_of(await self._redis.get(f"{PREFIX}:address:{known.address}"))
            if owner is not None and owner != contact.id:
                return any(link.before[0].id == contact.id and not link.undone_at for link in await self._links.of(owner))
        return False

    async def _unlink(self, keys: Iterable[str]) -> None:
        """One command each: in a Cluster they are in different slots."""
        await asyncio.gather(*(self._redis.unlink(key) for key in keys))


async def ids_of(client: redis.Redis, kind: str) -> AsyncIterator[str]:
    """The ids of all records of a kind; walks the whole key space. Raises StoreUnavailable."""
    async with guarded():
        async for key in client.scan_iter(match=f"{PREFIX}:{kind}:*", count=SCAN):
            yield str(key).removeprefix(f"{PREFIX}:{kind}:")


async def all_handoffs(client: redis.Redis) -> AsyncIterator[Handoff]:
    """The open and the closed ones. Raises StoreUnavailable."""
    async for handoff_id in ids_of(client, "handoff"):
        async with guarded():
            text = text_of(await client.get(f"{PREFIX}:handoff:{handoff_id}"))
        if text:
            yield HANDOFF.validate_json(text)


def _latest(contact: Contact) -> datetime:
    return contact.last_seen or contact.created_at


def keys_of(place: str) -> list[str]:
    """What is kept of one conversation, but who it belongs to."""
    tracker, lines, code = f"{PREFIX}:{{c:{place}}}", f"{PREFIX}:{{u:{place}}}", f"{PREFIX}:code:{{{place}}}"
    kept = [f"{tracker}:events", f"{tracker}:window", f"{lines}:lines", f"{lines}:doubt", code, f"{code}:tries"]
    return kept + [f"{PREFIX}:{name}:{place}" for name in ("menu", "owner", "live", "doubt")]
