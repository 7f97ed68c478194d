"""Conversations that are joined and taken apart while they sleep, cool and wake: the same as if all had stayed in Redis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import redis.asyncio as redis

from bot.identity.links import Linking
from bot.model import Address, AddressKind, Proof
from bot.redis_store.client.base import PREFIX
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.event_log import EventLog
from bot.redis_store.transcripts import RedisTranscripts
from gateway.cold import ColdRecords
from gateway.workers.parking import Parking
from tests.bot.conftest import linking_on
from tests.bot.fakes import FakeAssistant
from tests.cold.conftest import Clock
from tests.cold.test_park import ANA
from tests.cold.test_park import contacts as contacts
from tests.cold.test_park import parking as parking

BROWSER = Address(AddressKind.WEB, "w1")


class OnTheLog(FakeAssistant):
    """Appends as Rasa's tracker store does, and reads as its history does: hot and cold."""

    def __init__(self, client: redis.Redis, cold: ColdRecords) -> None:
        super().__init__()
        self.log = EventLog(client, PREFIX, cold)
        self.transcripts = RedisTranscripts(client, cold)

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        reading = await self.log.read(conversation_id)
        await self.log.append(conversation_id, reading.length if reading else 0, [json.dumps(event) for event in events])

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        return await self.transcripts.events(conversation_id)


async def says(linking: Linking, address: Address, clock: Clock, *words: str) -> None:
    contact = await linking.contacts.find_or_create(address)
    metadata = {"sender": str(address), "channel": "sms"}
    said = [{"event": "user", "text": text, "timestamp": clock().timestamp(), "metadata": metadata} for text in words]
    await linking.dialogue.append(contact.conversation_id, said)


async def texts(linking: Linking, address: Address) -> list[str]:
    contact = await linking.contacts.find(address)
    assert contact is not None
    return [event["text"] for event in await linking.dialogue.events(contact.conversation_id)]


async def all_asleep(parking: Parking, clock: Clock) -> None:
    clock.forward(minutes=11)
    await parking.cooling.look()
    clock.forward(days=31)
    await parking.look()


async def test_sleeping_sides_are_joined_and_taken_apart_by_the_numbers_of_their_events(
    client: redis.Redis, clock: Clock, cold: ColdRecords, contacts: RedisContacts, parking: Parking
) -> None:
    linking = linking_on(client, clock, OnTheLog(client, cold), contacts)
    await says(linking, ANA, clock, *(f"phone {n}" for n in range(230)))
    await says(linking, BROWSER, clock, *(f"browser {n}" for n in range(40)))
    await all_asleep(parking, clock)
    before = {address: await texts(linking, address) for address in (ANA, BROWSER)}
    await all_asleep(parking, clock)
    assert await contacts.hot((await client.get(f"{PREFIX}:address:{ANA}")) or "") is None, "both sleep"

    joined = await linking.vouched(BROWSER, ANA, Proof.PROVEN, clock() + timedelta(days=30))
    assert await texts(linking, ANA) == await texts(linking, BROWSER) == [*before[ANA], *before[BROWSER]]
    await says(linking, ANA, clock, "since, by phone")
    await all_asleep(parking, clock)
    await says(linking, BROWSER, clock, "since, from the browser")
    await all_asleep(parking, clock)

    link = await linking.latest(joined)
    assert link is not None and (link.position, link.events_copied) == (230, 40)
    await linking.undo_by_agent(link.id, "sam")
    assert await texts(linking, ANA) == [*before[ANA], "since, by phone"]
    assert await texts(linking, BROWSER) == [*before[BROWSER], "since, from the browser"]
    await all_asleep(parking, clock)
    assert await texts(linking, ANA) == [*before[ANA], "since, by phone"]
