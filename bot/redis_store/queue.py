"""Inbox and outbox on Redis Streams, in partitions by address.

Every key of a partition carries its hash tag (``ot:{p03}:...``), so that "seen before?" and "append" are one atomic
script, also in a Redis Cluster. An address always falls into the same partition: its messages stay in order. One gateway
at a time owns a partition (``gateway.workers.partitions.ownership``); what it has not finished is what is still in the stream.
When their number is changed (``bot.redis_store.partition_map``) the old ones are closed, and what they know is still looked up.
Every change is safe to send twice: a client whose connection broke does not know whether it was carried out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.door import MASK
from bot.facts import messages as told_of
from bot.model import Address, ChannelName, DeliveryReport, DeliveryStatus, InboundMessage, OutboundMessage, Reply, now
from bot.ports import Clock, Doubt, StoreUnavailable
from bot.ports.stores import nothing_told
from bot.redis_store.client.base import PREFIX, dump, is_cluster, stored, text_of
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.client.told import FactLog, Told, Untold, append_from
from bot.redis_store.compact.marks import Spans, mark_of
from bot.redis_store.partition_map import PartitionMap, closed_key
from bot.redis_store.queue_scripts import ACCEPT, AGAIN, CLAIM, DOUBT, KNOWN, PUT, REPORT, SETTLE

INBOUND = TypeAdapter(InboundMessage)
OUTBOUND = TypeAdapter(OutboundMessage)
SEEN, SENT = Spans(timedelta(days=3)), Spans(timedelta(days=30), timedelta(days=5))
"""How long, at least, what was accepted and what was sent is known by its id."""
SEEN_KEPT, SENT_KEPT = int(SEEN.kept.total_seconds()), int(SENT.kept.total_seconds())
LAST_WORDS: Mapping[ChannelName, frozenset[str]] = {ChannelName.SMS: frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.READ})}
"""By channel: the reports after which a vendor says no more. Elsewhere a message is read, or quoted, long after it arrived."""
EARLY_KEPT = 300
DOUBTFUL = f"{PREFIX}:doubtful"
"""All sends that are uncertain or failed: sorted set of ``<record> <conversation>`` by time (docs/runbook.md)."""
REPEATABLE = frozenset({ChannelName.WEB})
"""Channels that add a message once however often it is sent."""
INBOX_LIMIT = 20_000
"""Messages that may wait in one partition; past that vendors are asked to come back (503)."""

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


def inbox_key(partition: str) -> str:
    """The stream of what came."""
    return f"{PREFIX}:{partition}:inbox"


def outbox_key(partition: str) -> str:
    """The stream of what is to be sent."""
    return f"{PREFIX}:{partition}:outbox"


def record_key(partition: str, outbound_id: str) -> str:
    """The hash of one outbound message: ``json``, ``state``, ``sender``, ``rank``, ``error``, ``external``."""
    return f"{PREFIX}:{partition}:sent:{outbound_id}"


def over_key(partition: str) -> str:
    """Sends of which the vendor has said the last word, by when it did (sorted set of ids)."""
    return f"{PREFIX}:{partition}:over"


def marks_of(partition: str, kind: str) -> str:
    """The sets of marks: ``kind`` is ``seen`` (accepted) or ``sent`` (of which the record is gone)."""
    return f"{PREFIX}:{partition}:{kind}-marks"


def _seen_key(partition: str, message_id: str) -> str:
    return f"{PREFIX}:{partition}:seen:{message_id}"


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a vendor's id stands for."""

    partition: str
    outbound_id: str
    conversation_id: str = ""

    @property
    def key(self) -> str:
        return record_key(self.partition, self.outbound_id)

    @classmethod
    def read(cls, text: str) -> _Sent:
        """What ``written`` gave; before 2027 it named no conversation."""
        partition, _, rest = text.partition(" ")
        outbound_id, _, place = rest.rpartition(" ")
        return cls(partition, outbound_id, place) if outbound_id and place.startswith("c_") else cls(partition, rest)

    def written(self) -> str:
        return f"{self.partition} {self.outbound_id} {self.conversation_id}"


