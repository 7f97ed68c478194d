"""Messenger's 24 hours are over: the message goes by text to a proved number, once, and the agent reads so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from bot.model import Address, AddressKind, Author, ChannelName, ContactAddress, DeliveryStatus, OutboundMessage, Proof, Reply
from bot.ports import SendError, SendFailure
from bot.redis_store.locks import RedisLocks
from bot.redis_store.troubles import RedisTroubles
from bot.redis_store.turns import RedisUnsaved
from bot.transcript.log import Lines
from connectors.messenger.errors import WINDOW
from gateway.observe.metrics import Metrics
from gateway.observe.undelivered import Undelivered
from gateway.workers.other_way import OtherWay
from gateway.workers.outbox_worker import OutboxWorker
from tests.bot.conftest import ANA, World
from tests.partitions import partition_of

THREAD = Address(AddressKind.MESSENGER, "123")


@dataclass
class Meta:
    """Messenger, which refuses or takes."""

    error: SendError | None = None
    name: ChannelName = ChannelName.MESSENGER
    tried: list[str] = field(default_factory=list)

    async def send(self, message: OutboundMessage) -> list[str]:
        self.tried.append(message.id)
        if self.error:
            raise self.error
        return ["m_1"]


@dataclass
class Post:
    """What the tests do with it all."""

    world: World
    meta: Meta
    worker: OutboxWorker
    conversation: str

    async def sends(self, author: Author = Author.AGENT) -> DeliveryStatus:
        moment, reply = self.world.clock(), Reply("it is done")
        message = OutboundMessage("o_1", self.conversation, ChannelName.MESSENGER, THREAD, reply, author, moment)
        await self.world.outbox.put([message])
        await self.worker.work(partition_of(THREAD), "o_1", str(THREAD))
        found = await self.world.outbox.load(partition_of(THREAD), "o_1")
        assert found
        return found[1]

    async def texts(self) -> list[str]:
        return [message.reply.text for message in await self.world.sent_to(ANA)]

    def told(self) -> list[str]:
        return [e["text"] for e in self.world.assistant.trackers.get(self.conversation, []) if "24 hours" in e["text"]]


def closed(**more: object) -> SendError:
    return SendError("more than 24 hours", SendFailure.REFUSED, code=WINDOW, **more)  # type: ignore[arg-type]


@pytest.fixture
async def post(world: World) -> AsyncIterator[Post]:
    """Ana's number and Messenger thread are one contact, both proved; the 24 hours are over."""
    ana = await world.contacts.find_or_create(ANA)
    known = tuple(ContactAddress(address, Proof.POSSESSED, world.clock()) for address in (ANA, THREAD))
    await world.contacts.update(ana.id, lambda now: replace(now, addresses=known))
    lines, locks = Lines(world.assistant, RedisUnsaved(world.client)), RedisLocks(world.client)
    meta, book = Meta(closed()), world.people.handoffs
    way = OtherWay(
        first=meta,
        contacts=world.contacts,
        identity=world.needs.identity,
        handoffs=book,
        outbox=world.outbox,
        lines=lines,
        locks=locks,
        clock=world.clock,
    )
    metrics = Metrics()
    troubles = RedisTroubles(world.client, world.clock)
    undelivered = Undelivered(
        outbox=world.outbox, handoffs=book.handoffs, bulletin=book.bulletin, troubles=troubles, metrics=metrics
    )
    worker = OutboxWorker(
        outbox=world.outbox,
        channels={ChannelName.MESSENGER: way},
        contacts=world.contacts,
        metrics=metrics,
        undelivered=undelivered,
        clock=world.clock,
    )
    yield Post(world, meta, worker, ana.conversation_id)


@pytest.mark.parametrize("author", [Author.AGENT, Author.NOTICE, Author.BOT])
async def test_it_goes_by_text_and_the_transcript_says_so(post: Post, author: Author) -> None:
    assert await post.sends(author) is DeliveryStatus.SENT
    assert await post.texts() == ["it is done"]
    assert post.told() == ["Messenger took this no more (24 hours): sent by text message to the number ending in 47."]
    assert await post.world.outbox.doubts(post.conversation) == []


async def test_a_worker_that_died_after_handing_over_sends_no_second_text(post: Post) -> None:
    await post.sends()
    await post.world.client.hset(f"ot:{partition_of(THREAD)}:sent:o_1", "state", "queued")  # as if it had not settled
    await post.worker.work(partition_of(THREAD), "o_1", str(THREAD))
    assert post.meta.tried == ["o_1", "o_1"] and await post.texts() == ["it is done"] and len(post.told()) == 1


async def test_what_messenger_takes_goes_nowhere_else(post: Post) -> None:
    post.meta.error = None
    assert await post.sends() is DeliveryStatus.SENT and await post.texts() == []


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SendError("no answer", SendFailure.UNCERTAIN), DeliveryStatus.UNCERTAIN),
        (SendError("no answer", SendFailure.UNCERTAIN, code=WINDOW), DeliveryStatus.UNCERTAIN),
        (closed(sent_ids=["m_1"]), DeliveryStatus.FAILED),
        (SendError("blocked", SendFailure.REFUSED, code="551"), DeliveryStatus.FAILED),
    ],
)
async def test_what_may_have_been_taken_goes_no_other_way(post: Post, error: SendError, state: DeliveryStatus) -> None:
    post.meta.error = error
    assert await post.sends() is state
    assert await post.texts() == [] and post.told() == []


@pytest.mark.parametrize("why", ["only claimed", "refuses texts", "proof ended", "thread is proven", "no number"])
async def test_no_text_below_the_level_or_against_the_customers_word(post: Post, why: str) -> None:
    ana = await post.world.contacts.find(ANA)
    assert ana
    number, thread = ana.addresses
    if why == "only claimed":
        number = replace(number, proof=Proof.CLAIMED)
    elif why == "proof ended":
        post.world.clock.passes(days=181)
    elif why == "thread is proven":
        thread = replace(thread, proof=Proof.PROVEN)
    addresses = (thread,) if why == "no number" else (number, thread)
    await post.world.contacts.update(ana.id, lambda now: replace(now, addresses=addresses, opted_out=why == "refuses texts"))
    assert await post.sends() is DeliveryStatus.FAILED
    assert await post.texts() == []
    assert [one.message.reply.text for one in await post.world.outbox.doubts(post.conversation)] == ["it is done"]
