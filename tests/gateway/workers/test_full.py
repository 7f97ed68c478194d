"""Back-pressure: a store that is full, or has no room on its disk, is said to the vendors as 503, and nothing is lost."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
import redis as blocking
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.redis_store.queue import RedisInbox
from gateway.observe.checks import NO_RECORDS, store_notes
from gateway.standing_notes import health_of, notes
from tests.gateway.conftest import House, said_in_messenger

SM = "SM" + "0" * 31


@pytest.fixture
async def full(house: House, redis_url: str) -> House:
    """The inbox takes nothing; the workers are not told."""
    object.__setattr__(house.core.queues.inbox, "inner", RedisInbox(house.core.base.store.client, limit=0))
    return house


async def test_every_receiver_asks_the_vendor_to_come_back(full: House) -> None:
    for answer in (await full.texts("hello", SM + "1"), await full.messages(said_in_messenger("hello", "m1"))):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    socket = await full.chats()
    await socket.send_json({"type": "message", "id": "a", "text": "hello"})
    frame = await socket.receive_json()
    while frame["type"] == "message":
        frame = await socket.receive_json()
    assert (frame["type"], frame["code"], frame["id"]) == ("error", "try_again", "a")
    await socket.close()
    assert 'onethread_refused_total{reason="full"} 3.0' in await full.metrics()


async def test_what_was_refused_is_taken_when_it_comes_again(full: House) -> None:
    assert (await full.texts("hello", SM + "1")).status == 503
    object.__setattr__(full.core.queues.inbox, "inner", RedisInbox(full.core.base.store.client))
    assert (await full.texts("hello", SM + "1")).status == 200
    await full.outside.has(full.outside.texts, 1)


async def test_a_store_without_room_is_503_and_takes_it_later(house: House, redis_url: str) -> None:
    admin = blocking.Redis.from_url(redis_url)
    admin.config_set("maxmemory-policy", "noeviction")
    admin.config_set("maxmemory", "1mb")
    try:
        assert (await house.texts("hello", SM + "1")).status == 503
        assert (await house.messages(said_in_messenger("hello", "m1"))).status == 503
    finally:
        admin.config_set("maxmemory", "0")
        admin.close()
    assert (await house.texts("hello", SM + "1")).status == 200
    assert (await house.messages(said_in_messenger("hello", "m1"))).status == 200
    await house.outside.has(house.outside.texts, 2)
    assert len(house.outside.turns) == 2


class Phone:
    """One call, as Twilio brings it."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def asks(self, path: str, **fields: str) -> tuple[str, str]:
        """What is spoken, and where the document leads: to an answer, or elsewhere."""
        form = {"CallSid": "CA" + "0" * 32, "From": "+12125550147", "To": "+13125550191", "CallStatus": "in-progress", **fields}
        answer = await self._house.signed(path, form)
        assert (answer.status, answer.content_type) == (200, "text/xml")  # anything else is "an application error has occurred"
        root = ET.fromstring(await answer.text())
        found = root.find("Gather")
        onward = found.get("action", "") if found is not None else root.findtext("Redirect", "")
        return " ".join("".join(say.itertext()) for say in root.iter("Say")), onward


async def test_a_caller_hears_an_apology_while_the_store_is_full_and_then_goes_on(house: House, redis_url: str) -> None:
    phone = Phone(house)
    said, answer = await phone.asks("/twilio/voice")
    assert "application error" not in said and answer.startswith("/twilio/voice/answer")
    admin = blocking.Redis.from_url(redis_url)
    admin.config_set("maxmemory-policy", "noeviction")
    admin.config_set("maxmemory", "1mb")
    try:
        apology, again = await phone.asks(answer, SpeechResult="where is my card", Confidence="0.9")
        assert "sorry" in apology and again.startswith("/twilio/voice/again")
        apology, again = await phone.asks(again)
        assert again.startswith(("/twilio/voice/again", "/twilio/voice/answer"))
    finally:
        admin.config_set("maxmemory", "0")
        admin.close()
    if again.startswith("/twilio/voice/again"):
        _, again = await phone.asks(again)
    assert again == answer  # the same question, and nothing counted as silence
    said, following = await phone.asks(again, SpeechResult="where is my card", Confidence="0.9")
    assert "re where is my card" in said and following != answer
    assert [turn["text"] for turn in house.outside.turns if turn.get("text")].count("where is my card") == 1


async def test_a_call_that_begins_while_the_store_is_full_is_greeted_when_there_is_room(house: House, redis_url: str) -> None:
    phone = Phone(house)
    admin = blocking.Redis.from_url(redis_url)
    admin.config_set("maxmemory-policy", "noeviction")
    admin.config_set("maxmemory", "1mb")
    try:
        apology, again = await phone.asks("/twilio/voice")
        assert "sorry" in apology and again.startswith("/twilio/voice/again")
    finally:
        admin.config_set("maxmemory", "0")
        admin.close()
    said, answer = await phone.asks(again)
    assert said and answer.startswith("/twilio/voice/answer")


async def test_a_store_that_may_throw_things_away_is_said_before_it_does(house: House, redis_url: str) -> None:
    admin = blocking.Redis.from_url(redis_url)
    admin.config_set("maxmemory-policy", "allkeys-lru")
    try:
        noted = await store_notes(house.core.base.store.client, house.core.base.store.disk)
        assert [note for note in noted if "maxmemory-policy is allkeys-lru" in note and "noeviction" in note]
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
        admin.close()
    store = house.core.base.store
    assert not [note for note in await store_notes(store.client, store.disk) if "maxmemory" in note]


@pytest.mark.parametrize(
    ("said", "there"),
    [({"status": "degraded", "database": False}, False), ({"status": "ok", "database": True}, True), ({"status": "ok"}, True)],
)
async def test_an_action_server_without_its_database_is_on_the_health_page(
    house: House, said: dict[str, object], there: bool
) -> None:
    async def health(_: web.Request) -> web.Response:
        return web.json_response(said)

    app = web.Application()
    app.router.add_get("/health", health)
    async with TestServer(app) as server:
        url = str(server.make_url(""))
        base = house.core.base
        core = replace(house.core, base=replace(base, settings=replace(base.settings, action_server_url=url)))
        assert (await health_of(core).parts())["database"] is there
        assert [note for note in await notes(core) if "DATABASE_URL" in note] == ([] if there else [NO_RECORDS])
    assert [note for note in await notes(core) if "DATABASE_URL" in note] == [], "then the action server itself is away"
