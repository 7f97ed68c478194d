"""Between the receivers and the vendors: in order for each address, nobody delayed by others, nothing lost or doubled."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace

import pytest
import redis.asyncio as redis

from bot.menus.menu import Menu
from bot.model import (
    Address,
    AddressKind,
    Author,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    Option,
    OutboundMessage,
    Reply,
    now,
)
from bot.ports import SendError, SendFailure, StoreUnavailable
from bot.redis_store.client.base import dump
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.locks import RedisLocks
from bot.redis_store.queue import INBOUND, InboxFull, RedisInbox, inbox_key
from bot.redis_store.turns import RedisMenus
from gateway.workers.inbox import CountingInbox
from gateway.workers.partitions.ownership import Lease, Partitions, owner_of
from tests.bot.fakes import PlainWording
from tests.bot.watched import Watched
from tests.gateway.workers.conftest import ANA, BEN, Post, text, until
from tests.partitions import all_partitions, partition_of


async def test_what_was_accepted_is_answered_in_order_for_each_sender(post: Post) -> None:
    for number in range(20):
        await post.inbox.accept(text(number))
        await post.inbox.accept(text(number, BEN))
    post.start()
    await post.vendor.has(40)
    for person in (ANA, BEN):
        assert [said for to, said in post.vendor.taken if to == person.value] == [f"re {n}" for n in range(20)]
    await post.emptied()


async def test_a_repeated_webhook_is_accepted_once(post: Post) -> None:
    assert await post.inbox.accept(text(1)) is True
    assert await post.inbox.accept(text(1)) is False
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert len(post.vendor.taken) == 1


async def test_a_slow_turn_delays_nobody_else(post: Post) -> None:
    slow = text(1)
    post.echo.held[slow.id] = asyncio.Event()
    await post.inbox.accept(slow)
    await post.inbox.accept(text(2))
    await post.inbox.accept(text(1, BEN))
    post.start()
    await post.vendor.has(1)
    assert post.vendor.taken == [(BEN.value, "re 1")]
    post.echo.held[slow.id].set()
    await post.vendor.has(3)


async def test_a_gateway_that_dies_in_a_turn_leaves_it_to_the_next_one(post: Post) -> None:
    slow = text(1)
    post.echo.held[slow.id] = asyncio.Event()
    await post.inbox.accept(slow)
    post.start()
    await post.echo.at_work.wait()
    await post.stop()
    post.echo.held.clear()
    post.start()
    await post.vendor.has(1)
    assert post.echo.begun == ["1", "1"]


async def test_a_message_found_in_sending_is_uncertain_and_never_sent_again(post: Post) -> None:
    message = OutboundMessage("o1", "c_1", ChannelName.SMS, ANA, Reply("hi"), Author.AGENT, now())
    await post.outbox.put([message])
    assert await post.outbox.claim(partition_of(ANA), "o1", "one that died") == (message, True)
    post.start()
    await post.emptied()
    assert post.vendor.taken == []
    assert [one.message for one in await post.outbox.doubts("c_1")] == [message]


@pytest.mark.parametrize(
    ("failure", "state"), [(SendFailure.REFUSED, "failed"), (SendFailure.UNCERTAIN, "uncertain"), (SendFailure.RETRY, "sent")]
)
async def test_only_what_the_vendor_certainly_did_not_take_is_sent_again(post: Post, failure: SendFailure, state: str) -> None:
    post.vendor.fail.append(SendError("no", failure, code="1", after=0.01))
    await post.inbox.accept(text(1))
    post.start()
    await post.emptied()
    assert await post.state_of("sms:+12125550147:1>1") == state
    assert len(post.vendor.taken) == (1 if failure is SendFailure.RETRY else 0)


async def test_a_vendor_that_says_opted_out_is_believed(post: Post) -> None:
    await post.echo.contacts.find_or_create(ANA)
    post.vendor.fail.append(SendError("stop", SendFailure.REFUSED, code="21610", opted_out=True))
    await post.inbox.accept(text(1))
    post.start()
    await post.emptied()
    contact = await post.echo.contacts.find(ANA)
    assert contact and contact.opted_out


async def test_delivery_reports_never_step_back(post: Post) -> None:
    await post.inbox.accept(text(1))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    for status in (DeliveryStatus.DELIVERED, DeliveryStatus.SENT):
        await post.inbox.report(DeliveryReport(ChannelName.SMS, "SM1", status, now()))
    assert await post.state_of("sms:+12125550147:1>1") == "delivered"


async def test_a_message_that_always_fails_is_set_aside_and_the_next_one_is_answered(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.partitions.reader.TRIES", 1)
    post.echo.broken.add("1")
    await post.inbox.accept(text(1))
    await post.inbox.accept(text(2))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert post.vendor.taken == [(ANA.value, PlainWording().say("utter_turn_failed")), (ANA.value, "re 2")]
    assert await post.client.xlen(f"{inbox_key(partition_of(ANA))}:failed") == 1


async def test_a_full_inbox_asks_the_vendor_to_come_back(post: Post) -> None:
    small = RedisInbox(post.client, limit=2, disk=OnDisk(post.client, wait=False))
    await small.accept(text(1))
    await small.accept(text(2))
    with pytest.raises(InboxFull):
        await small.accept(text(3))
    assert issubclass(InboxFull, StoreUnavailable)


async def test_two_gateways_share_the_partitions_and_a_stopped_ones_are_taken_over(post: Post) -> None:
    async def idle(lease: Lease) -> None:
        await lease.stopping.wait()

    one, two = Partitions(post.client, "g1", idle), Partitions(post.client, "g2", idle)
    await one._round()
    assert len(one.owned) == len(all_partitions())
    for _ in range(3):
        await two._round()
        await one._round()
    await two._round()
    assert (len(one.owned), len(two.owned)) == (len(all_partitions()) / 2, len(all_partitions()) / 2)
    await one._give_up_all()
    await two._round()
    assert len(two.owned) == len(all_partitions())
    assert await owner_of(post.client, all_partitions()[0]) == "g2"
    await two._give_up_all()


async def test_an_outbound_message_put_twice_is_sent_once(post: Post) -> None:
    message = OutboundMessage("o1", "c_1", ChannelName.SMS, ANA, Reply("hi"), Author.BOT, now())
    await post.outbox.put([message, replace(message)])
    await post.outbox.put([message])
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert post.vendor.taken == [(ANA.value, "hi")]


async def test_a_late_report_that_a_person_opted_out_is_believed(post: Post) -> None:
    inbox = CountingInbox(
        inner=post.inbox,
        outbox=post.outbox,
        contacts=post.echo.contacts,
        metrics=post.metrics,
        undelivered=post.reader.outbox.undelivered,
    )
    await post.echo.contacts.find_or_create(ANA)
    await inbox.accept(text(1))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    await inbox.report(DeliveryReport(ChannelName.SMS, "SM1", DeliveryStatus.FAILED, now(), error="21610"))
    contact = await post.echo.contacts.find(ANA)
    assert contact and contact.opted_out


def neighbour() -> Address:
    """Somebody else whose messages share Ana's partition."""
    numbers = (Address(AddressKind.TEL, f"+1212555{n:04d}") for n in range(100, 1000))
    return next(a for a in numbers if a != ANA and partition_of(a) == partition_of(ANA))


