"""The number of partitions is changed while gateways work: nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Address, AddressKind, Author, ChannelName, DeliveryReport, DeliveryStatus, OutboundMessage, Reply, now
from bot.ports import SendError, SendFailure, StoreUnavailable
from bot.redis_store.client.base import connect, dump
from bot.redis_store.partition_map import GENERATIONS, PARTITIONS, UNWRITTEN, Generation, PartitionMap, closed_key
from bot.redis_store.queue import INBOUND, inbox_key, record_key
from gateway.commands import partitions as command
from gateway.commands import redrive
from gateway.standing_notes import notes
from gateway.workers.partitions.reader import failed_key
from tests.gateway.conftest import Outside, opened
from tests.gateway.workers.conftest import ANA, BEN, Post, make_post, text, until
from tests.partitions import partition_of

PEOPLE = [Address(AddressKind.TEL, f"+1212555{number:04d}") for number in range(30)]
MESSAGES = 24


@pytest.fixture
async def pair(redis_url: str, post: Post) -> AsyncIterator[tuple[Post, Post]]:
    """Two gateways on one store."""
    other = await make_post(redis_url, beside=post)
    yield post, other
    await other.stop()
    await other.client.aclose()


def words(post: Post, person: Address = ANA) -> list[str]:
    return [said for to, said in post.vendor.taken if to == person.value]


def reply(number: int, person: Address = ANA) -> OutboundMessage:
    return OutboundMessage(f"o{number}", "c_1", ChannelName.SMS, person, Reply(f"hi {number}"), Author.AGENT, now())


async def test_up_and_down_under_load_nothing_is_lost_doubled_or_out_of_order(pair: tuple[Post, Post], redis_url: str) -> None:
    """Each message comes to one gateway and again to the other, as from a vendor that was in doubt."""
    for number, one in enumerate(pair):
        one.start(f"g{number}")
    wanted = {4: 128, 8: 3, 12: 64, 16: 1, 20: 200}
    for number in range(MESSAGES):
        if count := wanted.get(number):
            asking = asyncio.create_task(command.run(redis_url, count))
        here, there = pair if number % 2 else pair[::-1]
        came = await asyncio.gather(*(here.inbox.accept(text(number, person)) for person in PEOPLE))
        again = await asyncio.gather(*(there.inbox.accept(text(number, person)) for person in PEOPLE))
        assert (Counter(came), Counter(again)) == ({True: len(PEOPLE)}, {False: len(PEOPLE)})
        if count:
            assert await asking
    await pair[0].vendor.has(len(PEOPLE) * MESSAGES)
    await pair[0].emptied()
    for person in PEOPLE:
        assert words(pair[0], person) == [f"re {number}" for number in range(MESSAGES)]
    assert Counter(pair[0].echo.begun) == Counter({str(number): len(PEOPLE) for number in range(MESSAGES)})
    assert (await PartitionMap(pair[0].client).load()).count == 200


async def test_what_came_before_the_change_is_answered_first_and_nobody_else_waits_for_it(post: Post, redis_url: str) -> None:
    slow = text(1)
    post.echo.held[slow.id] = asyncio.Event()
    await post.inbox.accept(slow)
    workers = post.start()
    await post.echo.at_work.wait()
    await command.run(redis_url, 128)
    for message in (text(2), text(3), text(1, BEN)):
        await post.inbox.accept(message)
    await post.vendor.has(1)
    assert (words(post, BEN), words(post)) == (["re 1"], [])
    post.echo.held[slow.id].set()
    await post.vendor.has(4)
    assert words(post) == ["re 1", "re 2", "re 3"]
    await until(lambda: _owns(workers.owned, 128))


async def _owns(owned: list[str], count: int) -> bool:
    return len(owned) == count


async def test_replies_stay_in_order_while_the_vendor_takes_nothing(post: Post, redis_url: str) -> None:
    post.vendor.fail.append(SendError("later", SendFailure.RETRY, code="1", after=0.3))
    await post.outbox.put([reply(1)])
    post.start()
    await post.vendor.calling.wait()
    await command.run(redis_url, 3)
    await post.outbox.put([reply(2), reply(3, BEN)])
    await post.vendor.has(3)
    assert words(post) == ["hi 1", "hi 2"]


async def test_what_is_known_of_a_message_is_known_after_the_change(post: Post, redis_url: str) -> None:
    """A repeat is passed over; a reply is sent once, its reports find it, and it may be put back when it did not arrive."""
    assert await post.inbox.accept(text(1, BEN))
    await post.outbox.put([reply(1)])
    await post.outbox.claim(partition_of(ANA), "o1", "s1")
    await command.run(redis_url, 128)
    assert not await post.inbox.accept(text(1, BEN))
    await post.outbox.put([reply(1)])
    await post.outbox.settle(reply(1), "s1", DeliveryStatus.SENT, external_ids=["SM9"])
    assert await post.inbox.report(DeliveryReport(ChannelName.SMS, "SM9", DeliveryStatus.FAILED, now(), error="30002"))
    assert await post.outbox.error_of(reply(1)) == "30002"
    assert await post.outbox.again(reply(1), 1)
    post.start()
    await post.vendor.has(2)
    await post.emptied()
    assert (words(post), words(post, BEN)) == (["hi 1"], ["re 1"])
    assert await post.client.keys(record_key("*", "o1")) == [record_key(partition_of(ANA), "o1")]


async def test_a_gateway_that_has_not_heard_of_it_is_told_by_the_store(pair: tuple[Post, Post]) -> None:
    """The other one has written into the new partitions already; nothing may come behind that in the old ones."""
    knows, stale = pair
    await PartitionMap(knows.client).change(128)
    await knows.reader.older.partitions.refresh()
    await knows.inbox.accept(text(1))
    assert await stale.inbox.accept(text(1)) is False
    assert await stale.inbox.accept(text(2)) is True
    tag = Generation(2, 128).of(ANA)
    assert [await stale.client.xlen(inbox_key(one)) for one in (partition_of(ANA), tag)] == [0, 2]


@pytest.mark.parametrize("closed", [0, 10])
async def test_a_command_that_dies_in_the_middle_loses_nothing_and_may_be_repeated(
    post: Post, redis_url: str, monkeypatch: pytest.MonkeyPatch, closed: int
) -> None:
    """Written down, but not all of the old partitions are closed: gateways close them, or whoever writes next."""

    async def dies(known: PartitionMap, generations: tuple[Generation, ...]) -> None:
        if len(generations) > 1:
            for tag in generations[0].partitions()[:closed]:
                await post.client.set(closed_key(tag), " ".join(generations[1].kept))
            raise ConnectionError("the machine went down")

    await asyncio.gather(*(post.inbox.accept(text(1, person)) for person in PEOPLE))
    with monkeypatch.context() as broken:
        broken.setattr(PartitionMap, "_close", dies)
        with pytest.raises(ConnectionError):
            await command.run(redis_url, 128)
    assert all(await asyncio.gather(*(post.inbox.accept(text(2, person)) for person in PEOPLE)))
    assert (await command.run(redis_url, 128)).startswith("128 partitions. ")
    assert all(await asyncio.gather(*(post.inbox.accept(text(3, person)) for person in PEOPLE)))
    post.start()
    await post.vendor.has(3 * len(PEOPLE))
    assert all(words(post, person) == ["re 1", "re 2", "re 3"] for person in PEOPLE)


async def test_a_store_that_lost_the_change_hears_of_it_again(post: Post, redis_url: str) -> None:
    """As after a Cluster's failover: the mark on a partition is there, the number is not."""
    await command.run(redis_url, 128)
    await post.client.hdel(GENERATIONS, "2")
    assert await post.inbox.accept(text(1))
    assert (await PartitionMap(post.client).load()).count == 128
    await post.client.hdel(GENERATIONS, "2")
    await post.client.set(closed_key(partition_of(BEN)), "1 64 1")
    stale = await make_post(redis_url)
    with pytest.raises(StoreUnavailable, match="closed"):
        await stale.inbox.accept(text(1, BEN))
    await stale.client.aclose()


