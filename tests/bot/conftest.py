"""A whole core on a real Valkey, with a scripted assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

import pytest
import redis.asyncio as redis

from bot.agent_desk.workspace import People, outbound
from bot.conversation.conversations import Conversations
from bot.conversation.opt_out import Keywords
from bot.conversation.wire import Needs
from bot.conversation.wire import conversations as wired
from bot.handoff.carry_over import Carrying
from bot.handoff.hand_back import HandingBack
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.reach import Reach
from bot.identity.links import Linking
from bot.identity.merge import ContactMerging, ConversationCopying
from bot.identity.one_time_codes import CodeSending, OneTimeCodes
from bot.identity.proof import Identity
from bot.identity.second_factor import Pins
from bot.model import Address, AddressKind, Call, ChannelName, Fact, InboundMessage, OutboundMessage
from bot.ports import Clock, TurnResult
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.base import connect
from bot.redis_store.client.disk import OnDisk
from bot.redis_store.contacts import RedisContacts, RedisLinks
from bot.redis_store.facts import FIELD, RedisFacts, fact_streams
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.locks import RedisLocks
from bot.redis_store.queue import INBOUND, RedisInbox, RedisOutbox, inbox_key, outbox_key
from bot.redis_store.turns import RedisBulletin, RedisCodes, RedisMenus, RedisTurns, RedisUnsaved
from bot.transcript.log import Lines
from records.facts import decode
from tests.bot.fakes import FakeAssistant, FakeClock, FakeFactor, FakePhones, PlainWording
from tests.partitions import partition_of

ANA = Address(AddressKind.TEL, "+12125550147")
ANAS_BROWSER = Address(AddressKind.WEB, "w1")


@dataclass
class World:
    """The core and everything a story needs to look at."""

    client: redis.Redis
    clock: FakeClock
    assistant: FakeAssistant
    contacts: RedisContacts
    calls: RedisCalls
    handoffs: RedisHandoffs
    codes: RedisCodes
    outbox: RedisOutbox
    needs: Needs
    conversations: Conversations
    people: People
    phones: FakePhones
    factor: FakeFactor
    links: RedisLinks
    facts: RedisFacts
    _numbers: count[int]

    def rewire(self, **parts: Any) -> None:
        """Put other parts in the place of some that conversations stand on."""
        self.needs = replace(self.needs, **parts)
        self.conversations = wired(self.needs)
        needs = self.needs
        self.people = replace(self.people, handing_back=needs.handing_back, linking=needs.linking, staffing=needs.staffing)

    def message(self, channel: ChannelName, sender: Address, text: str = "", **more: object) -> InboundMessage:
        plain = InboundMessage(f"{channel}:{next(self._numbers)}", channel, sender, self.clock(), text)
        return replace(plain, **more)  # type: ignore[arg-type]

    async def texts(self, text: str, sender: Address = ANA) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.SMS, sender, text))

    async def chats(self, text: str = "", sender: Address = ANAS_BROWSER, **more: object) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.WEB, sender, text, **more))

    async def calls_in(self, sid: str, sender: Address = ANA) -> TurnResult:
        contact = await self.contacts.find_or_create(sender)
        await self.calls.create(Call(sid, contact.conversation_id, sender, self.clock()))
        return await self.conversations.call_started(self.message(ChannelName.VOICE, sender, call_sid=sid))

    async def says(self, sid: str, text: str, sender: Address = ANA, **more: object) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.VOICE, sender, text, call_sid=sid, **more))

    async def settles(self) -> None:
        """The inbox's worker has done what was left to do: turns that are kept in it, in order, with their replies sent."""
        for stream in sorted(await self.client.keys(inbox_key("*"))):
            for entry, fields in await self.client.xrange(stream):
                message = INBOUND.validate_json(fields["json"])
                await self.conversations.receive(message, partial(self._deliver, message))
                await self.client.xdel(stream, entry)

    async def _deliver(self, message: InboundMessage, result: TurnResult) -> None:
        await self.outbox.put(outbound(result, message, self.clock))

    async def told(self, *kinds: str) -> list[Fact]:
        """The facts as they are kept: each once, by time; of these kinds, or all. What a schema does not know is none."""
        found: dict[str, Fact] = {}
        for fact in await facts_on(self.client):
            first = found.setdefault(fact.id, fact)
            assert first.at == fact.at, "a repeat has the time of the first"
        return sorted((one for one in found.values() if not kinds or one.kind in kinds), key=lambda one: one.at)

    async def sent_to(self, address: Address) -> list[OutboundMessage]:
        partition = partition_of(address)
        entries = await self.client.xrange(outbox_key(partition))
        found = await asyncio.gather(*(self.outbox.load(partition, fields["id"]) for _, fields in entries))
        return [item[0] for item in found if item and item[0].address == address]