async def test_a_noisy_customer_delays_nobody_in_the_same_partition(post: Post) -> None:
    """Hundreds of messages of one wait behind a slow turn; the neighbour's one message is answered all the same."""
    slow = text(0)
    post.echo.held[slow.id] = asyncio.Event()
    for number in range(300):
        await post.inbox.accept(text(number))
    ben = neighbour()
    await post.inbox.accept(text(1, ben))
    post.start()
    await post.vendor.has(1)
    assert post.vendor.taken == [(ben.value, "re 1")]
    post.echo.held[slow.id].set()
    await post.vendor.has(301)
    assert [said for to, said in post.vendor.taken if to == ANA.value] == [f"re {n}" for n in range(300)]


async def test_what_was_begun_is_ended_and_answered_before_a_stop(post: Post) -> None:
    begun, waiting = text(1), text(2)
    post.echo.held[begun.id] = asyncio.Event()
    await post.inbox.accept(begun)
    await post.inbox.accept(waiting)
    partitions = post.start()
    await post.echo.at_work.wait()
    draining = asyncio.create_task(partitions.drain(10))
    await asyncio.sleep(0)
    post.echo.held[begun.id].set()
    await draining
    assert post.vendor.taken == [(ANA.value, "re 1")]
    assert post.echo.begun == ["1"]
    await post.stop()
    post.start()
    await post.vendor.has(2)
    assert post.echo.begun == ["1", "2"]


async def test_a_stop_does_not_wait_for_ever(post: Post) -> None:
    stuck = text(1)
    post.echo.held[stuck.id] = asyncio.Event()
    await post.inbox.accept(stuck)
    partitions = post.start()
    await post.echo.at_work.wait()
    async with asyncio.timeout(5):
        await partitions.drain(0.05)
        await post.stop()
    assert await post.client.xlen(inbox_key(partition_of(ANA))) == 1


async def test_a_send_that_was_begun_is_known_when_the_partition_is_lost(post: Post) -> None:
    """The worker is cancelled in the vendor's call: the answer is waited for, so the send is no riddle."""
    post.vendor.held = asyncio.Event()
    await post.inbox.accept(text(1))
    post.start()
    await post.vendor.calling.wait()
    stopping = asyncio.create_task(post.stop())
    await asyncio.sleep(0)
    post.vendor.held.set()
    await stopping
    assert await post.state_of("sms:+12125550147:1>1") == "sent"


