"""What is to be sent, and the record of each send."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import redis.asyncio as redis

from bot.door import MASK
from bot.facts import messages as told_of
from bot.model import Address, ChannelName, DeliveryReport, DeliveryStatus, OutboundMessage, Reply, now
from bot.ports import Clock, Doubt
from bot.ports.stores import nothing_told
from bot.redis_store.client.base import PREFIX, dump, is_cluster, stored, text_of
from bot.redis_store.client.told import FactLog, Told, Untold, append_from
from bot.redis_store.compact.marks import mark_of
from bot.redis_store.partition_map import PartitionMap, closed_key
from bot.redis_store.queue.keys import (
    OUTBOUND,
    RANKS,
    REPEATABLE,
    SENT,
    SENT_KEPT,
    Sent,
    list_as_doubtful,
    marks_of,
    outbox_key,
    record_key,
)
from bot.redis_store.queue.reports import Reports
from bot.redis_store.queue.scripts import AGAIN, CLAIM, DOUBT, KNOWN, PUT, SETTLE


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
            await list_as_doubtful(self._redis, message, key)
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
        await list_as_doubtful(self._redis, message, key)
        told = self._told(message, DeliveryStatus.UNCERTAIN, error)
        await self._facts.commit(self._doubt, [key], [RANKS[DeliveryStatus.UNCERTAIN], error], told)
        if message.expires_at:
            await self._redis.hset(key, "json", _without_secret(message))

    def _told(self, message: OutboundMessage, state: DeliveryStatus, error: str) -> Told:
        where = message.conversation_id, message.channel
        return lambda: [told_of.delivery(message.id, *where, state, self._clock(), error)]

    async def _known_as(self, message: OutboundMessage, partition: str, external_id: str) -> OutboundMessage | None:
        where = f"{message.channel}:{external_id}"
        sent = Sent(partition, message.id, message.conversation_id)
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
        text = text_of(await self._redis.hget(Sent.read(found).key, "json")) if found else None
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
