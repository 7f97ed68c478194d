"""A whole core on a real Valkey, with a scripted assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count

import pytest
import redis.asyncio as redis

from bot.conversation import Conversations
from bot.factor import Pins
from bot.handoff import HandoffBook
from bot.identity import Identity
from bot.joining import CodeSending, Joining
from bot.keywords import Keywords
from bot.lines import Lines
from bot.linking import Linking
from bot.model import Address, AddressKind, Call, ChannelName, InboundMessage, OutboundMessage
from bot.people import People
from bot.ports import Clock, TurnResult
from bot.redis_base import connect
from bot.redis_calls import RedisCalls
from bot.redis_locks import RedisLocks
from bot.redis_queue import RedisOutbox, outbox_key, partition_of
from bot.redis_store import RedisContacts, RedisHandoffs, RedisLinks
from bot.redis_turns import RedisBulletin, RedisCodes, RedisMenus, RedisTurns, RedisUnsaved
from tests.bot.fakes import FakeAssistant, FakeClock, FakeFactor, FakePhones, PlainWording

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
    conversations: Conversations
    people: People
    phones: FakePhones
    factor: FakeFactor
    links: RedisLinks
    _numbers: count[int]

    def message(self, channel: ChannelName, sender: Address, text: str = "", **more: object) -> InboundMessage:
        plain = InboundMessage(f"{channel}:{next(self._numbers)}", channel, sender, self.clock(), text)
        return replace(plain, **more)  # type: ignore[arg-type]

    async def texts(self, text: str, sender: Address = ANA) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.SMS, sender, text))

    async def chats(self, text: str = "", sender: Address = ANAS_BROWSER, **more: object) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.WEB, sender, text, **more))

    async def calls_in(self, sid: str, sender: Address = ANA) -> TurnResult:
        contact = await self.contacts.find_or_create(sender)
        await self.calls.save(Call(sid, contact.conversation_id, sender, self.clock()))
        return await self.conversations.call_started(self.message(ChannelName.VOICE, sender, call_sid=sid))

    async def says(self, sid: str, text: str, sender: Address = ANA, **more: object) -> TurnResult:
        return await self.conversations.receive(self.message(ChannelName.VOICE, sender, text, call_sid=sid, **more))

    async def sent_to(self, address: Address) -> list[OutboundMessage]:
        partition = partition_of(address)
        entries = await self.client.xrange(outbox_key(partition))
        found = [await self.outbox.load(partition, fields["id"]) for _, fields in entries]
        return [item[0] for item in found if item and item[0].address == address]


def linking_on(client: redis.Redis, clock: Clock, assistant: FakeAssistant) -> Linking:
    """Linking by itself, for tests that need no turns."""
    contacts, codes, links, calls = RedisContacts(client, clock), RedisCodes(client), RedisLinks(client), RedisCalls(client)
    locks, lines, outbox = RedisLocks(client), Lines(assistant, RedisUnsaved(client)), RedisOutbox(client)
    identity = Identity(contacts, codes, links, calls, clock, b"secret", Joining(assistant, locks).copy)
    handoffs, wording = RedisHandoffs(client), PlainWording()
    return Linking(identity, contacts, links, assistant, lines, handoffs, calls, locks, outbox, wording, clock)


async def named(username: str) -> str:
    return username.title()


@pytest.fixture
async def world(redis_url: str) -> AsyncIterator[World]:
    client, clock, assistant, factor = connect(redis_url), FakeClock(), FakeAssistant(), FakeFactor()
    links = RedisLinks(client)
    contacts, calls, handoffs, codes = RedisContacts(client, clock), RedisCalls(client), RedisHandoffs(client), RedisCodes(client)
    outbox, locks, wording, phones = RedisOutbox(client), RedisLocks(client), PlainWording(), FakePhones()
    lines, bulletin = Lines(assistant, RedisUnsaved(client)), RedisBulletin(client)
    book = HandoffBook(handoffs, assistant, bulletin, clock)
    joining = Joining(assistant, locks, RedisMenus(client))
    identity = Identity(contacts, codes, links, calls, clock, b"secret", joining.copy)
    conversations = Conversations(
        contacts=contacts,
        dialogue=assistant,
        identity=identity,
        handoffs=book,
        calls=calls,
        turns=RedisTurns(client),
        menus=RedisMenus(client),
        locks=locks,
        lines=lines,
        keywords=Keywords(contacts),
        wording=wording,
        send_code=CodeSending(identity, contacts, outbox, wording, clock),
        pins=Pins(codes, calls, factor),
        linking=Linking(identity, contacts, links, assistant, lines, handoffs, calls, locks, outbox, wording, clock),
        clock=clock,
        deadline=5.0,
    )
    people = People(book, contacts, calls, conversations, lines, outbox, locks, bulletin, phones, wording, clock, named)
    parts = (client, clock, assistant, contacts, calls, handoffs, codes, outbox, conversations, people, phones, factor, links)
    yield World(*parts, count(1))
    await client.aclose()
