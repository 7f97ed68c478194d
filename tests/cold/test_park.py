"""A conversation that fell silent leaves Redis, and its next message finds it as it was."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis.asyncio as redis

from bot.model import Address, AddressKind, ChannelName, Contact, Handoff, HandoffState, Packet
from bot.ports import ContactAsleep, StoreUnavailable
from bot.ports.stores import Challenge
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.base import PREFIX, connect
from bot.redis_store.contacts import RedisContacts, RedisLinks
from bot.redis_store.event_log import EventLog, Reading, Window
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.locks import RedisLocks
from bot.redis_store.retention.people import RedisRetention
from bot.redis_store.transcripts import RedisTranscripts
from bot.redis_store.turns import RedisCodes, RedisUnsaved
from bot.transcript.log import Lines
from gateway.cold import ColdRecords
from gateway.commands.retention import silent
from gateway.workers.cooling import IDLE, Cooling
from gateway.workers.parking import Parking
from tests.bot.fakes import FakeAssistant
from tests.cold.conftest import Clock
from tests.cold.test_event_log import events, told

ANA = Address(AddressKind.TEL, "+12125550147")


@pytest.fixture
def contacts(client: redis.Redis, clock: Clock, cold: ColdRecords) -> RedisContacts:
    return RedisContacts(client, clock, cold)


@pytest.fixture
def parking(client: redis.Redis, clock: Clock, cold: ColdRecords, cooling: Cooling, contacts: RedisContacts) -> Parking:
    return Parking(
        client=client,
        cooling=cooling,
        cold=cold,
        contacts=contacts,
        handoffs=RedisHandoffs(client),
        calls=RedisCalls(client, clock),
        codes=RedisCodes(client),
        lines=Lines(FakeAssistant(), RedisUnsaved(client), RedisTranscripts(client, cold)),
        locks=RedisLocks(client),
        clock=clock,
        after=timedelta(days=30),
    )


@pytest.fixture
async def ana(contacts: RedisContacts, log: EventLog) -> Contact:
    """She wrote twelve events, of which a window stands for ten."""
    known = await contacts.find_or_create(ANA)
    await log.append(known.conversation_id, 0, events(0, 12), Window(10, "[1]"))
    return known


async def asleep(parking: Parking, clock: Clock) -> None:
    clock.forward(minutes=11)
    await parking.cooling.look()
    clock.forward(days=31)
    assert await parking.look() == 1


async def keys(client: redis.Redis) -> dict[str, str]:
    found = {str(key) async for key in client.scan_iter() if not re.search(":(lock|note|facts):", str(key))}
    return {key: str(await client.type(key)) for key in sorted(found)}


async def test_all_that_stays_is_who_it_is_and_that_it_sleeps(
    client: redis.Redis, ana: Contact, parking: Parking, clock: Clock
) -> None:
    await asleep(parking, clock)
    assert await keys(client) == {
        f"ot:address:{ANA}": "string",
        f"ot:contact:{ana.id}": "string",
        f"ot:{{c:{ana.conversation_id}}}:window": "hash",
    }
    assert await client.get(f"ot:contact:{ana.id}") == f"parked {ana.conversation_id}"
    size = sum([int(await client.memory_usage(key) or 0) for key in await keys(client)])
    assert size < 600, "bytes"


async def test_the_next_message_finds_the_contact_and_what_the_turn_reads(
    client: redis.Redis, ana: Contact, contacts: RedisContacts, log: EventLog, parking: Parking, clock: Clock
) -> None:
    await asleep(parking, clock)
    assert await contacts.find_or_create(ANA) == ana
    assert await client.exists(f"ot:conversation:{ana.conversation_id}") == 1
    assert await log.read(ana.conversation_id) == Reading(12, b"[1]", told(10, 2))
    await log.append(ana.conversation_id, 12, events(12, 1))
    assert [event async for page in log.all(ana.conversation_id) for event in page] == told(0, 13)
    clock.forward(days=29)
    assert await parking.look() == 0
    clock.forward(days=2)
    await parking.cooling.look()
    clock.forward(days=31)
    assert await parking.look() == 1, "and falls asleep again"
    assert await contacts.get(ana.id) == ana


@pytest.mark.parametrize("by", ["get", "of_conversation", "find", "update", "create", "detach"])
async def test_whoever_asks_for_the_contact_wakes_it(
    ana: Contact, contacts: RedisContacts, parking: Parking, clock: Clock, by: str
) -> None:
    await asleep(parking, clock)
    if by == "get":
        assert await contacts.get(ana.id) == ana
    elif by == "of_conversation":
        assert await contacts.of_conversation(ana.conversation_id) == ana
    elif by == "find":
        assert await contacts.find(ANA) == ana
    elif by == "update":
        changed = await contacts.update(ana.id, lambda now: replace(now, opted_out=True))
        assert changed == replace(ana, opted_out=True) == await contacts.get(ana.id)
    elif by == "create":
        assert await contacts.create(replace(ana, opted_out=True)) == ana, "there is one of that id"
    else:
        assert (await contacts.detach(ANA)).id != ana.id
        assert (await contacts.get(ana.id)) == replace(ana, addresses=())


async def test_four_gateways_wake_it_at_once(
    redis_url: str, ana: Contact, cold: ColdRecords, parking: Parking, clock: Clock
) -> None:
    await asleep(parking, clock)
    clients = [connect(redis_url) for _ in range(4)]

    async def one(client: redis.Redis, number: int) -> Contact:
        mine = RedisContacts(client, clock, cold)
        found = await mine.find_or_create(ANA)
        await mine.update(found.id, lambda now: replace(now, last_seen=clock() + timedelta(seconds=number)))
        return found

    found = await asyncio.gather(*(one(client, number) for number, client in enumerate(clients)))
    assert {each.id for each in found} == {ana.id}
    assert (await RedisContacts(clients[0], clock, cold).find(ANA)).conversation_id == ana.conversation_id  # type: ignore[union-attr]
    for client in clients:
        await client.aclose()


async def test_while_the_database_is_away_nobody_gets_a_new_contact(
    client: redis.Redis, ana: Contact, contacts: RedisContacts, cold: ColdRecords, parking: Parking, clock: Clock
) -> None:
    await asleep(parking, clock)
    there = cold.contact

    async def away(_: str) -> Any:
        raise StoreUnavailable("away")

    cold.contact = away
    before = await keys(client)
    with pytest.raises(ContactAsleep) as refused:
        await contacts.find_or_create(ANA)
    assert refused.value.conversation_id == ana.conversation_id and await keys(client) == before
    cold.contact = there
    assert await contacts.find_or_create(ANA) == ana


async def test_nothing_falls_asleep_while_the_database_is_away(
    client: redis.Redis, ana: Contact, parking: Parking, cold: ColdRecords, contacts: RedisContacts, clock: Clock
) -> None:
    clock.forward(minutes=11)
    await parking.cooling.look()

    async def away(*_: Any) -> Any:
        raise StoreUnavailable("away")

    cold.park = away
    clock.forward(days=31)
    before = await keys(client)
    with pytest.raises(StoreUnavailable):
        await parking.look()
    assert await keys(client) == before and await contacts.hot(ana.id) is not None


async def in_a_handoff(parking: Parking, ana: Contact) -> None:
    packet = Packet((), (), (), ana.addresses[0].proof)
    handoff = Handoff(
        "h_1", ana.conversation_id, ana.id, HandoffState.WAITING, "why", "general", ChannelName.SMS, ana.created_at, packet
    )
    await parking.handoffs.create(handoff)


async def with_a_code(parking: Parking, ana: Contact) -> None:
    await parking.codes.save(Challenge(ana.conversation_id, ANA.value, "d", ana.created_at))


async def with_lines_that_wait(parking: Parking, ana: Contact) -> None:
    await parking.lines.unsaved.push(ana.conversation_id, [{"event": "bot", "metadata": {"line": "l1"}}])


async def seen_lately(parking: Parking, ana: Contact) -> None:
    await parking.contacts.update(ana.id, lambda now: replace(now, last_seen=parking.clock() + timedelta(days=20)))


@pytest.mark.parametrize("so", [in_a_handoff, with_a_code, with_lines_that_wait, seen_lately])
async def test_who_is_in_the_middle_of_something_stays(
    client: redis.Redis, ana: Contact, parking: Parking, clock: Clock, so: Any
) -> None:
    clock.forward(minutes=11)
    await parking.cooling.look()
    await so(parking, ana)
    clock.forward(days=31)
    assert await parking.look() == 0
    assert await parking.contacts.hot(ana.id) is not None
    assert await client.zscore(IDLE, ana.conversation_id) > (clock() - timedelta(days=30)).timestamp(), "looked at again later"


async def test_a_contact_that_changes_while_it_is_parked_stays_and_is_parked_as_it_is_then(
    ana: Contact, parking: Parking, cold: ColdRecords, contacts: RedisContacts, clock: Clock
) -> None:
    clock.forward(minutes=11)
    await parking.cooling.look()
    clock.forward(days=31)
    park = cold.park

    async def and_it_changes(*given: Any) -> bool:
        cold.park = park
        kept = await park(*given)
        await contacts.update(ana.id, lambda now: replace(now, opted_out=True))
        return kept

    cold.park = and_it_changes
    assert await parking.look() == 0
    assert await parking.look() == 1
    assert (await contacts.get(ana.id)) == replace(ana, opted_out=True)


async def test_retention_reaches_who_sleeps(
    client: redis.Redis, ana: Contact, parking: Parking, cold: ColdRecords, contacts: RedisContacts, log: EventLog, clock: Clock
) -> None:
    await asleep(parking, clock)
    assert (await silent(client, clock, 40, cold, delete=True)).startswith("0 silent")
    clock.forward(days=10)
    before = await keys(client)
    assert (await silent(client, clock, 40, cold, delete=False)).startswith("1 silent")
    assert await keys(client) == before, "who is only counted sleeps on"
    assert "1 deleted" in await silent(client, clock, 40, cold, delete=True)
    assert await keys(client) == {}
    assert await cold.contact(ana.id) is None and await cold.asleep(ana.conversation_id) is None
    assert {json.loads(event)["event"] for event in await cold.page(ana.conversation_id, 0, 12)} == {"gone"}
    assert not await cold.keep(ana.conversation_id, 0, told(0, 3), ""), "what was on its way is refused"
    assert (await contacts.find_or_create(ANA)).id != ana.id


async def test_one_person_who_sleeps_is_forgotten(
    client: redis.Redis, ana: Contact, parking: Parking, cold: ColdRecords, contacts: RedisContacts, clock: Clock
) -> None:
    await asleep(parking, clock)
    found = await contacts.find(ANA)
    assert found is not None and await RedisRetention(client, clock, cold).forget(found) == ana
    assert await keys(client) == {} and await cold.contact(ana.id) is None


async def test_who_was_joined_into_another_is_left_to_that_one(
    client: redis.Redis, parking: Parking, contacts: RedisContacts, cold: ColdRecords, clock: Clock
) -> None:
    """Retention passes over the sleeping first side of a link, whose address leads to the other."""
    from bot.ports.stores import LinkRecord

    first = await contacts.find_or_create(ANA)
    other = await contacts.find_or_create(Address(AddressKind.WEB, "w1"))
    await parking.cooling.log.append(first.conversation_id, 0, events(0, 3))
    await client.set(f"{PREFIX}:address:{ANA}", other.id)
    await RedisLinks(client).record(LinkRecord("l1", clock(), (first, other), other, 3))
    await asleep(parking, clock)
    clock.forward(days=10)
    await contacts.update(other.id, lambda now: replace(now, last_seen=clock()))
    silent = RedisRetention(client, clock, cold).silent_since(clock() - timedelta(days=40))
    assert [one.id async for one in silent] == []
