"""A send of which the vendor said the last word leaves a mark: small, and still known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import redis.asyncio as redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Address, AddressKind, Author, ChannelName, DeliveryReport, DeliveryStatus, OutboundMessage, Reply
from bot.ports import TurnResult
from bot.ports.stores import TurnStage
from bot.redis_store.client.base import connect
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.compact.marks import Spans, mark_of
from bot.redis_store.over import SendsOver
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import RedisInbox, RedisOutbox, outbox_key, over_key, record_key
from bot.redis_store.turns import RedisTurns

ANA = Address(AddressKind.TEL, "+12125550123")
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
AFTER = timedelta(minutes=10)
LATER = NOON + 2 * AFTER


def reply(n: int, channel: ChannelName = ChannelName.SMS) -> OutboundMessage:
    return OutboundMessage(f"m{n}>1", "c_ana", channel, ANA, Reply(f"hello {n}"), Author.BOT, created_at=NOON)


@dataclass
class Office:
    """One gateway's boxes over a Redis of their own."""

    client: redis.Redis
    at: datetime = LATER
    partition: str = ""
    partitions: PartitionMap = field(init=False)

    def __post_init__(self) -> None:
        self.partitions = PartitionMap(self.client)
        self.inbox = RedisInbox(self.client, disk=OnDisk(self.client, wait=False), partitions=self.partitions)
        self.outbox = RedisOutbox(self.client, partitions=self.partitions)

    def gateway(self) -> SendsOver:
        """One more, which has not looked yet."""
        return SendsOver(self.client, self.partitions, lambda: self.at, AFTER)

    async def look(self) -> int:
        """As whichever gateway looks next."""
        return await self.gateway().look()

    async def send(self, message: OutboundMessage, *external: str) -> None:
        await self.outbox.put([message])
        self.partition = (await self.partitions.load()).of(message.address)
        await self.outbox.claim(self.partition, message.id, "s1")
        await self.outbox.settle(message, "s1", DeliveryStatus.SENT, external_ids=external)

    async def says(self, external: str, status: DeliveryStatus, channel: ChannelName = ChannelName.SMS) -> OutboundMessage | None:
        return await self.inbox.report(DeliveryReport(channel, external, status, NOON))

    async def waiting(self) -> int:
        return int(await self.client.xlen(outbox_key(self.partition)))

    async def has_record(self, message: OutboundMessage) -> bool:
        return bool(await self.client.exists(record_key(self.partition, message.id)))


@pytest_asyncio.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    made = connect(redis_url)
    yield made
    await made.aclose()


@pytest_asyncio.fixture
async def office(client: redis.Redis) -> AsyncIterator[Office]:
    yield Office(client)


async def test_what_was_delivered_leaves_a_mark_and_is_not_sent_again(office: Office) -> None:
    await office.send(reply(1), "SM1")
    assert await office.look() == 0
    await office.says("SM1", DeliveryStatus.DELIVERED)
    office.at = NOON + AFTER / 2
    assert await office.look() == 0 and await office.has_record(reply(1))
    office.at = LATER
    assert await office.look() == 1 and not await office.has_record(reply(1))
    assert await office.client.exists("ot:external:sms:SM1", over_key(office.partition)) == 0
    await office.outbox.put([reply(1)])
    assert (await office.waiting(), await office.has_record(reply(1))) == (1, False)  # the entry of the first time
    assert await office.outbox.claim(office.partition, reply(1).id, "s2") == (None, False)
    assert await office.says("SM1", DeliveryStatus.DELIVERED) is None
    assert await office.look() == 0


async def test_known_after_the_number_of_partitions_was_changed(office: Office) -> None:
    await office.send(reply(1), "SM1")
    await office.says("SM1", DeliveryStatus.DELIVERED)
    assert await office.look() == 1
    await office.partitions.change(128)
    await office.outbox.put([reply(1)])
    assert await office.client.xlen(outbox_key((await office.partitions.load()).of(ANA))) == 0


@pytest.mark.parametrize(
    ("channel", "status"),
    [
        (ChannelName.SMS, DeliveryStatus.SENT),
        (ChannelName.SMS, DeliveryStatus.FAILED),
        (ChannelName.MESSENGER, DeliveryStatus.DELIVERED),
        (ChannelName.MESSENGER, DeliveryStatus.READ),
    ],
)
async def test_what_may_be_asked_for_later_keeps_its_record(office: Office, channel: ChannelName, status: DeliveryStatus) -> None:
    message = reply(1, channel)
    await office.send(message, "SM1")
    await office.says("SM1", status, channel)
    assert await office.look() == 0 and await office.has_record(message)
    assert await office.outbox.said(channel, "SM1") == "hello 1"


