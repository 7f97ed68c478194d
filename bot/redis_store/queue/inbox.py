"""What came, until it is worked on."""

from __future__ import annotations

import asyncio

import redis.asyncio as redis

from bot.model import DeliveryReport, InboundMessage, OutboundMessage
from bot.ports import StoreUnavailable
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.client.told import FactLog
from bot.redis_store.compact.marks import mark_of
from bot.redis_store.partition_map import PartitionMap, closed_key
from bot.redis_store.queue.keys import EARLY_KEPT, INBOUND, SEEN, Sent, inbox_key, marks_of, seen_key
from bot.redis_store.queue.reports import Reports
from bot.redis_store.queue.scripts import ACCEPT, KNOWN

INBOX_LIMIT = 20_000
"""Messages that may wait in one partition; past that vendors are asked to come back (503)."""


class InboxFull(StoreUnavailable):
    """Too much waits already: the vendor is asked to come back."""


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
            keys = [seen_key(partition, message.id), inbox_key(partition), closed_key(partition)]
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
        keys = ([seen_key(place, message.id), *SEEN.all(marks_of(place, "seen"))] for place in places)
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
        return await self._reports.carry_out(Sent.read(found), report)
