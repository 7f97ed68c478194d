"""Contacts and the record of joined contacts, on Redis."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.facts.people import linked, undone
from bot.model import Address, AddressKind, Contact, ContactAddress, Proof, new_id
from bot.ports import Clock, ContactAsleep, StoreUnavailable
from bot.ports.cold import ColdStore
from bot.ports.stores import LinkRecord, nothing_told
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.compare_and_set import Swap, remember
from bot.redis_store.client.told import FactLog, Untold, append_from
from bot.redis_store.event_log import EventLog

logger = logging.getLogger(__name__)
CONTACT = TypeAdapter(Contact)
LINK = TypeAdapter(LinkRecord)
PARKED = "parked "
REMEMBERED = 2000
"""Addresses and contacts of which a guess is kept in memory; Redis is always asked whether it still holds."""


class RedisContacts:
    """``bot.ports.Contacts``: ``ot:contact:<id>`` holds the person, ``ot:address:<address>`` points to it.

    Who was silent for long is in the ``cold`` store, and the record says ``parked`` and the conversation. Whatever asks for the
    contact wakes it, with what the next turn reads; while the cold store is away that raises ContactAsleep."""

    def __init__(self, client: redis.Redis, clock: Clock, cold: ColdStore | None = None) -> None:
        self._cold = cold
        self._log = EventLog(client, PREFIX, cold, lambda: clock().timestamp())
        self._redis = client
        self._clock = clock
        self._swap = Swap(client)
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
        contact_id = text_of(await self._redis.get(f"{PREFIX}:conversation:{conversation_id}"))
        if contact_id is None and self._cold is not None:
            kept = await self._cold.contact_of(conversation_id)
            contact_id = kept.contact_id if kept else None
        return await self._load(contact_id)

    @stored
    async def known(self, conversation_id: str) -> bool:
        """Whether it is somebody's; one that is asleep stays so."""
        if await self._redis.exists(f"{PREFIX}:conversation:{conversation_id}"):
            return True
        return self._cold is not None and await self._cold.contact_of(conversation_id) is not None

    @stored
    async def hot(self, contact_id: str) -> tuple[Contact, str] | None:
        """The contact and its record, where Redis has it; one that is asleep stays so."""
        text = text_of(await self._redis.get(f"{PREFIX}:contact:{contact_id}"))
        return None if text is None or text.startswith(PARKED) else (CONTACT.validate_json(text), text)

    @stored
    async def hot_of(self, conversation_id: str) -> tuple[Contact, str] | None:
        """The same, by its conversation."""
        contact_id = text_of(await self._redis.get(f"{PREFIX}:conversation:{conversation_id}"))
        found = await self.hot(contact_id) if contact_id else None
        return found if found and found[0].conversation_id == conversation_id else None

    @stored
    async def park(self, contact: Contact, record: str) -> bool:
        """The record is in the cold store: leave the mark. False when it has changed since."""
        place = contact.conversation_id
        if not await self._swap.replace(f"{PREFIX}:contact:{contact.id}", record, PARKED + place):
            return False
        await self._redis.delete(f"{PREFIX}:conversation:{place}")
        return True

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
    async def create(self, contact: Contact) -> Contact:
        await self._redis.set(f"{PREFIX}:contact:{contact.id}", dump(CONTACT, contact), nx=True)
        kept = await self._load(contact.id) or contact  # one that was asleep wakes
        await self._lead_to(kept, [known.address for known in contact.addresses])
        return kept

    @stored
    async def detach(self, address: Address) -> Contact:
        old = await self._load(text_of(await self._redis.get(f"{PREFIX}:address:{address}")))
        moment = self._clock()
        fresh = Contact(new_id("p"), new_id("c"), (ContactAddress(address, Proof.CLAIMED, moment),), moment)
        await self._write(fresh)
        await self._redis.set(f"{PREFIX}:address:{address}", fresh.id)
        left = await self._replace_in(old.id, lambda known: _without(known, address)) if old else None
        if left is not None and left.opted_out and address.kind is AddressKind.TEL:  # whoever has it now: it refused messages
            return await self._replace_in(fresh.id, lambda known: replace(known, opted_out=True)) or fresh
        return fresh

    @stored
    async def update(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        return await self._replace_in(contact_id, change)

    async def _replace_in(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        key = f"{PREFIX}:contact:{contact_id}"
        before = self._texts.pop(contact_id, None) or await self._text(contact_id)  # a guess: it is looked at again
        while before is not None:
            was = CONTACT.validate_json(before)
            changed = change(was)
            if await self._swap.replace(key, before, dump(CONTACT, changed)):
                if new := _renewed(was, changed):
                    await self._lead_to(changed, new)
                return changed
            before = await self._text(contact_id)
        return None

    async def _lead_to(self, contact: Contact, addresses: Sequence[Address]) -> None:
        """Point the addresses and the conversation at their contact."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(f"{PREFIX}:conversation:{contact.conversation_id}", contact.id)
            for address in addresses:
                pipe.set(f"{PREFIX}:address:{address}", contact.id)
            await pipe.execute()

    async def _of(self, address: Address) -> Contact | None:
        """Whose address it is now. Pointer and contact come in one round trip where the pointer is what it was last time."""
        known = self._owners.get(str(address))
        pointer = self._redis.get(f"{PREFIX}:address:{address}")
        if known is None:
            owner = text_of(await pointer)
            text = await self._text(owner)
        else:  # sent together (``bot.redis_store.client.batch``)
            owner, text = map(text_of, await asyncio.gather(pointer, self._redis.get(f"{PREFIX}:contact:{known}")))
            text = text if owner == known and not (text or PARKED).startswith(PARKED) else await self._text(owner)
        if owner is None or text is None:
            self._conversations.pop(str(address), None)
            return None
        contact = CONTACT.validate_json(text)
        remember(self._owners, str(address), owner, REMEMBERED)
        remember(self._texts, owner, text, REMEMBERED)
        remember(self._conversations, str(address), contact.conversation_id, REMEMBERED)
        return contact

    async def _text(self, contact_id: str | None) -> str | None:
        if not contact_id:
            return None
        while (text := text_of(await self._redis.get(f"{PREFIX}:contact:{contact_id}"))) and text.startswith(PARKED):
            if not await self._wake(contact_id, text):
                return None
        return text

    async def _wake(self, contact_id: str, mark: str) -> bool:
        """Two gateways may do it at once: the second finds another text in the mark's place. False when the cold store has lost
        it: then it is as one that was deleted."""
        place = mark.removeprefix(PARKED)
        try:
            if self._cold is None:
                raise StoreUnavailable("it is in the cold store, and this process knows none")
            kept, _ = await asyncio.gather(self._cold.contact(contact_id), self._log.read(place))  # before the contact is there
        except StoreUnavailable as error:
            raise ContactAsleep(str(error), place) from error
        if kept is None:
            logger.error("the cold store has lost a contact: %s", contact_id)
            return False
        await self._redis.set(f"{PREFIX}:conversation:{place}", contact_id)
        await self._swap.replace(f"{PREFIX}:contact:{contact_id}", mark, kept.record)
        return True

    async def _write(self, contact: Contact) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(f"{PREFIX}:contact:{contact.id}", dump(CONTACT, contact))
            pipe.set(f"{PREFIX}:conversation:{contact.conversation_id}", contact.id)
            await pipe.execute()

    async def _load(self, contact_id: str | None) -> Contact | None:
        text = await self._text(contact_id)
        return CONTACT.validate_json(text) if text else None


def _renewed(was: Contact, now: Contact) -> list[Address]:
    """The addresses that came, or were proved anew: also after a death between the record and what leads to it."""
    before = {(known.address, known.proof, known.since, known.until) for known in was.addresses}
    new = [known.address for known in now.addresses if (known.address, known.proof, known.since, known.until) not in before]
    if now.conversation_id != was.conversation_id:
        return [known.address for known in now.addresses]
    return new


def _without(contact: Contact, address: Address) -> Contact:
    kept = tuple(known for known in contact.addresses if known.address != address)
    if contact.last_address != address:
        return replace(contact, addresses=kept)
    return replace(contact, addresses=kept, last_address=None, last_channel=None)


# KEYS: link; ARGV: the link; and facts. What is recorded again is told of once
_RECORD = """
local new = redis.call('EXISTS', KEYS[1]) == 0
redis.call('SET', KEYS[1], ARGV[1])
if not new then return 0 end
"""


class RedisLinks:
    """``bot.ports.stores.Links``: ``ot:link:<id>``, ``ot:links:of:<contact>`` by time, and a stream of all as they were made."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None) -> None:
        self._redis = client
        self._facts = facts or Untold()
        self._swap = Swap(client, facts)
        self._record = client.register_script(f"{_RECORD}{append_from(2)}return 1")

    @stored
    async def record(self, link: LinkRecord) -> None:
        await self._facts.commit(self._record, [f"{PREFIX}:link:{link.id}"], [dump(LINK, link)], lambda: [linked(link)])
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
        key = f"{PREFIX}:link:{link.id}"
        while (before := text_of(await self._redis.get(key))) is not None:
            told = nothing_told if LINK.validate_json(before).undone_at else partial(undone, link)
            if await self._swap.replace(key, before, dump(LINK, link), told):
                break
        if link.undone_at:  # the other side is a contact again, and its agents see what was undone
            await self._redis.zadd(f"{PREFIX}:links:of:{link.before[0].id}", {link.id: link.at.timestamp()}, nx=True)