async def test_an_installation_from_before_the_setting_keeps_its_eight_and_what_waits_there(redis_url: str) -> None:
    client, before = connect(redis_url), Generation(1, UNWRITTEN)
    for person in PEOPLE:
        await client.xadd(inbox_key(before.of(person)), {"json": dump(INBOUND, text(1, person))})
    post = await make_post(redis_url)
    assert await command.run(redis_url, None) == "8 partitions."
    post.start()
    await post.vendor.has(len(PEOPLE))
    said = await command.run(redis_url, 64)
    assert said.startswith("64 partitions from now on; there were 8.")
    await asyncio.gather(*(post.inbox.accept(text(2, person)) for person in PEOPLE))
    await post.vendor.has(2 * len(PEOPLE))
    assert all(words(post, person) == ["re 1", "re 2"] for person in PEOPLE)
    await post.stop()
    await asyncio.gather(client.aclose(), post.client.aclose())


async def test_the_first_gateway_of_a_new_store_writes_the_number_and_the_others_read_it(redis_url: str) -> None:
    client = connect(redis_url)
    assert (await PartitionMap(client, 16).load()).count == 16
    assert (await PartitionMap(client, 32).load()).count == 16
    assert (await PartitionMap(client).load()).partitions()[:2] == ["{p00}", "{p01}"]
    await client.flushall()
    assert (await PartitionMap(client).load()).count == PARTITIONS
    await client.aclose()


async def test_a_failed_entry_of_an_older_partition_can_be_tried_again(
    post: Post, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.partitions.older_generations.LOOK", 0.0)
    await post.client.xadd(failed_key(inbox_key(partition_of(ANA))), {"json": dump(INBOUND, text(1))})
    await command.run(redis_url, 3)
    post.start()
    assert await redrive.run(redis_url, "inbox", forget=False) == "1 put back."
    await post.vendor.has(1)
    await post.emptied()
    assert words(post) == ["re 1"]


async def test_the_command_says_what_still_waits_in_older_ones(post: Post, redis_url: str) -> None:
    await post.inbox.accept(text(1))
    await post.outbox.put([replace(reply(1), channel=ChannelName.MESSENGER)])
    left = "2 entries wait in older ones; they go first."
    assert await command.run(redis_url, 9) == f"9 partitions from now on; there were 64. {left}"
    assert await command.run(redis_url, 9) == f"9 partitions. {left}"


async def test_a_setting_that_does_not_count_any_more_is_told(
    redis_url: str, outside: tuple[Outside, str], tmp_path: Path
) -> None:
    """In health and on the desk, with the command that would make it true; a setting that was not made says nothing."""
    client = connect(redis_url)
    await PartitionMap(client, 8).load()
    async with opened(redis_url, outside, tmp_path, {"PARTITIONS": "16"}) as house:
        said = [note for note in await notes(house.core) if "PARTITIONS" in note]
        assert [("has 8 partitions" in note, "make partitions N=16" in note) for note in said] == [(True, True)]
        await command.run(redis_url, 16)
        await house.core.base.store.partitions.refresh()
        assert not any("PARTITIONS" in note for note in await notes(house.core))
    async with opened(redis_url, outside, tmp_path, {}) as house:
        assert not any("PARTITIONS" in note for note in await notes(house.core))
    await client.aclose()