async def test_nothing_is_begun_after_a_pause_in_which_the_lease_ended(post: Post) -> None:
    await post.inbox.accept(text(1))
    lease = Lease(partition_of(ANA), until=0.0)
    task = asyncio.create_task(post.reader.work(lease))
    await until(lambda: _reads(post.client, 2))
    assert post.echo.begun == []
    lease.until = asyncio.get_running_loop().time() + 60
    await post.vendor.has(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _reads(client: redis.Redis, count: int) -> bool:
    """Whether that many readers wait for something new: what was there has been read."""
    return sum(found["cmd"] == "xread" and "b" in found["flags"] for found in await client.client_list()) >= count


async def test_a_late_answer_of_a_paused_sender_is_better_than_uncertain(post: Post) -> None:
    message = OutboundMessage("o1", "c_1", ChannelName.SMS, ANA, Reply("hi"), Author.BOT, now())
    await post.outbox.put([message])
    partition = partition_of(ANA)
    assert await post.outbox.claim(partition, "o1", "paused") == (message, True)
    assert await post.outbox.claim(partition, "o1", "paused") == (message, True), "the same command, sent again"
    assert await post.outbox.claim(partition, "o1", "other") == (message, False)
    await post.outbox.doubt(message, "the gateway stopped while sending")
    assert [one.message for one in await post.outbox.doubts("c_1")] == [message]
    await post.outbox.settle(message, "other", DeliveryStatus.QUEUED)
    assert await post.state_of("o1") == "uncertain", "only the sender knows"
    await post.outbox.settle(message, "paused", DeliveryStatus.QUEUED)
    assert await post.state_of("o1") == "uncertain", "never queued again"
    await post.outbox.settle(message, "paused", DeliveryStatus.SENT, external_ids=["SM9"])
    assert await post.state_of("o1") == "sent"
    assert await post.outbox.doubts("c_1") == []


async def test_a_report_that_is_quicker_than_the_answer_counts(post: Post) -> None:
    await post.inbox.report(DeliveryReport(ChannelName.SMS, "SM1", DeliveryStatus.DELIVERED, now()))
    await post.inbox.accept(text(1))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert await post.state_of("sms:+12125550147:1>1") == "delivered"


async def test_an_unreadable_entry_blocks_nobody(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.workers.partitions.reader.TRIES", 1)
    stream = inbox_key(partition_of(ANA))
    await post.client.xadd(stream, {"json": "{"})
    await post.client.xadd(stream, {"of_a_later_version": "1"})
    await post.inbox.accept(text(1))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert await post.client.xlen(f"{stream}:failed") == 2


async def test_entries_before_the_cursor_are_found(post: Post) -> None:
    """After a failover the new server's clock may be behind, and so the ids of what comes next."""
    await post.inbox.accept(text(1))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    stream = inbox_key(partition_of(ANA))
    await post.client.delete(stream)
    await post.client.xadd(stream, {"json": dump(INBOUND, text(2))}, id="1-1")
    await post.vendor.has(2)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_connections_that_break_lose_nothing(post: Post) -> None:
    """redis-py leaves the sockets of connections that were killed to the garbage collector, which complains of them."""
    post.start()
    for number in range(60):
        await post.inbox.accept(text(number, (ANA, BEN)[number % 2]))
        if number % 10 == 5:
            await post.client.client_kill_filter(_type="normal", skipme=True)
    await post.vendor.has(60)
    await post.emptied()
    assert len(post.vendor.taken) == 60
    for person, first in ((ANA, 0), (BEN, 1)):
        assert [said for to, said in post.vendor.taken if to == person.value] == [f"re {n}" for n in range(first, 60, 2)]
    gc.collect()  # now, and not in the next test


async def test_a_channel_that_is_not_configured_is_refused_not_uncertain(post: Post) -> None:
    message = OutboundMessage("o1", "c_1", ChannelName.MESSENGER, ANA, Reply("hi"), Author.BOT, now())
    await post.outbox.put([message])
    post.start()
    await post.emptied()
    assert await post.state_of("o1") == "failed"


async def test_who_refused_texts_is_sent_none_whoever_wrote_it(post: Post) -> None:
    contact = await post.echo.contacts.find_or_create(ANA)
    await post.echo.contacts.update(contact.id, lambda now: replace(now, opted_out=True))
    await post.inbox.accept(text(1))
    await post.inbox.accept(text(1, BEN))
    post.start()
    await post.vendor.has(1)
    await post.emptied()
    assert post.vendor.taken == [(BEN.value, "re 1")]


async def test_an_apology_takes_no_menu_away_that_a_turn_shows_meanwhile(post: Post) -> None:
    place, menus = (await post.echo.contacts.find_or_create(ANA)).conversation_id, RedisMenus(post.client)
    menu = Menu("m_turn", (Option("Balance", "/balance"),), now(), ChannelName.SMS)

    async def a_turn_ends() -> None:
        await menus.save(place, (await menus.get(place)).then(ChannelName.SMS, menu))

    worker = replace(post.reader.inbox, locks=Watched(RedisLocks(post.client), a_turn_ends))
    await worker.apologise(InboundMessage("sms:poison", ChannelName.SMS, ANA, now(), "x"))
    shown = await menus.get(place)
    assert {"m_turn"} < {one.id for one in shown.menus}