async def facts_on(client: redis.Redis) -> list[Fact]:
    """What waits for the recorder, as it reads it."""
    facts = []
    for stream in fact_streams():
        for _, fields in await client.xrange(stream):
            fact = decode(str(fields[FIELD]).encode())
            assert isinstance(fact, Fact), fact
            facts.append(fact)
    return facts


def linking_on(client: redis.Redis, clock: Clock, assistant: FakeAssistant, known: RedisContacts | None = None) -> Linking:
    """Linking by itself, for tests that need no turns."""
    contacts, codes, links, calls = (
        known or RedisContacts(client, clock),
        RedisCodes(client),
        RedisLinks(client),
        RedisCalls(client, clock),
    )
    locks, lines, outbox = RedisLocks(client), Lines(assistant, RedisUnsaved(client)), RedisOutbox(client)
    copying = ConversationCopying(dialogue=assistant)
    identity = Identity(
        contacts=contacts,
        calls=calls,
        clock=clock,
        one_time_codes=OneTimeCodes(codes=codes, clock=clock, secret=b"secret"),
        merging=ContactMerging(contacts=contacts, links=links, locks=locks, clock=clock, copy_conversation=copying.copy),
    )
    handoffs, wording = RedisHandoffs(client), PlainWording()
    return Linking(
        identity=identity,
        contacts=contacts,
        links=links,
        dialogue=assistant,
        lines=lines,
        handoffs=handoffs,
        calls=calls,
        locks=locks,
        outbox=outbox,
        wording=wording,
        clock=clock,
    )


async def named(username: str) -> str:
    return username.title()


@pytest.fixture
async def world(redis_url: str) -> AsyncIterator[World]:
    made = make_world(redis_url)
    yield made
    await made.client.aclose()


def make_world(redis_url: str) -> World:
    """A core on this Redis; whoever makes it closes its client."""
    client, clock, assistant, factor = connect(redis_url), FakeClock(), FakeAssistant(), FakeFactor()
    facts = RedisFacts(client, b"a key of pseudonyms")
    links = RedisLinks(client, facts)
    contacts, calls, handoffs, codes = (
        RedisContacts(client, clock),
        RedisCalls(client, clock, facts),
        RedisHandoffs(client, facts, clock),
        RedisCodes(client),
    )
    outbox, locks, wording, phones = RedisOutbox(client, facts, clock), RedisLocks(client), PlainWording(), FakePhones()
    lines, bulletin = Lines(assistant, RedisUnsaved(client)), RedisBulletin(client)
    book = HandoffBook(handoffs, assistant, bulletin, clock)
    copying = ConversationCopying(dialogue=assistant, menus=RedisMenus(client), carry=Carrying(book, calls, contacts))
    identity = Identity(
        contacts=contacts,
        calls=calls,
        clock=clock,
        one_time_codes=OneTimeCodes(codes=codes, clock=clock, secret=b"secret"),
        merging=ContactMerging(contacts=contacts, links=links, locks=locks, clock=clock, copy_conversation=copying.copy),
    )
    inbox = RedisInbox(client, disk=OnDisk(client, wait=False), facts=facts)
    needs = Needs(
        contacts=contacts,
        dialogue=assistant,
        identity=identity,
        handoffs=book,
        calls=calls,
        turns=RedisTurns(client, facts),
        menus=RedisMenus(client),
        locks=locks,
        lines=lines,
        keywords=Keywords(contacts, codes, wording),
        wording=wording,
        send_code=CodeSending(
            one_time_codes=identity.one_time_codes, contacts=contacts, outbox=outbox, wording=wording, clock=clock
        ),
        pins=Pins(codes, calls, factor),
        linking=Linking(
            identity=identity,
            contacts=contacts,
            links=links,
            dialogue=assistant,
            lines=lines,
            handoffs=handoffs,
            calls=calls,
            locks=locks,
            outbox=outbox,
            wording=wording,
            clock=clock,
            facts=facts,
        ),
        handing_back=HandingBack(handoffs=book, contacts=contacts, inbox=inbox, reach=Reach(calls, clock), clock=clock),
        clock=clock,
        deadline=5.0,
    )
    people = People(
        handoffs=book,
        contacts=contacts,
        calls=calls,
        handing_back=needs.handing_back,
        linking=needs.linking,
        lines=lines,
        outbox=outbox,
        locks=locks,
        bulletin=bulletin,
        telephone=phones,
        wording=wording,
        clock=clock,
        name_of=named,
        facts=facts,
    )
    return World(
        client=client,
        clock=clock,
        assistant=assistant,
        contacts=contacts,
        calls=calls,
        handoffs=handoffs,
        codes=codes,
        outbox=outbox,
        needs=needs,
        conversations=wired(needs),
        people=people,
        phones=phones,
        factor=factor,
        links=links,
        facts=facts,
        _numbers=count(1),
    )