class Reports:
    """Carries out what vendors say of messages that they took. Raises what the client raises."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None) -> None:
        self._redis = client
        self._facts = facts or Untold()
        self._report = client.register_script(f"{REPORT}{append_from(6)}return 1")

    async def carry_out(self, sent: _Sent, report: DeliveryReport) -> OutboundMessage | None:
        """The message, when the report is the first to say that it did not arrive."""
        lost, error = None, report.error or ""
        if report.status is DeliveryStatus.FAILED and (text := text_of(await self._redis.hget(sent.key, "json"))):
            lost = OUTBOUND.validate_json(text)
            await _list_as_doubtful(self._redis, lost, sent.key)
        about = sent.outbound_id, sent.conversation_id, report.channel, report.status, report.at, error
        last = report.status in LAST_WORDS.get(report.channel, ())
        args = [report.status.value, str(RANKS[report.status]), error]
        args += [str(report.at.timestamp()) if last else "", sent.outbound_id]
        keys = [sent.key, over_key(sent.partition)]
        changed = await self._facts.commit(self._report, keys, args, lambda: [told_of.delivery(*about)])
        return lost if changed else None


class RedisInbox:
    """``bot.ports.Inbox``. ``accept`` returns when the message is on the server's disk, not only in its memory (``OnDisk``).

    With ``appendfsync everysec`` that takes up to a second under load and milliseconds otherwise; the worker has the
    message meanwhile.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        limit: int = INBOX_LIMIT,
        disk: OnDisk | None = None,
        facts: FactLog | None = None,
        partitions: PartitionMap | None = None,
    ) -> None:
        self._redis = client
        self._map = partitions or PartitionMap(client)
        self._limit = limit
        self._disk = disk or OnDisk(client)
        self._reports = Reports(client, facts)
        self._known = client.register_script(KNOWN)

    @stored
    async def accept(self, message: InboundMessage) -> bool:
        args = [str(SEEN.seconds), str(self._limit), dump(INBOUND, message), mark_of(message.id)]
        while True:
            generation = await self._map.load()
            if await self._seen_before(message):
                return False
            partition = generation.of(message.sender)
            keys = [_seen_key(partition, message.id), inbox_key(partition), closed_key(partition)]
            keys += [SEEN.now(marks_of(partition, "seen")), *SEEN.all(marks_of(partition, "seen"))]
            answer = await self._disk.write("EVAL", ACCEPT, len(keys), *keys, *args)
            if isinstance(answer, int):
                break
            await self._map.refresh_after(generation, str(answer))
        if answer < 0:
            raise InboxFull("the inbox is full")
        return answer == 1

    async def _seen_before(self, message: InboundMessage) -> bool:
        """Whether it was accepted before the number of partitions was changed."""
        places = [one.of(message.sender) for one in await self._map.older_until(SEEN.seconds)]
        keys = ([_seen_key(place, message.id), *SEEN.all(marks_of(place, "seen"))] for place in places)
        return any(await asyncio.gather(*(self._known(keys=each, args=[mark_of(message.id)]) for each in keys)))

    @stored
    async def report(self, report: DeliveryReport) -> OutboundMessage | None:
        """See ``bot.ports.Inbox``; the message, when the report is the first to say that it did not arrive."""
        where = f"{report.channel}:{report.external_id}"
        found = text_of(await self._redis.get(f"{PREFIX}:external:{where}"))
        if found is None:  # quicker than the answer to the send, or not ours, or older than we remember
            early = f"{report.status.value} {report.error or ''}"
            await self._redis.set(f"{PREFIX}:early:{where}", early, ex=EARLY_KEPT)
            found = text_of(await self._redis.get(f"{PREFIX}:external:{where}"))
        if found is None:
            return None
        return await self._reports.carry_out(_Sent.read(found), report)


