"""Everything that is kept, in one Redis (or a Cluster)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import redis.asyncio as redis

from bot.model import now
from bot.ports.cold import ColdStore
from bot.ports.stores import Locks
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.disk import DiskWatch, OnDisk
from bot.redis_store.client.told import FactLog, Untold
from bot.redis_store.contacts import RedisContacts, RedisLinks
from bot.redis_store.facts import RedisFacts
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.line import RedisRooms, RedisSchedule, RedisWaits
from bot.redis_store.locks import RedisLocks
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.passed import RedisPassed
from bot.redis_store.queue import RedisOutbox
from bot.redis_store.steps import RedisClaims
from bot.redis_store.transcripts import RedisTranscripts
from bot.redis_store.troubles import RedisTroubles
from bot.redis_store.turns import RedisCodes, RedisMenus, RedisTurns
from gateway.observe.checks import disk_noted
from gateway.observe.measured import MeasuredLocks
from gateway.observe.noting import Noting
from gateway.settings.config import Settings
from gateway.wiring.observed import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One of each. ``handoffs``: as they are kept; the rest of the house sees them through ``Core.handoff``. ``noting``: writes
    down what a vendor says of our account."""

    client: redis.Redis
    cold: ColdStore
    facts: FactLog
    disk: OnDisk
    partitions: PartitionMap
    contacts: RedisContacts
    links: RedisLinks
    handoffs: RedisHandoffs
    passed: RedisPassed
    calls: RedisCalls
    turns: RedisTurns
    menus: RedisMenus
    codes: RedisCodes
    locks: Locks
    transcripts: RedisTranscripts
    outbox: RedisOutbox
    rooms: RedisRooms
    schedule: RedisSchedule
    waits: RedisWaits
    claims: RedisClaims
    troubles: RedisTroubles
    noting: Noting


def wire_store(settings: Settings, client: redis.Redis, observed: Observed, cold: ColdStore) -> Store:
    """On this client, which whoever made it closes."""
    troubles, facts = RedisTroubles(client, now), fact_log(settings, client)
    partitions = PartitionMap(client, settings.partitions)
    return Store(
        client=client,
        cold=cold,
        facts=facts,
        disk=OnDisk(client, watch=DiskWatch(disk_noted(observed.metrics))),
        partitions=partitions,
        contacts=RedisContacts(client, now, cold),
        links=RedisLinks(client, facts),
        handoffs=RedisHandoffs(client, facts),
        passed=RedisPassed(client),
        calls=RedisCalls(client, now, facts),
        turns=RedisTurns(client, facts),
        menus=RedisMenus(client),
        codes=RedisCodes(client),
        locks=MeasuredLocks(RedisLocks(client), observed.metrics),
        transcripts=RedisTranscripts(client, cold),
        outbox=RedisOutbox(client, facts, partitions=partitions),
        rooms=RedisRooms(client),
        schedule=RedisSchedule(client),
        waits=RedisWaits(client),
        claims=RedisClaims(client),
        troubles=troubles,
        noting=Noting(troubles, observed.metrics),
    )


def fact_log(settings: Settings, client: redis.Redis) -> FactLog:
    """Pseudonyms are made under a key that follows from INTERNAL_API_TOKEN: with another token customers count anew."""
    if not settings.recording:
        return Untold()
    return RedisFacts(client, hashlib.sha256(b"pseudonyms:" + settings.internal_api_token.encode()).digest())
