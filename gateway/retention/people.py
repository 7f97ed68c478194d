"""Who was silent for long is deleted, hot and cold, with what the channels keep; what was deleted is written down as facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis.asyncio as redis

from bot.identity.links import UNDO_WITHIN
from bot.model import AddressKind, Contact, new_id
from bot.ports import Clock
from bot.ports.cold import ColdStore
from bot.ports.facts import Facts
from bot.redis_store.retention.people import RedisRetention
from connectors.messenger.threads import RedisThreads
from connectors.sms.own_numbers import RedisOwnNumbers
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from records.facts import audit, fact_of

LEAST = UNDO_WITHIN
"""What a customer may still undo is not deleted."""
AT_ONCE = 100
"""Contacts between two facts that say so: a death loses the count of no more."""


@dataclass(frozen=True, slots=True)
class Silent:
    """How many were found silent since ``before``, of whom ``gone`` were deleted, with so many closed handoffs."""

    before: datetime
    found: int
    gone: int = 0
    handoffs: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Writes down what was deleted outside of the records, which tell of themselves."""

    facts: Facts
    clock: Clock

    async def deleted(self, why: str, before: datetime | None = None, **removed: int) -> None:
        """``why``: a class of the rules, or ``erasure``. Nothing is told of nothing. Raises StoreUnavailable."""
        counted = {kind: count for kind, count in removed.items() if count}
        if counted:
            body = audit.DeletedFact(why=why, removed=counted, before=before)
            await self.facts.append([fact_of(body, cause=new_id("deleted"), at=self.clock())])


async def count_silent(client: redis.Redis, clock: Clock, span: timedelta, cold: ColdStore) -> Silent:
    """Raises StoreUnavailable."""
    before = clock() - span
    return Silent(before, sum([1 async for _ in RedisRetention(client, clock, cold).silent_since(before)]))


async def forget_silent(client: redis.Redis, clock: Clock, span: timedelta, told: Told, cold: ColdStore) -> Silent:
    """Who is with a person, on the phone or back again stays. Raises StoreUnavailable; again goes on with the rest."""
    before, kept = clock() - max(span, LEAST), RedisRetention(client, clock, cold)
    found = gone = untold = 0
    try:
        async for contact in kept.silent_since(before):
            found += 1
            if was := await kept.forget(contact, before):
                await forget_channels(client, was)
                gone, untold = gone + 1, untold + 1
            if untold >= AT_ONCE:
                await told.deleted("words", before, contacts=untold)
                untold = 0
    finally:
        await told.deleted("words", before, contacts=untold)
    handoffs = await kept.forget_handoffs()
    await told.deleted("words", before, handoffs=handoffs)
    return Silent(before, found, gone, handoffs)


async def forget_channels(client: redis.Redis, contact: Contact) -> None:
    """What the channels keep by themselves of a browser, a Messenger thread or a number."""
    for known in contact.addresses:
        if known.address.kind is AddressKind.WEB:
            await VisitorLog(client, Limits()).forget(known.address.value)
        elif known.address.kind is AddressKind.MESSENGER:
            await RedisThreads(client).forget(known.address.value)
        elif known.address.kind is AddressKind.TEL:
            await RedisOwnNumbers(client).forget(known.address.value)