class RedisOutbox:
    """``bot.ports.stores.Outbox``, and the record of each send."""

    def __init__(
        self,
        client: redis.Redis,
        facts: FactLog | None = None,
        clock: Clock = now,
        *,
        partitions: PartitionMap | None = None,
    ) -> None:
        self._redis = client
        self._map = partitions or PartitionMap(client)
        self._clock = clock
        self._facts = facts or Untold()
        self._put = client.register_script(f"{PUT}{append_from(7)}return 1")
        self._claim = client.register_script(CLAIM)
        self._settle = client.register_script(f"{SETTLE}{append_from(7)}return 1")
        self._doubt = client.register_script(f"{DOUBT}{append_from(3)}return 1")
        self._reports = Reports(client, facts)
        self._again = client.register_script(AGAIN)
        self._known = client.register_script(KNOWN)

    @stored
    async def put(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            await self._put_one(message)

    async def _put_one(self, message: OutboundMessage) -> None:
        while True:
            generation = await self._map.load()
            if await self._put_before(message):
                return
            partition = generation.of(message.address)
            keys = [record_key(partition, message.id), outbox_key(partition), closed_key(partition)]
            keys += (sets := SENT.all(marks_of(partition, "sent")))
            args: list[str | int | bytes] = [
                SENT_KEPT,
                message.id,
                dump(OUTBOUND, message),
                str(message.address),
                mark_of(message.id),
                len(sets),
            ]
            answer = await self._facts.commit(self._put, keys, args, partial(told_of.put, message))
            if isinstance(answer, int):
                return
            await self._map.refresh_after(generation, str(answer))

    async def _put_before(self, message: OutboundMessage) -> str | None:
        """The partition of the message's record, when it was put before the number of partitions was changed."""
        places = [one.of(message.address) for one in await self._map.older_until(SENT.seconds)]
        keys = ([record_key(place, message.id), *SENT.all(marks_of(place, "sent"))] for place in places)
        found = await asyncio.gather(*(self._known(keys=each, args=[mark_of(message.id)]) for each in keys))
        return next((place for place, there in zip(places, found, strict=True) if there), None)

    async def _partition(self, message: OutboundMessage) -> str:
        """Where the message's record is."""
        return await self._put_before(message) or (await self._map.load()).of(message.address)

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
        key = record_key(await self._partition(message), message.id)
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
    ) -> OutboundMessage | None:
        """Note what became of it, as the sender that claimed it knows. Reports will name the vendor's ids.

        The message, when a report that was quicker than this says that it did not arrive.
        """
        partition = await self._partition(message)
        key = record_key(partition, message.id)
        if state in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
            await _list_as_doubtful(self._redis, message, key)
        kept = "" if state is DeliveryStatus.QUEUED else _without_secret(message)
        args: list[str | int] = [sender, state.value, RANKS[state], error, " ".join(external_ids), kept]
        told = nothing_told if state is DeliveryStatus.QUEUED else self._told(message, state, error)
        await self._facts.commit(self._settle, [key], args, told)
        lost = [await self._known_as(message, partition, external_id) for external_id in external_ids]
        return next((one for one in lost if one is not None), None)

    @stored
    async def error_of(self, message: OutboundMessage) -> str:
        """The vendor's code, or our reason, for what became of it; empty when there is none."""
        key = record_key(await self._partition(message), message.id)
        return text_of(await self._redis.hget(key, "error")) or ""

    @stored
    async def again(self, message: OutboundMessage, at_most: int) -> bool:
        """Put a message back that failed; False when it was put back so often already, or did not fail (any more).

        Only one that went as a single part: of several some may have arrived.
        """
        partition = await self._partition(message)
        key = record_key(partition, message.id)
        external = (text_of(await self._redis.hget(key, "external")) or "").split()
        if len(external) != 1:
            return False
        await self._redis.delete(f"{PREFIX}:external:{message.channel}:{external[0]}")
        args = [message.id, str(message.address), str(at_most)]
        return bool(await self._again(keys=[key, outbox_key(partition)], args=args))

    @stored
    async def doubt(self, message: OutboundMessage, error: str) -> None:
        """It was found in ``sending`` and its sender is not there: uncertain, for the desk and the operators."""
        key = record_key(await self._partition(message), message.id)
        await _list_as_doubtful(self._redis, message, key)
        told = self._told(message, DeliveryStatus.UNCERTAIN, error)
        await self._facts.commit(self._doubt, [key], [RANKS[DeliveryStatus.UNCERTAIN], error], told)
        if message.expires_at:
            await self._redis.hset(key, "json", _without_secret(message))

    def _told(self, message: OutboundMessage, state: DeliveryStatus, error: str) -> Told:
        where = message.conversation_id, message.channel
        return lambda: [told_of.delivery(message.id, *where, state, self._clock(), error)]

    async def _known_as(self, message: OutboundMessage, partition: str, external_id: str) -> OutboundMessage | None:
        where = f"{message.channel}:{external_id}"
        sent = _Sent(partition, message.id, message.conversation_id)
        known = self._redis.set(f"{PREFIX}:external:{where}", sent.written(), ex=SENT_KEPT)
        if is_cluster(self._redis):  # known before the look, or a report that comes in between is lost
            await known
            early = text_of(await self._redis.get(f"{PREFIX}:early:{where}"))
        else:  # sent together, in this order
            _, found = await asyncio.gather(known, self._redis.get(f"{PREFIX}:early:{where}"))
            early = text_of(found)
        if early is None:
            return None
        status, _, error = early.partition(" ")
        report = DeliveryReport(message.channel, external_id, DeliveryStatus(status), self._clock(), error)
        return await self._reports.carry_out(sent, report)

    @stored
    async def said(self, channel: ChannelName, external_id: str) -> str:
        """The words of the message of a vendor's id; empty when it is not ours, or forgotten."""
        found = await self._of(channel, external_id)
        return found.reply.text if found else ""

    @stored
    async def address_of(self, channel: ChannelName, external_id: str) -> Address | None:
        """Whom the message of a vendor's id was for; None when it is not ours, or forgotten."""
        found = await self._of(channel, external_id)
        return found.address if found else None

    async def _of(self, channel: ChannelName, external_id: str) -> OutboundMessage | None:
        found = text_of(await self._redis.get(f"{PREFIX}:external:{channel}:{external_id}"))
        text = text_of(await self._redis.hget(_Sent.read(found).key, "json")) if found else None
        return OUTBOUND.validate_json(text) if text else None

    @stored
    async def doubts(self, conversation_id: str) -> list[Doubt]:
        """See ``bot.ports.stores.Outbox``."""
        found: list[Doubt] = []
        for key in await self._redis.zrange(f"{PREFIX}:doubt:{conversation_id}", -20, -1):
            kept = await self._redis.hgetall(str(key))
            if kept.get("state") in (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED):
                message = OUTBOUND.validate_json(kept["json"])
                found.append(Doubt(message, DeliveryStatus(str(kept["state"])), str(kept.get("error", ""))))
        return found


def _without_secret(message: OutboundMessage) -> str:
    """What ends by itself, a code or a link, opens something: its words are kept no longer than until they are sent."""
    return dump(OUTBOUND, replace(message, reply=Reply(MASK))) if message.expires_at else ""


async def _list_as_doubtful(client: redis.Redis, message: OutboundMessage, key: str) -> None:
    """Listed before the state changes: who dies in between leaves an entry that is passed over."""
    moment = message.created_at.timestamp()
    await client.zadd(f"{PREFIX}:doubt:{message.conversation_id}", {key: moment})
    await client.expire(f"{PREFIX}:doubt:{message.conversation_id}", SENT_KEPT)
    await client.zadd(DOUBTFUL, {f"{key} {message.conversation_id}": moment})
    await client.zremrangebyscore(DOUBTFUL, "-inf", moment - SENT_KEPT)
