"""The workers of one gateway on a real store, between a conversation that repeats what was said and a vendor that keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import redis.asyncio as redis

from bot.conversation.once import Deliver
from bot.model import (
    Address,
    AddressKind,
    ChannelName,
    InboundMessage,
    OutboundMessage,
    Reply,
    now,
)
from bot.ports import SendError, TurnResult
from bot.redis_store.client.base import connect
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.locks import RedisLocks
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import RedisInbox, RedisOutbox, inbox_key, outbox_key, record_key
from bot.redis_store.troubles import RedisTroubles
from bot.redis_store.turns import RedisBulletin, RedisCodes, RedisMenus
from gateway.observe.metrics import Metrics
from gateway.observe.undelivered import Undelivered
from gateway.workers.inbox_worker import InboxWorker
from gateway.workers.outbox_worker import OutboxWorker
from gateway.workers.partitions.older_generations import OlderGenerations
from gateway.workers.partitions.ownership import Partitions
from gateway.workers.partitions.reader import PartitionReader
from tests.bot.fakes import PlainWording
from tests.partitions import partition_of

ANA = Address(AddressKind.TEL, "+12125550147")
BEN = Address(AddressKind.TEL, "+12125550148")


def text(number: int, sender: Address = ANA) -> InboundMessage:
    return InboundMessage(f"sms:{sender.value}:{number}", ChannelName.SMS, sender, now(), str(number))


@dataclass
class Echo:
    """``Conversations`` that repeats what was said; messages named in ``held`` wait for their event."""

    contacts: RedisContacts
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    begun: list[str] = field(default_factory=list)
    at_work: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, message: InboundMessage, deliver: Deliver) -> TurnResult:
        self.begun.append(message.text)
        self.at_work.set()
        if message.text in self.broken:
            raise RuntimeError("a bug")
        if message.id in self.held:
            await self.held[message.id].wait()
        result = TurnResult("c_1", (Reply(f"re {message.text}"),))
        await deliver(result)
        return result


@dataclass
class FakeVendor:
    """A channel that keeps what it was given; ``fail`` is raised once each."""

    name: ChannelName = ChannelName.SMS
    taken: list[tuple[str, str]] = field(default_factory=list)
    fail: list[SendError] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    held: asyncio.Event | None = None
    calling: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: OutboundMessage) -> list[str]:
        self.calling.set()
        if self.held is not None:
            await self.held.wait()
        if self.fail:
            raise self.fail.pop(0)
        async with self.arrived:
            self.taken.append((message.address.value, message.reply.text))
            self.arrived.notify_all()
        return [f"SM{len(self.taken)}"]

    async def has(self, count: int) -> None:
        async with self.arrived, asyncio.timeout(10):
            await self.arrived.wait_for(lambda: len(self.taken) >= count)


@dataclass
class Post:
    """One gateway's workers and what surrounds them."""

    client: redis.Redis
    inbox: RedisInbox
    outbox: RedisOutbox
    echo: Echo
    vendor: FakeVendor
    metrics: Metrics
    reader: PartitionReader
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, name: str = "g1") -> Partitions:
        made = Partitions(self.client, name, self.reader.work, older=self.reader.older)
        self.tasks.append(asyncio.create_task(made.run()))
        return made

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()

    async def state_of(self, message_id: str, address: Address = ANA) -> str:
        return str(await self.client.hget(record_key(partition_of(address), message_id), "state"))

    async def emptied(self) -> None:
        """Redis has no event for a stream that was emptied, so it is looked at."""

        async def waiting() -> bool:
            partitions = await PartitionMap(self.client).all_partitions()
            return any([await self.client.xlen(key(p)) for p in partitions for key in (inbox_key, outbox_key)])

        await until(waiting, wanted=False)


async def until(look: Callable[[], Awaitable[bool]], *, wanted: bool = True) -> None:
    async with asyncio.timeout(10):
        while await look() is not wanted:  # noqa: ASYNC110 - Redis tells no event of it
            await asyncio.sleep(0.005)


async def nobody_types(_address: Address, _on: bool) -> None:
    return None


async def make_post(redis_url: str, beside: Post | None = None) -> Post:
    """The workers of one gateway, not started; ``beside``: another one with the same conversation and vendor."""
    client = connect(redis_url)
    partitions = PartitionMap(client)
    await partitions.load()
    contacts, outbox, metrics = RedisContacts(client, now), RedisOutbox(client, partitions=partitions), Metrics()
    vendor = beside.vendor if beside else FakeVendor()
    echo = beside.echo if beside else Echo(contacts)
    worker = InboxWorker(
        conversations=echo,  # type: ignore[arg-type]
        contacts=contacts,
        outbox=outbox,
        codes=RedisCodes(client),
        menus=RedisMenus(client),
        locks=RedisLocks(client),
        wording=PlainWording(),
        metrics=metrics,
        clock=now,
        typing=nobody_types,
        turns_at_once=asyncio.Semaphore(8),
    )
    undelivered = Undelivered(
        outbox=outbox,
        handoffs=RedisHandoffs(client),
        bulletin=RedisBulletin(client),
        troubles=RedisTroubles(client, now),
        metrics=metrics,
    )
    sender = OutboxWorker(
        outbox=outbox, channels={ChannelName.SMS: vendor}, contacts=contacts, metrics=metrics, undelivered=undelivered
    )
    return Post(
        client,
        RedisInbox(client, disk=OnDisk(client, wait=False), partitions=partitions),
        outbox,
        echo,
        vendor,
        metrics,
        PartitionReader.on(client, worker, sender, metrics, OlderGenerations(client, partitions)),
    )


@pytest.fixture
async def post(redis_url: str) -> AsyncIterator[Post]:
    made = await make_post(redis_url)
    yield made
    await made.stop()
    await made.client.aclose()
