"""Inbox and outbox on Redis Streams, in partitions by address.

Every key of a partition carries its hash tag (``ot:{p03}:...``), so that "seen before?" and "append" are one atomic
script, also in a Redis Cluster. An address always falls into the same partition: its messages stay in order. One gateway
at a time owns a partition (``gateway.partitions``) and reads it through the consumer group.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import timedelta

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import Address, ChannelName, DeliveryReport, DeliveryStatus, InboundMessage, OutboundMessage
from bot.ports import StoreUnavailable
from bot.redis_base import PREFIX, dump, stored, text_of

PARTITIONS = 8
GROUP = "gateways"
INBOUND = TypeAdapter(InboundMessage)
OUTBOUND = TypeAdapter(OutboundMessage)
SEEN_KEPT = int(timedelta(days=3).total_seconds())
SENT_KEPT = int(timedelta(days=30).total_seconds())
INBOX_LIMIT = 20_000
"""Messages that may wait in one partition; past that vendors are asked to come back (503)."""

# KEYS: seen mark, inbox stream; ARGV: seconds to keep the mark, most that may wait, the message
_ACCEPT = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
redis.call('XADD', KEYS[2], '*', 'json', ARGV[3])
return 1
"""

# KEYS: the message's record, outbox stream; ARGV: seconds to keep, id, the message
_PUT = """
if redis.call('HSETNX', KEYS[1], 'state', 'queued') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'json', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], '*', 'id', ARGV[2])
return 1
"""

# A delivery report never steps back: a late "sent" must not hide "delivered".
# KEYS: the message's record; ARGV: status, its rank, error
_REPORT = """
local rank = tonumber(redis.call('HGET', KEYS[1], 'rank') or '0')
if tonumber(ARGV[2]) <= rank then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'rank', ARGV[2], 'error', ARGV[3])
return 1
"""

RANKS = {
    DeliveryStatus.QUEUED: 1,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNCERTAIN: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.DELIVERED: 3,
    DeliveryStatus.READ: 4,
    DeliveryStatus.FAILED: 5,
}


class InboxFull(StoreUnavailable):
    """Too much waits already: the vendor is asked to come back."""


def partition_of(address: Address) -> str:
    """The partition's tag, e.g. ``{p03}``: stable over processes and versions."""
    return _tag(zlib.crc32(str(address).encode()) % PARTITIONS)


def all_partitions() -> list[str]:
    """The tags of all partitions."""
    return [_tag(number) for number in range(PARTITIONS)]


def _tag(number: int) -> str:
    return "{p" + f"{number:02d}" + "}"


def inbox_key(partition: str) -> str:
    """The stream of what came."""
    return f"{PREFIX}:{partition}:inbox"


def outbox_key(partition: str) -> str:
    """The stream of what is to be sent."""
    return f"{PREFIX}:{partition}:outbox"


def record_key(partition: str, outbound_id: str) -> str:
    """The hash of one outbound message: ``json``, ``state``, ``rank``, ``error``, ``external``."""
    return f"{PREFIX}:{partition}:sent:{outbound_id}"


class RedisInbox:
    """``bot.ports.Inbox``."""

    def __init__(self, client: redis.Redis, *, limit: int = INBOX_LIMIT) -> None:
        self._redis = client
        self._limit = limit
        self._accept = client.register_script(_ACCEPT)
        self._report = client.register_script(_REPORT)

    @stored
    async def accept(self, message: InboundMessage) -> bool:
        partition = partition_of(message.sender)
        keys = [f"{PREFIX}:{partition}:seen:{message.id}", inbox_key(partition)]
        answer = int(await self._accept(keys=keys, args=[SEEN_KEPT, self._limit, dump(INBOUND, message)]))
        if answer < 0:
            raise InboxFull("the inbox is full")
        return answer == 1

    @stored
    async def report(self, report: DeliveryReport) -> None:
        found = text_of(await self._redis.get(f"{PREFIX}:external:{report.channel}:{report.external_id}"))
        if found is None:
            return  # not ours, or older than we remember
        partition, _, outbound_id = found.partition(" ")
        args = [report.status.value, RANKS[report.status], report.error or ""]
        await self._report(keys=[record_key(partition, outbound_id)], args=args)


class RedisOutbox:
    """``bot.stores.Outbox``, and the record of each send."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._put = client.register_script(_PUT)

    @stored
    async def put(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            partition = partition_of(message.address)
            keys = [record_key(partition, message.id), outbox_key(partition)]
            await self._put(keys=keys, args=[SENT_KEPT, message.id, dump(OUTBOUND, message)])

    @stored
    async def load(self, partition: str, outbound_id: str) -> tuple[OutboundMessage, DeliveryStatus] | None:
        """A message and where it is; None when its record is gone."""
        found = await self._redis.hgetall(record_key(partition, outbound_id))
        if "json" not in found:
            return None
        return OUTBOUND.validate_json(found["json"]), DeliveryStatus(str(found["state"]))

    @stored
    async def mark(self, message: OutboundMessage, state: DeliveryStatus, error: str = "") -> None:
        """Note where it is now; an uncertain or failed one is listed for the desk and the operators."""
        key = record_key(partition_of(message.address), message.id)
        await self._redis.hset(key, items=["state", state.value, "error", error, "rank", str(RANKS[state])])
        if state in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
            await self._redis.rpush(f"{PREFIX}:doubtful:{message.conversation_id}", f"{key} {message.id}")
            await self._redis.expire(f"{PREFIX}:doubtful:{message.conversation_id}", SENT_KEPT)

    @stored
    async def taken(
        self, message: OutboundMessage, external_ids: Sequence[str], state: DeliveryStatus = DeliveryStatus.SENT
    ) -> None:
        """The vendor took it, or a part of it, under these ids; reports will name them."""
        partition = partition_of(message.address)
        async with self._redis.pipeline(transaction=False) as pipe:
            values = ["state", state.value, "rank", str(RANKS[state]), "external", " ".join(external_ids)]
            pipe.hset(record_key(partition, message.id), items=values)
            for external_id in external_ids:
                pipe.set(f"{PREFIX}:external:{message.channel}:{external_id}", f"{partition} {message.id}", ex=SENT_KEPT)
            await pipe.execute()

    @stored
    async def address_of(self, channel: ChannelName, external_id: str) -> Address | None:
        """Whom the message of a vendor's id was for; None when it is not ours, or forgotten."""
        found = text_of(await self._redis.get(f"{PREFIX}:external:{channel}:{external_id}"))
        partition, _, outbound_id = (found or "").partition(" ")
        text = text_of(await self._redis.hget(record_key(partition, outbound_id), "json")) if found else None
        return OUTBOUND.validate_json(text).address if text else None

    @stored
    async def uncertain(self, conversation_id: str) -> list[OutboundMessage]:
        doubtful: list[OutboundMessage] = []
        for entry in await self._redis.lrange(f"{PREFIX}:doubtful:{conversation_id}", -20, -1):
            key, _, _ = str(entry).partition(" ")
            found = await self._redis.hgetall(key)
            if found.get("state") in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
                doubtful.append(OUTBOUND.validate_json(found["json"]))
        return doubtful
