"""Inbox and outbox on Redis Streams, in partitions by address.

Every key of a partition carries its hash tag (``ot:{p03}:...``), so that "seen before?" and "append" are one atomic
script, also in a Redis Cluster. An address always falls into the same partition: its messages stay in order. One gateway
at a time owns a partition (``gateway.partitions``); what it has not finished is what is still in the stream.
Every change is safe to send twice: a client whose connection broke does not know whether it was carried out.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from datetime import timedelta

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import Address, ChannelName, DeliveryReport, DeliveryStatus, InboundMessage, OutboundMessage
from bot.ports import StoreUnavailable
from bot.redis_base import PREFIX, dump, is_cluster, stored, text_of
from bot.redis_disk import OnDisk

PARTITIONS = 8
INBOUND = TypeAdapter(InboundMessage)
OUTBOUND = TypeAdapter(OutboundMessage)
SEEN_KEPT = int(timedelta(days=3).total_seconds())
SENT_KEPT = int(timedelta(days=30).total_seconds())
EARLY_KEPT = 300
DOUBTFUL = f"{PREFIX}:doubtful"
"""All sends that are uncertain or failed: sorted set of ``<record> <conversation>`` by time (docs/runbook.md)."""
REPEATABLE = frozenset({ChannelName.WEB})
"""Channels that add a message once however often it is sent."""
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

# KEYS: the message's record, outbox stream; ARGV: seconds to keep, id, the message, whom it is for
_PUT = """
if redis.call('HSETNX', KEYS[1], 'state', 'queued') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'json', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], '*', 'id', ARGV[2], 'to', ARGV[4])
return 1
"""

# Takes a queued message for one sender (an id made anew for each try at a message, so that the same command sent twice is
# no second sender). One that is in ``sending`` already was with a sender that died, or with a gateway that does not know
# yet that it lost the partition: its fate is unknown, unless the channel can tell a repeat.
# KEYS: the message's record; ARGV: the sender, 1 when a repeat is harmless
_CLAIM = """
local found = redis.call('HMGET', KEYS[1], 'state', 'sender', 'json')
local mine = found[1] == 'sending' and (found[2] == ARGV[1] or ARGV[2] == '1')
if found[1] ~= 'queued' and not mine then return {found[1] or 'gone', found[3] or ''} end
redis.call('HSET', KEYS[1], 'state', 'sending', 'sender', ARGV[1], 'rank', '1')
return {'claimed', found[3]}
"""

# What a sender learned. It counts while the message is the sender's own: in ``sending``, or found there by a gateway
# that took over and called it ``uncertain`` (a late certain answer is better). A report that was quicker stays.
# KEYS: the message's record; ARGV: sender, state, its rank, error, external ids
_SETTLE = """
local found = redis.call('HMGET', KEYS[1], 'state', 'sender', 'rank')
if found[1] == false then return 0 end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'external', ARGV[5]) end
if found[2] ~= ARGV[1] or (found[1] ~= 'sending' and found[1] ~= 'uncertain') then return 0 end
if ARGV[2] == 'queued' and found[1] ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'rank', ARGV[3], 'error', ARGV[4])
return 1
"""

# Its sender is not there any more: nobody knows whether the vendor took it.
# KEYS: the message's record; ARGV: rank, error
_DOUBT = """
if redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'uncertain', 'rank', ARGV[1], 'error', ARGV[2])
return 1
"""

# A delivery report never steps back: a late "sent" must not hide "delivered".
# KEYS: the message's record; ARGV: status, its rank, error
_REPORT = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
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
    """The hash of one outbound message: ``json``, ``state``, ``sender``, ``rank``, ``error``, ``external``."""
    return f"{PREFIX}:{partition}:sent:{outbound_id}"


class RedisInbox:
    """``bot.ports.Inbox``. ``accept`` returns when the message is on the server's disk, not only in its memory (``OnDisk``).

    With ``appendfsync everysec`` that takes up to a second under load and milliseconds otherwise; the worker has the
    message meanwhile.
    """

    def __init__(self, client: redis.Redis, *, limit: int = INBOX_LIMIT, wait_for_disk: bool = True) -> None:
        self._redis = client
        self._limit = limit
        self._disk = OnDisk(client, wait=wait_for_disk)
        self._report = client.register_script(_REPORT)

    @stored
    async def accept(self, message: InboundMessage) -> bool:
        partition = partition_of(message.sender)
        keys = [f"{PREFIX}:{partition}:seen:{message.id}", inbox_key(partition)]
        args = [str(SEEN_KEPT), str(self._limit), dump(INBOUND, message)]
        answer = int(await self._disk.write("EVAL", _ACCEPT, len(keys), *keys, *args))
        if answer < 0:
            raise InboxFull("the inbox is full")
        return answer == 1

    @stored
    async def report(self, report: DeliveryReport) -> None:
        where = f"{report.channel}:{report.external_id}"
        found = text_of(await self._redis.get(f"{PREFIX}:external:{where}"))
        if found is None:  # quicker than the answer to the send, or not ours, or older than we remember
            early = f"{report.status.value} {report.error or ''}"
            await self._redis.set(f"{PREFIX}:early:{where}", early, ex=EARLY_KEPT)
            found = text_of(await self._redis.get(f"{PREFIX}:external:{where}"))
        if found is not None:
            partition, _, outbound_id = found.partition(" ")
            args = [report.status.value, RANKS[report.status], report.error or ""]
            await self._report(keys=[record_key(partition, outbound_id)], args=args)


class RedisOutbox:
    """``bot.stores.Outbox``, and the record of each send."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._put = client.register_script(_PUT)
        self._claim = client.register_script(_CLAIM)
        self._settle = client.register_script(_SETTLE)
        self._doubt = client.register_script(_DOUBT)
        self._report = client.register_script(_REPORT)

    @stored
    async def put(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            partition = partition_of(message.address)
            keys = [record_key(partition, message.id), outbox_key(partition)]
            await self._put(keys=keys, args=[SENT_KEPT, message.id, dump(OUTBOUND, message), str(message.address)])

    @stored
    async def load(self, partition: str, outbound_id: str) -> tuple[OutboundMessage, DeliveryStatus] | None:
        """A message and where it is; None when its record is gone."""
        found = await self._redis.hgetall(record_key(partition, outbound_id))
        return (OUTBOUND.validate_json(found["json"]), DeliveryStatus(str(found["state"]))) if "json" in found else None

    @stored
    async def claim(self, partition: str, outbound_id: str, sender: str) -> tuple[OutboundMessage | None, bool]:
        """Take a message for sending: (it, True). (it, False): somebody died sending it, or may be at it now.

        (None, False): sent, refused, gone, or uncertain already. Only of a repeatable channel a second claim is taken.
        """
        key = [record_key(partition, outbound_id)]
        state, text = await self._claim(keys=key, args=[sender, "0"])
        message = OUTBOUND.validate_json(text) if text else None
        if state == DeliveryStatus.SENDING and message is not None and message.channel in REPEATABLE:
            state, _ = await self._claim(keys=key, args=[sender, "1"])
        if state == "claimed":
            return message, True
        return (message, False) if state == DeliveryStatus.SENDING else (None, False)

    @stored
    async def claim_again(self, message: OutboundMessage, sender: str) -> bool:
        """Take a message back that this sender had queued again; False when another has taken it meanwhile."""
        key = record_key(partition_of(message.address), message.id)
        state, _ = await self._claim(keys=[key], args=[sender, "0"])
        return bool(state == "claimed")

    @stored
    async def settle(
        self,
        message: OutboundMessage,
        sender: str,
        state: DeliveryStatus,
        *,
        error: str = "",
        external_ids: Sequence[str] = (),
    ) -> None:
        """Note what became of it, as the sender that claimed it knows. Reports will name the vendor's ids."""
        partition = partition_of(message.address)
        key = record_key(partition, message.id)
        if state in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
            await self._list_as_doubtful(message, key)
        args = [sender, state.value, RANKS[state], error, " ".join(external_ids)]
        await self._settle(keys=[key], args=args)
        for external_id in external_ids:
            await self._known_as(message, partition, external_id)

    @stored
    async def doubt(self, message: OutboundMessage, error: str) -> None:
        """It was found in ``sending`` and its sender is not there: uncertain, for the desk and the operators."""
        key = record_key(partition_of(message.address), message.id)
        await self._list_as_doubtful(message, key)
        await self._doubt(keys=[key], args=[RANKS[DeliveryStatus.UNCERTAIN], error])

    async def _list_as_doubtful(self, message: OutboundMessage, key: str) -> None:
        """Listed before the state changes: who dies in between leaves an entry that is passed over."""
        moment = message.created_at.timestamp()
        await self._redis.zadd(f"{PREFIX}:doubt:{message.conversation_id}", {key: moment})
        await self._redis.expire(f"{PREFIX}:doubt:{message.conversation_id}", SENT_KEPT)
        await self._redis.zadd(DOUBTFUL, {f"{key} {message.conversation_id}": moment})
        await self._redis.zremrangebyscore(DOUBTFUL, "-inf", moment - SENT_KEPT)

    async def _known_as(self, message: OutboundMessage, partition: str, external_id: str) -> None:
        where = f"{message.channel}:{external_id}"
        known = self._redis.set(f"{PREFIX}:external:{where}", f"{partition} {message.id}", ex=SENT_KEPT)
        if is_cluster(self._redis):  # known before the look, or a report that comes in between is lost
            await known
            early = text_of(await self._redis.get(f"{PREFIX}:early:{where}"))
        else:  # sent together, in this order
            _, found = await asyncio.gather(known, self._redis.get(f"{PREFIX}:early:{where}"))
            early = text_of(found)
        if early is not None:
            status, _, error = early.partition(" ")
            rank = RANKS[DeliveryStatus(status)]
            await self._report(keys=[record_key(partition, message.id)], args=[status, rank, error])

    @stored
    async def address_of(self, channel: ChannelName, external_id: str) -> Address | None:
        """Whom the message of a vendor's id was for; None when it is not ours, or forgotten."""
        found = text_of(await self._redis.get(f"{PREFIX}:external:{channel}:{external_id}"))
        partition, _, outbound_id = (found or "").partition(" ")
        text = text_of(await self._redis.hget(record_key(partition, outbound_id), "json")) if found else None
        return OUTBOUND.validate_json(text).address if text else None

    @stored
    async def uncertain(self, conversation_id: str) -> list[OutboundMessage]:
        """See ``bot.stores.Outbox``; refused ones too, the newest twenty."""
        doubtful: list[OutboundMessage] = []
        for key in await self._redis.zrange(f"{PREFIX}:doubt:{conversation_id}", -20, -1):
            found = await self._redis.hgetall(str(key))
            if found.get("state") in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
                doubtful.append(OUTBOUND.validate_json(found["json"]))
        return doubtful