async def test_of_several_parts_each_is_heard(office: Office) -> None:
    await office.send(reply(1), "SM1", "SM2")
    await office.says("SM1", DeliveryStatus.DELIVERED)
    assert await office.look() == 0 and await office.has_record(reply(1))
    assert await office.says("SM2", DeliveryStatus.FAILED) == reply(1)


async def test_who_died_after_the_vendors_id_is_followed(office: Office) -> None:
    await office.send(reply(1), "SM1")
    await office.says("SM1", DeliveryStatus.DELIVERED)
    await office.client.delete("ot:external:sms:SM1")
    assert await office.look() == 1 and not await office.has_record(reply(1))


async def test_two_gateways_at_once_are_one(office: Office) -> None:
    for n in range(20):
        await office.send(reply(n), f"SM{n}")
        await office.says(f"SM{n}", DeliveryStatus.DELIVERED)
    assert sum(await asyncio.gather(office.look(), office.look())) == 20


async def test_nothing_is_asked_again_at_once(office: Office) -> None:
    over = office.gateway()
    assert await over.look() == 0
    await office.send(reply(1), "SM1")
    await office.says("SM1", DeliveryStatus.DELIVERED)
    assert await over.look() == 0
    office.at += AFTER / 10
    assert await over.look() == 1


WHAT = st.sampled_from(["put", "send", "delivered", "failed", "again", "look"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "send", "delivered", "failed", "again", "look"]), st.integers(0, 1)),
    min_size=4,
    max_size=16,
)


async def play(url: str, steps: list[tuple[str, int]]) -> None:
    """However sends, reports and looks follow each other: what was put once is sent once, but for what was put back."""
    client = connect(url)
    await client.flushall()
    office, taken, allowed = Office(client), [0, 0], [1, 1]
    office.partition = (await office.partitions.load()).of(ANA)
    for what, n in steps:
        message, external = reply(n), f"SM{n}x{taken[n] - 1}"
        if what == "put":
            await office.outbox.put([message])
        elif what == "send":
            _, claimed = await office.outbox.claim(office.partition, message.id, "s1")
            if claimed:
                await office.outbox.settle(message, "s1", DeliveryStatus.SENT, external_ids=[f"SM{n}x{taken[n]}"])
                taken[n] += 1
        elif what in ("delivered", "failed"):
            await office.says(external, DeliveryStatus(what))
        elif what == "again":
            allowed[n] += await office.outbox.again(message, 2)
        else:
            await office.look()
        assert taken[n] <= allowed[n]
    await client.aclose()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_comes_when_nothing_is_sent_twice(redis_url: str, steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(redis_url, steps))


async def test_a_served_turn_is_known_as_begun(client: redis.Redis) -> None:
    turns = RedisTurns(client)
    assert await turns.begin("m1") == (TurnStage.NEW, None)
    await turns.served(["m1"])  # nothing to let go of yet
    await turns.finish("m1", TurnResult("c_1"))
    assert (await turns.begin("m1"))[0] is TurnStage.DONE
    await turns.served(["m1", "m2"])
    assert await client.exists("ot:turn:m1", "ot:turn:m2") == 0
    assert await turns.begin("m1") == (TurnStage.STARTED, None)
    assert await turns.begin("m2") == (TurnStage.NEW, None)


def test_a_mark_is_known_for_as_long_as_it_is_kept() -> None:
    seconds = [0.0]
    spans = Spans(timedelta(days=3), timedelta(days=1), lambda: seconds[0])
    for begun in (0.0, 50_000.0, 86_399.0):
        seconds[0] = begun
        name = spans.now("seen")
        for later in (-3600, 0, 3600, 3 * 86_400):  # another gateway's clock may be behind
            seconds[0] = begun + later
            assert name in spans.all("seen")
    assert spans.seconds == 4 * 86_400 and len(spans.all("seen")) == 5


def test_marks_are_short_and_of_their_own() -> None:
    assert len({mark_of(f"m{n}") for n in range(1000)}) == 1000 and {len(mark_of("m"))} == {12}
