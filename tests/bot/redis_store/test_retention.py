"""What is kept of people can be deleted: who was silent for long, or who asks for it; and of nobody else."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.directives import Handoff
from bot.model import Address, AddressKind, Contact, Reply
from bot.ports import DialogueTurn, StoreUnavailable
from bot.redis_store.event_log import EventLog, Window
from bot.redis_store.facts import fact_streams
from bot.redis_store.locks import RedisLocks
from bot.redis_store.retention.people import RedisRetention
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.identity.test_linking import known, linked

LONG = timedelta(days=400)
STEPS = 11
"""Deletions of one plain contact before its own."""


@pytest.fixture
def kept(world: World) -> RedisRetention:
    return RedisRetention(world.client, world.clock)


async def silent(world: World, kept: RedisRetention) -> list[str]:
    return [contact.id async for contact in kept.silent_since(world.clock() - LONG)]


async def a_tracker(world: World, conversation: str, words: str) -> None:
    """As Rasa keeps it."""
    event = json.dumps({"event": "user", "text": words})
    await EventLog(world.client, "ot").append(conversation, 0, [event], Window(1, f"[{event}]"))


async def lasting(world: World) -> dict[str, str]:
    """Everything in Redis that has no end of its own and does not wait for a worker: each key with its content."""
    found: dict[str, str] = {}
    async for key in world.client.scan_iter():
        waits = str(key).endswith((":inbox", ":outbox")) or str(key) in fact_streams()
        if await world.client.ttl(key) == -1 and not waits:
            found[str(key)] = str(await _content(world.client, str(key)))
    return found


async def _content(client: Any, key: str) -> object:
    match await client.type(key):
        case "string":
            return await client.get(key)
        case "list":
            return await client.lrange(key, 0, -1)
        case "hash":
            return await client.hgetall(key)
        case "zset":
            return await client.zrange(key, 0, -1)
        case "stream":
            return await client.xrange(key)
        case "none":
            return None  # it has just been given back
        case other:
            raise AssertionError(f"{key} is a {other}: this test has to learn it")


def about(person: Contact, kept: dict[str, str]) -> list[str]:
    """The keys that name the person or hold their words."""
    signs = (person.id, person.conversation_id, "my secret", *(known.address.value for known in person.addresses))
    return sorted(key for key, content in kept.items() if any(sign in key + content for sign in signs))


async def test_who_was_silent_for_long_goes_whole_and_a_newcomer_stays(world: World, kept: RedisRetention) -> None:
    await world.texts("my secret")
    ana = await known(world, ANA)
    await a_tracker(world, ana.conversation_id, "my secret")
    world.clock.passes(days=401)
    await world.chats("hello")
    stays = await known(world, ANAS_BROWSER)
    assert await silent(world, kept) == [ana.id]
    assert await kept.forget(ana, world.clock() - LONG) == ana
    assert about(ana, await lasting(world)) == []
    assert await known(world, ANAS_BROWSER) == stays
    assert (await world.texts("hello again")).conversation_id != ana.conversation_id


async def test_a_closed_handoff_goes_with_its_conversation(world: World, kept: RedisRetention) -> None:
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("wants a person"),))
    opened = await world.texts("my secret")
    assert opened.handoff is not None
    ana = await known(world, ANA)
    assert await kept.forget(ana) is None, "she still waits for a person"
    world.assistant.answer = lambda said: DialogueTurn((Reply("anything else?"),))
    await world.people.accept(opened.handoff.id, "sam", None)
    await world.people.close(opened.handoff.id, "sam", "done")
    await world.settles()
    assert await kept.forget_handoffs() == 0, "its conversation is still there"
    await kept.forget(ana)
    assert await kept.forget_handoffs() == 1
    assert about(ana, await lasting(world)) == []


async def test_who_is_on_the_phone_stays(world: World, kept: RedisRetention) -> None:
    await world.calls_in("CA1")
    ana = await known(world, ANA)
    assert await kept.forget(ana) is None
    assert await known(world, ANA) == ana


async def test_who_writes_at_that_very_moment_stays(world: World, kept: RedisRetention) -> None:
    await world.texts("hello")
    ana = await known(world, ANA)
    world.clock.passes(days=401)
    async with RedisLocks(world.client).hold(ana.conversation_id):  # the turn of another gateway
        deleting = asyncio.create_task(kept.forget(ana, world.clock() - LONG))
        await world.contacts.update(ana.id, lambda one: replace(one, last_seen=world.clock()))
    assert await deleting is None
    assert (await known(world, ANA)).id == ana.id


async def test_a_number_that_refuses_messages_is_still_refused(world: World, kept: RedisRetention) -> None:
    await world.texts("my secret")
    ana = await known(world, ANA)
    await world.contacts.update(ana.id, lambda one: replace(one, opted_out=True))
    await kept.forget(ana)
    after = await known(world, ANA)
    assert after.opted_out and after.id != ana.id and after.conversation_id != ana.conversation_id
    assert not any("my secret" in content or ana.id in content for content in (await lasting(world)).values())


async def test_what_was_joined_goes_with_the_person_and_not_before(world: World, kept: RedisRetention) -> None:
    _, _, contacts = await linked(world)
    world.clock.passes(days=401)
    joined = await known(world, ANA)
    assert await silent(world, kept) == [joined.id], "the browser's old contact is needed for an undo"
    for contact in contacts.values():
        await a_tracker(world, contact.conversation_id, "my secret")
    assert await kept.forget(joined)
    everything = await lasting(world)
    assert [about(contact, everything) for contact in (joined, *contacts.values())] == [[], [], []]


async def test_after_an_undo_only_the_one_who_asks_is_forgotten(world: World, kept: RedisRetention) -> None:
    link, _, _ = await linked(world)
    await world.needs.linking.undo_by_agent(link.id, "sam")
    phone, browser = await known(world, ANA), await known(world, ANAS_BROWSER)
    shared = link.after.conversation_id
    for place in (phone.conversation_id, browser.conversation_id, shared):
        await a_tracker(world, place, "their words")
    assert await kept.forget(browser)
    everything = await lasting(world)
    assert about(browser, everything) == []
    assert await known(world, ANA) == phone
    assert f"ot:{{c:{phone.conversation_id}}}:events" in everything
    assert f"ot:{{c:{shared}}}:events" not in everything, "it held the words of both"


async def test_a_deletion_that_was_broken_off_is_ended_by_the_next(
    world: World, kept: RedisRetention, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.texts("my secret")
    ana = await known(world, ANA)
    await a_tracker(world, ana.conversation_id, "my secret")
    unlink = world.client.unlink

    async def dies_at(step: int) -> None:
        left = iter(range(step))

        async def until_then(*keys: str) -> Any:
            if next(left, None) is None:
                raise ConnectionError("killed")
            return await unlink(*keys)

        monkeypatch.setattr(world.client, "unlink", until_then)
        with pytest.raises(StoreUnavailable):
            await kept.forget(ana)
        monkeypatch.setattr(world.client, "unlink", unlink)

    for step in range(STEPS):
        await dies_at(step)
        assert await world.contacts.get(ana.id) == ana, "what is left over is found again"
    assert await kept.forget(ana)
    assert about(ana, await lasting(world)) == []


async def test_a_reply_does_not_bring_a_deleted_contact_back(world: World, kept: RedisRetention) -> None:
    await world.texts("hello")
    ana = await known(world, ANA)
    assert await kept.forget(ana)
    assert await world.contacts.update(ana.id, lambda one: one) is None
    world.assistant.answer = lambda said: DialogueTurn((Reply("welcome"),))
    assert (await world.texts("hello")).replies[0].text == "welcome"
    assert (await known(world, ANA)).id != ana.id


async def test_the_record_of_all_links_is_read_once_however_many_go(world: World, kept: RedisRetention) -> None:
    """It is as long as all joins ever made; read for each contact, a night would not be long enough."""
    link, _, _ = await linked(world)
    people = []
    for number in range(20):
        await world.texts("hello", sender=Address(AddressKind.TEL, f"+1312555{number:04d}"))
        person = await known(world, Address(AddressKind.TEL, f"+1312555{number:04d}"))
        await world.links.record(replace(link, id=f"k_{number}", before=(person, person), after=person))
        people.append(person)
    before = await asked(world, "xrange")
    for person in people:
        assert await kept.forget(person)
    assert await asked(world, "xrange") - before <= 3
    left = [json.loads(fields["json"])["id"] for _, fields in await world.client.xrange("ot:links")]
    assert left == [link.id]
    latest = replace(link, id="k_late", before=(people[0], people[0]), after=people[0])
    await world.links.record(latest)
    assert await kept._entries({"k_late"}), "what was joined since it was read is found, too"


async def asked(world: World, command: str) -> int:
    """How often the server was asked this so far."""
    return int((await world.client.info("commandstats")).get(f"cmdstat_{command}", {}).get("calls", 0))
