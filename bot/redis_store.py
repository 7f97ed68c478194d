"""Contacts, handoffs and the record of joined contacts, on Redis."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import Address, AddressKind, Contact, ContactAddress, Handoff, Proof, new_id
from bot.ports import Clock
from bot.redis_base import PREFIX, dump, stored, text_of
from bot.stores import LinkRecord

CONTACT = TypeAdapter(Contact)
HANDOFF = TypeAdapter(Handoff)
LINK = TypeAdapter(LinkRecord)
REMEMBERED = 2000
"""Addresses and contacts of which a guess is kept in memory; Redis is always asked whether it still holds."""

# KEYS: contact; ARGV: as it was, as it shall be. True also when it is so already: the first answer was lost.
_REPLACE = """
local now = redis.call('GET', KEYS[1])
if now == ARGV[2] then return 1 end
if now ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""


class RedisContacts:
    """``bot.ports.Contacts``: ``ot:contact:<id>`` holds the person, ``ot:address:<address>`` points to it."""

    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock
        self._replace = client.register_script(_REPLACE)
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._conversations: OrderedDict[str, str] = OrderedDict()

    @stored
    async def find(self, address: Address) -> Contact | None:
        return await self._of(address)

    @stored
    async def get(self, contact_id: str) -> Contact | None:
        return await self._load(contact_id)

    @stored
    async def of_conversation(self, conversation_id: str) -> Contact | None:
        return await self._load(text_of(await self._redis.get(f"{PREFIX}:conversation:{conversation_id}")))

    def guess(self, address: Address) -> str | None:
        """See ``bot.ports.Contacts``; nothing is asked of Redis."""
        return self._conversations.get(str(address))

    @stored
    async def find_or_create(self, address: Address) -> Contact:
        if existing := await self._of(address):
            return existing
        moment = self._clock()
        claimed = ContactAddress(address, Proof.CLAIMED, moment)
        contact = Contact(new_id("p"), new_id("c"), (claimed,), moment)
        await self._write(contact)
        # two gateways may meet a new address at once: the first to name its contact wins
        pointer = f"{PREFIX}:address:{address}"
        if await self._redis.set(pointer, contact.id, nx=True):
            return contact
        first = text_of(await self._redis.get(pointer))
        if first == contact.id:  # ours: the first answer was lost with its connection
            return contact
        if winner := await self._load(first):
            await self._redis.delete(f"{PREFIX}:contact:{contact.id}")
            await self._redis.delete(f"{PREFIX}:conversation:{contact.conversation_id}")
            return winner
        await self._redis.set(pointer, contact.id)  # it pointed to a contact that was deleted
        return contact

    @stored
    async def save(self, contact: Contact) -> None:
        await self._write(contact)
        async with self._redis.pipeline(transaction=False) as pipe:
            for known in contact.addresses:
                pipe.set(f"{PREFIX}:address:{known.address}", contact.id)
            await pipe.execute()

    @stored
    async def detach(self, address: Address) -> Contact:
        old = await self._load(text_of(await self._redis.get(f"{PREFIX}:address:{address}")))
        moment = self._clock()
        fresh = Contact(new_id("p"), new_id("c"), (ContactAddress(address, Proof.CLAIMED, moment),), moment)
        await self._write(fresh)
        await self._redis.set(f"{PREFIX}:address:{address}", fresh.id)
        if old is not None:
            if old.opted_out and address.kind is AddressKind.TEL:  # whoever has the number now: it refused messages
                fresh = replace(fresh, opted_out=True)
                await self._write(fresh)
            await self._replace_in(old.id, lambda known: _without(known, address))
        return fresh

    @stored
    async def update(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        return await self._replace_in(contact_id, change)

    async def _replace_in(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        key = f"{PREFIX}:contact:{contact_id}"
        before = self._texts.pop(contact_id, None) or text_of(await self._redis.get(key))  # a guess: _REPLACE looks again
        while before is not None:
            changed = change(CONTACT.validate_json(before))
            if await self._replace(keys=[key], args=[before, dump(CONTACT, changed)]):
                return changed
            before = text_of(await self._redis.get(key))
        return None

    async def _of(self, address: Address) -> Contact | None:
        """Whose address it is now. Pointer and contact come in one round trip where the pointer is what it was last time."""
        known = self._owners.get(str(address))
        pointer = self._redis.get(f"{PREFIX}:address:{address}")
        if known is None:
            owner = text_of(await pointer)
            text = await self._text(owner)
        else:  # sent together (``bot.redis_batch``)
            owner, text = map(text_of, await asyncio.gather(pointer, self._redis.get(f"{PREFIX}:contact:{known}")))
            text = text if owner == known else await self._text(owner)
        if owner is None or text is None:
            self._conversations.pop(str(address), None)
            return None
        contact = CONTACT.validate_json(text)
        _remember(self._owners, str(address), owner)
        _remember(self._texts, owner, text)
        _remember(self._conversations, str(address), contact.conversation_id)
        return contact

    async def _text(self, contact_id: str | None) -> str | None:
        return text_of(await self._redis.get(f"{PREFIX}:contact:{contact_id}")) if contact_id else None

    async def _write(self, contact: Contact) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(f"{PREFIX}:contact:{contact.id}", dump(CONTACT, contact))
            pipe.set(f"{PREFIX}:conversation:{contact.conversation_id}", contact.id)
            await pipe.execute()

    async def _load(self, contact_id: str | None) -> Contact | None:
        text = await self._text(contact_id)
        return CONTACT.validate_json(text) if text else None


def _remember(cache: OrderedDict[str, str], key: str, value: str) -> None:
    """Keep it, and forget what was not used for longest."""
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > REMEMBERED:
        cache.popitem(last=False)


def _without(contact: Contact, address: Address) -> Contact:
    kept = tuple(known for known in contact.addresses if known.address != address)
    if contact.last_address != address:
        return replace(contact, addresses=kept)
    return replace(contact, addresses=kept, last_address=None, last_channel=None)


class RedisLinks:
    """``bot.stores.Links``: ``ot:link:<id>``, ``ot:links:of:<contact>`` by time, and a stream of all as they were made."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def record(self, link: LinkRecord) -> None:
        await self._redis.set(f"{PREFIX}:link:{link.id}", dump(LINK, link))
        await self._redis.zadd(f"{PREFIX}:links:of:{link.after.id}", {link.id: link.at.timestamp()}, nx=True)
        await self._redis.xadd(f"{PREFIX}:links", {"json": dump(LINK, link)})

    @stored
    async def get(self, link_id: str) -> LinkRecord | None:
        text = await self._redis.get(f"{PREFIX}:link:{link_id}")
        return LINK.validate_json(text) if text else None

    @stored
    async def of(self, contact_id: str) -> list[LinkRecord]:
        ids = await self._redis.zrange(f"{PREFIX}:links:of:{contact_id}", 0, -1)
        texts = [await self._redis.get(f"{PREFIX}:link:{text_of(link_id)}") for link_id in ids]
        return [LINK.validate_json(text) for text in texts if text]

    @stored
    async def update(self, link: LinkRecord) -> None:
        await self._redis.set(f"{PREFIX}:link:{link.id}", dump(LINK, link))
        if link.undone_at:  # the other side is a contact again, and its agents see what was undone
            await self._redis.zadd(f"{PREFIX}:links:of:{link.before[0].id}", {link.id: link.at.timestamp()}, nx=True)


class RedisHandoffs:
    """``bot.ports.Handoffs``: the open ones in a sorted set by the time they were opened."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def get(self, handoff_id: str) -> Handoff | None:
        text = await self._redis.get(f"{PREFIX}:handoff:{handoff_id}")
        return HANDOFF.validate_json(text) if text else None

    @stored
    async def open_for(self, conversation_id: str) -> Handoff | None:
        handoff_id = text_of(await self._redis.get(f"{PREFIX}:owner:{conversation_id}"))
        text = await self._redis.get(f"{PREFIX}:handoff:{handoff_id}") if handoff_id else None
        handoff = HANDOFF.validate_json(text) if text else None
        return handoff if handoff and handoff.open else None

    @stored
    async def save(self, handoff: Handoff) -> None:
        await self._redis.set(f"{PREFIX}:handoff:{handoff.id}", dump(HANDOFF, handoff))
        if handoff.open:  # on the desk's list first: who dies here must not leave a silent conversation that nobody sees
            await self._redis.zadd(f"{PREFIX}:handoffs:open", {handoff.id: handoff.opened_at.timestamp()})
            await self._redis.set(f"{PREFIX}:owner:{handoff.conversation_id}", handoff.id)
        else:
            await self._redis.delete(f"{PREFIX}:owner:{handoff.conversation_id}")
            await self._redis.zrem(f"{PREFIX}:handoffs:open", handoff.id)

    @stored
    async def listing(self) -> list[Handoff]:
        ids = await self._redis.zrange(f"{PREFIX}:handoffs:open", 0, -1)
        async with self._redis.pipeline(transaction=False) as pipe:
            for handoff_id in ids:
                pipe.get(f"{PREFIX}:handoff:{text_of(handoff_id)}")
            texts = await pipe.execute()
        found = [HANDOFF.validate_json(text) for text in texts if text]
        return [handoff for handoff in found if handoff.open]
