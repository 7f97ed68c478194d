"""Nothing fails unseen: what did not arrive is marked, counted, told; an account's fault keeps the message; a code has a life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import redis.asyncio as redis

from bot.model import (
    Address,
    AddressKind,
    Author,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    Handoff,
    HandoffState,
    OutboundMessage,
    Packet,
    Proof,
    Reply,
    now,
)
from bot.ports import DeskEvent, SendError, SendFailure
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.queue import RedisInbox, RedisOutbox, record_key
from bot.redis_store.troubles import RedisTroubles
from connectors.delivery_reasons import sentence, why
from gateway.observe.metrics import Metrics
from gateway.observe.undelivered import Undelivered
from gateway.workers.inbox import CountingInbox
from gateway.workers.outbox_worker import OutboxWorker
from tests.partitions import partition_of

ANA = Address(AddressKind.TEL, "+12125550147")
THREAD = Address(AddressKind.MESSENGER, "1000000000000001")
START = now()


@dataclass
class Clock:
    """Resting moves it, nothing else."""

    time: datetime = START
    rests: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.time

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Vendor:
    """Takes a message unless there is an error for it (``always``: for each)."""

    fail: list[SendError] = field(default_factory=list)
    always: SendError | None = None
    taken: list[str] = field(default_factory=list)

    async def send(self, message: OutboundMessage) -> list[str]:
        if self.always is not None:
            raise self.always
        if self.fail:
            raise self.fail.pop(0)
        self.taken.append(message.reply.text)
        return [f"SM{len(self.taken)}"]


class News:
    """``bot.ports.stores.Bulletin`` that keeps what it was told."""

    def __init__(self) -> None:
        self.events: list[DeskEvent] = []

    async def post(self, event: DeskEvent) -> None:
        self.events.append(event)

    async def watch(self) -> AsyncIterator[DeskEvent]:
        for event in self.events:
            yield event


@dataclass
class Post:
    """One sender, its vendor, and who is told."""

    clock: Clock
    vendor: Vendor
    outbox: RedisOutbox
    inbox: CountingInbox
    worker: OutboxWorker
    metrics: Metrics
    news: News
    troubles: RedisTroubles
    client: redis.Redis

    async def sends(self, message: OutboundMessage) -> str:
        await self.outbox.put([message])
        return await self.works_on(message)

    async def works_on(self, message: OutboundMessage) -> str:
        await self.worker.work(partition_of(message.address), message.id, str(message.address), self.clock.rest)
        return str(await self.client.hget(record_key(partition_of(message.address), message.id), "state"))

    async def reasons(self) -> list[str]:
        return [why(doubt) for doubt in await self.outbox.doubts("c_1")]

    async def reports(self, sid: str, code: str | None) -> None:
        status = DeliveryStatus.FAILED if code else DeliveryStatus.DELIVERED
        await self.inbox.report(DeliveryReport(ChannelName.SMS, sid, status, now(), code))


def text(words: str = "Your card is on its way.", author: Author = Author.AGENT, **more: object) -> OutboundMessage:
    return OutboundMessage(words, "c_1", ChannelName.SMS, ANA, Reply(words), author, START, **more)  # type: ignore[arg-type]


def account(code: str) -> SendError:
    return SendError("our account", SendFailure.ACCOUNT, code=code)


@pytest.fixture
async def post(redis_url: str) -> AsyncIterator[Post]:
    """The customer of conversation c_1 is with an agent."""
    client, clock, vendor, metrics, news = connect(redis_url), Clock(), Vendor(), Metrics(), News()
    outbox, contacts, handoffs = RedisOutbox(client), RedisContacts(client, clock), RedisHandoffs(client)
    packet = Packet((), (), (), Proof.CLAIMED)
    await handoffs.create(
        Handoff("h_1", "c_1", "p_1", HandoffState.ASSIGNED, "asked", "general", ChannelName.SMS, START, packet, agent="ana")
    )
    troubles = RedisTroubles(client, clock)
    undelivered = Undelivered(outbox=outbox, handoffs=handoffs, bulletin=news, troubles=troubles, metrics=metrics)
    channels = {ChannelName.SMS: vendor, ChannelName.MESSENGER: vendor}
    worker = OutboxWorker(
        outbox=outbox, channels=channels, contacts=contacts, metrics=metrics, undelivered=undelivered, clock=clock
    )  # type: ignore[arg-type]
    inbox = CountingInbox(inner=RedisInbox(client), outbox=outbox, contacts=contacts, metrics=metrics, undelivered=undelivered)
    yield Post(clock, vendor, outbox, inbox, worker, metrics, news, troubles, client)
    await client.aclose()


# -- C15: what the vendor says later -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("30003", "Not delivered: the phone cannot be reached: switched off or without a network (30003)"),
        ("30006", "Not delivered: a landline, or a carrier that cannot be reached: it takes no text messages (30006)"),
        (
            "30007",
            "Not delivered: the carrier filtered the message out: its words or our number look like spam to it (30007)",
        ),
        ("30034", "Not delivered: the sending number is not registered for text messages (A2P 10DLC) (30034)"),
        ("39999", "Not delivered (39999)"),
    ],
)
@pytest.mark.parametrize("author", [Author.AGENT, Author.NOTICE, Author.BOT])
async def test_an_undelivered_text_is_marked_counted_and_told_at_once(post: Post, author: Author, code: str, reason: str) -> None:
    assert await post.sends(text(author=author)) == "sent"
    assert (await post.reasons(), post.news.events) == ([], [])
    await post.reports("SM1", code)
    assert await post.reasons() == [reason]
    assert DeskEvent("line", "h_1") in post.news.events
    label = "other" if code == "39999" else code
    assert f'onethread_undelivered_total{{channel="sms",code="{label}"}} 1.0' in post.metrics.text().decode()
    before = len(post.news.events)
    await post.reports("SM1", code)  # the vendor says it twice
    assert len(post.news.events) == before


async def test_a_report_that_is_quicker_than_the_answer_is_not_lost(post: Post) -> None:
    await post.reports("SM1", "30006")
    assert await post.sends(text()) == "failed"
    assert await post.reasons() and DeskEvent("line", "h_1") in post.news.events


async def test_a_number_that_is_not_registered_is_shown_as_our_accounts_trouble(post: Post) -> None:
    await post.sends(text())
    await post.reports("SM1", "30034")
    (trouble,) = await post.troubles.now()
    assert "is not registered for text messages" in sentence(trouble) and "is kept" not in sentence(trouble)


async def test_what_arrived_is_no_doubt(post: Post) -> None:
    await post.sends(text())
    await post.reports("SM1", None)
    assert (await post.reasons(), post.news.events) == ([], [])


@pytest.mark.parametrize("code", ["21211", "21614", "21408", "21612"])
async def test_a_number_that_takes_no_texts_is_told_within_the_send(post: Post, code: str) -> None:
    told: list[tuple[str, str]] = []

    async def keep(message: OutboundMessage, why: str) -> None:
        told.append((message.id, why))

    post.worker.undelivered.told.append(keep)
    post.vendor.fail = [SendError("no", SendFailure.REFUSED, code=code)]
    assert await post.sends(text(author=Author.NOTICE)) == "failed"
    assert told == [("Your card is on its way.", code)] and post.clock.rests == []


# -- C16: an account's fault ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "address", "channel"),
    [
        ("20003", ANA, ChannelName.SMS),
        ("30002", ANA, ChannelName.SMS),
        ("21606", ANA, ChannelName.SMS),
        ("http-403", ANA, ChannelName.SMS),
        ("190-463", THREAD, ChannelName.MESSENGER),
        ("200", THREAD, ChannelName.MESSENGER),
        ("10", THREAD, ChannelName.MESSENGER),
    ],
)
async def test_an_accounts_fault_keeps_the_message_and_says_so(
    post: Post, code: str, address: Address, channel: ChannelName
) -> None:
    seen: list[list[str]] = []

    async def look(seconds: float) -> None:
        seen.append([sentence(trouble) for trouble in await post.troubles.now()])
        await post.clock.rest(seconds)

    post.vendor.fail = [account(code)] * 4
    message = OutboundMessage("o1", "c_1", channel, address, Reply("hello"), Author.AGENT, START)
    await post.outbox.put([message])
    await post.worker.work(partition_of(address), "o1", str(address), look)
    assert post.vendor.taken == ["hello"]
    assert len(seen) == 4 and all(len(said) == 1 and code in said[0] for said in seen)
    assert all("goes out when that is mended" in said[0] for said in seen)
    assert await post.troubles.now() == []  # it went: nothing is wrong any more
    assert await post.reasons() == []


async def test_the_pauses_grow_and_end_at_five_minutes(post: Post) -> None:
    post.vendor.fail = [account("20003")] * 12
    await post.sends(text())
    assert post.clock.rests[0] < 10 and max(post.clock.rests) <= 450 and post.clock.rests[-1] > 100


async def test_after_a_day_it_is_given_up_and_the_agent_sees_it(post: Post) -> None:
    post.vendor.always = account("20003")
    assert await post.sends(text()) == "failed"
    assert timedelta(hours=24) < post.clock.time - START < timedelta(hours=24, minutes=10)
    assert await post.reasons() == ["Not delivered: it could not be sent for too long and would only confuse now"]
    assert DeskEvent("line", "h_1") in post.news.events


async def test_a_gateway_that_takes_over_counts_the_age_from_the_message_not_from_its_own_start(post: Post) -> None:
    message = text()
    await post.outbox.put([message])
    post.clock.time += timedelta(hours=25)
    assert await post.works_on(message) == "failed"
    assert post.vendor.taken == []


async def test_what_twilio_took_before_the_account_was_suspended_goes_again_once_it_is_mended(post: Post) -> None:
    await post.sends(text())
    await post.reports("SM1", "30002")
    assert len(await post.troubles.now()) == 1
    assert await post.reasons() == []  # it waits, and is not lost
    assert await post.works_on(text()) == "sent"
    assert post.vendor.taken == ["Your card is on its way."] * 2
    await post.reports("SM2", None)
    assert await post.reasons() == []


async def test_a_message_in_two_parts_is_not_put_back(post: Post) -> None:
    """Of its parts one may have arrived."""
    post.vendor.send = lambda _message: asyncio.sleep(0, ["SM1", "SM2"])  # type: ignore[method-assign]
    await post.sends(text())
    await post.reports("SM2", "30002")
    assert await post.reasons() == ["Not delivered: the Twilio account is suspended or closed (30002)"]


async def test_somebody_waits_for_a_code_so_it_is_not_kept(post: Post) -> None:
    """The customer is told at once, and asks again when it works."""
    post.vendor.always = account("20003")
    code = text("123456 is your code", Author.NOTICE, expires_at=START + timedelta(minutes=10))
    assert await post.sends(code) == "failed"
    assert post.clock.rests == [] and len(await post.troubles.now()) == 1


# -- C17: Retry-After, age, and the life of a code -----------------------------------------------------------------


async def test_a_vendors_wish_to_wait_is_believed_within_reason(post: Post) -> None:
    post.vendor.fail = [SendError("busy", SendFailure.RETRY, code="20429", after=999_999.0)]
    assert await post.sends(text()) == "sent"
    assert post.clock.rests == [300.0]


async def test_the_age_is_looked_at_after_the_sleep(post: Post) -> None:
    post.vendor.always = SendError("busy", SendFailure.RETRY, code="20429", after=999_999.0)
    assert await post.sends(text()) == "failed"
    assert post.clock.time - START <= timedelta(hours=1, minutes=5) and post.vendor.taken == []
    assert await post.reasons() == ["Not delivered: it could not be sent for too long and would only confuse now"]


@pytest.mark.parametrize("after", [None, 5.0, 999_999.0])
async def test_a_code_is_never_sent_after_it_expired(post: Post, after: float | None) -> None:
    post.vendor.always = SendError("busy", SendFailure.RETRY, code="20429", after=after)
    code = text("123456 is your code", Author.NOTICE, expires_at=START + timedelta(minutes=10))
    assert await post.sends(code) == "failed"
    assert post.clock.time - START <= timedelta(minutes=10, seconds=1)
    assert await post.reasons() == ["Not delivered: it could not be sent while it was still good"]
    assert 'onethread_undelivered_total{channel="sms",code="expired"} 1.0' in post.metrics.text().decode()


async def test_a_code_that_waited_behind_others_is_not_sent_late(post: Post) -> None:
    code = text("123456 is your code", Author.NOTICE, expires_at=START + timedelta(minutes=10))
    await post.outbox.put([code])
    post.clock.time += timedelta(hours=1)
    assert await post.works_on(code) == "failed" and post.vendor.taken == []
