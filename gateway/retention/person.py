"""One person: everything that is kept of them, to be shown or erased. Who they are is said by an address or an id.

An erasure does first what may fail and can be repeated (recordings at Twilio, then the records), and last what leads to the
person (the contact in Redis): wherever it is broken off, the same command finds them again and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import redis.asyncio as redis

from bot.model import Address, AddressKind, Contact
from bot.ports import Clock
from bot.ports.cold import ColdStore
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.retention.people import RedisRetention, Theirs, all_handoffs
from gateway.cold import cold_in
from gateway.retention.people import Told, forget_channels
from gateway.retention.recordings import Recordings
from records.facts import Fact
from records.sql import Deleted, RecordsStore

BUSY = "Not deleted: with a person or on the phone. Close the handoff, or wait for the call's end, and try again."
NOBODY = "Nobody is known by that."
BEYOND = (
    "Beyond reach: backups of Redis and of the records, what Twilio and Meta keep of messages and calls, and the business's own "
    "database. By themselves end: records of turns (3 days), calls (7) and sends (30)."
)


class Unclear(Exception):
    """It is not clear who is meant; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Person:
    """``contact``: as Redis knows them; None when only the records do, as ``people`` (ids of contacts)."""

    contact: Contact | None
    people: tuple[str, ...]

    @property
    def since(self) -> datetime | None:
        """No export of times before can hold them."""
        return self.contact.created_at if self.contact else None


@dataclass(slots=True)
class Erased:
    """What one erasure did, to be told."""

    recordings: int = 0
    handoffs: int = 0
    records: Deleted = field(default_factory=Deleted)
    exports: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """How much is kept of one person."""

    lines: int
    facts: int
    recordings: int
    handoffs: int


@dataclass(frozen=True, slots=True)
class People:
    """Finds, counts and erases. Raises StoreUnavailable, RecordsUnavailable, VendorRefused; each can be repeated."""

    client: redis.Redis
    records: RecordsStore
    recordings: Recordings
    told: Told
    clock: Clock

    @property
    def cold(self) -> ColdStore:
        """What has left Redis: in the records' database."""
        return cold_in(self.records)

    async def find(self, who: str) -> Person | None:
        """By ``+12125550147``, ``messenger:...``, ``web:...``, a conversation (``c_...``) or a contact (``p_...``). Raises
        Unclear."""
        contact = await self._in_redis(who)
        if contact is not None:
            return Person(
                contact, tuple(sorted((await RedisRetention(self.client, self.clock, self.cold).theirs(contact)).people))
            )
        people = await self._in_records(who)
        if len(people) > 1:
            raise Unclear(f"Several contacts were known by that: name one of {', '.join(people)}, or one after the other.")
        return Person(None, tuple(people)) if people else None

    async def _in_redis(self, who: str) -> Contact | None:
        contacts = RedisContacts(self.client, self.clock, self.cold)
        if who.startswith("p_"):
            return await contacts.get(who)
        return await (contacts.of_conversation(who) if who.startswith("c_") else contacts.find(Address.parse(_address(who))))

    async def _in_records(self, who: str) -> list[str]:
        if who.startswith("p_"):
            return [who] if await self._has_records(who) else []
        return await (self.records.contacts_in(who) if who.startswith("c_") else self.records.contacts_at(_address(who)))

    async def _has_records(self, contact_id: str) -> bool:
        found = await self.records.subject([contact_id])
        return bool(found["facts"] or found["conversations"])

    async def count(self, person: Person) -> Held:
        """What an erasure would find now."""
        kept = await self.records.subject(person.people)
        recordings, handoffs = await self.records.recordings_of(person.people), 0
        if person.contact is not None:
            theirs = await RedisRetention(self.client, self.clock, self.cold).theirs(person.contact)
            recordings = await self.recordings.of(theirs)
            handoffs = sum([one.conversation_id in theirs.places async for one in all_handoffs(self.client) if not one.open])
        return Held(len(kept["lines"]), len(kept["facts"]), len(recordings), handoffs)

    async def erase(self, person: Person) -> Erased | None:
        """None while they are with a person or on the phone."""
        done = Erased(exports=await self.records.exports_with_persons(person.since))

        async def first(theirs: Theirs) -> None:
            done.recordings = await self.recordings.delete(await self.recordings.of(theirs))
            done.records = await self.records.erase(theirs.people)
            done.handoffs = await kept.forget_handoffs(theirs)
            await forget_channels(self.client, theirs.contact)

        kept = RedisRetention(self.client, self.clock, self.cold)
        if person.contact is None:
            done.recordings = await self.recordings.delete(await self.records.recordings_of(person.people))
            done.records = await self.records.erase(person.people)
        elif await kept.forget(person.contact, first=first) is None:
            return None
        contacts = 0 if person.contact is None else 1
        await self.told.deleted("erasure", contacts=contacts, handoffs=done.handoffs, recordings=done.recordings)
        return done


def _address(who: str) -> str:
    return f"{AddressKind.TEL}:{who}" if who.startswith("+") else who


def would_go(held: Held) -> str:
    """What an erasure would do, without a word of theirs."""
    return (
        f"Would be deleted: {held.lines} transcript lines, {held.recordings} recordings at Twilio and {held.handoffs} closed "
        f"handoffs; {held.facts} facts would stay as figures that name nobody."
    )


def said(done: Erased) -> str:
    """What was erased, and what no erasure reaches."""
    stripped, gone = sum(done.records.stripped.values()), done.records
    lines = [
        f"Deleted from Redis, with {done.handoffs} closed handoffs.",
        f"Deleted from the records: {gone.lines} transcript lines; {stripped} facts stay as figures that name nobody.",
        f"Deleted at Twilio: {done.recordings} recordings.",
    ]
    return "\n".join([*lines, *exports(done.exports), BEYOND])


def exports(found: Sequence[Fact]) -> list[str]:
    """Files that may hold them, each with its range."""
    if not found:
        return ["No export with persons in it can hold them."]
    files = [f"  {', '.join(one.body['files'])} ({one.body['since'][:10]} to {one.body['until'][:10]})" for one in found]
    return ["Beyond reach: exports that may hold them. Whoever has these files deletes them there:", *files]
