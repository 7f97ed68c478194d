"""The event stream: what it says, to how many, and when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.ports import DeskEvent
from bot.redis_store.client.base import connect
from bot.redis_store.turns import RedisBulletin
from desk import live
from desk.http import HEADERS
from tests.desk.conftest import Browser, House


class Events:
    """The stream of one tab, read event by event."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, str | None]:
        """Kind and handoff of the next event; ``end`` when the stream is over, ``beat`` for a comment."""
        kind = ""
        async with asyncio.timeout(5):
            while raw := await self.response.content.readline():
                line = raw.decode().strip()
                if line == ": beat":
                    return "beat", None
                if line.startswith("event: "):
                    kind = line[7:]
                if line.startswith("data: "):
                    return kind, json.loads(line[6:])["handoff"]
        return "end", None


@asynccontextmanager
async def listening(browser: Browser, house: House) -> AsyncIterator[Events]:
    """An open stream that has said hello and watches."""
    async with browser.session.get(browser.base + "/desk/events") as response:
        assert response.status == 200 and response.content_type == "text/event-stream"
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        events = Events(response)
        assert await events.next() == ("hello", None)
        async with asyncio.timeout(5):
            await house.people.watching.wait()
        yield events


async def test_events_reach_every_tab(ana: Browser, house: House) -> None:
    async with listening(ana, house) as one, listening(ana, house) as two:
        handoff = house.people.open()
        house.people.say(handoff.id, "hello")
        for tab in (one, two):
            assert [await tab.next(), await tab.next()] == [("queue", handoff.id), ("line", handoff.id)]


async def test_what_was_said_is_not_in_the_stream(ana: Browser, house: House) -> None:
    handoff = house.people.open()
    async with listening(ana, house) as tab:
        house.people.say(handoff.id, "my secret words")
        kind, value = await tab.next()
        assert kind == "line" and value == handoff.id


async def test_a_stream_ends_with_its_session(ana: Browser, house: House) -> None:
    token = ana.cookie()
    async with listening(ana, house) as tab:
        await house.sessions.end(token)
        house.people.open()
        assert [await tab.next(), await tab.next()] == [("signed-out", None), ("end", None)]


async def test_a_quiet_stream_beats_and_notices_the_end_of_a_session(
    ana: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.stream, "__defaults__", (0.01,))
    async with listening(ana, house) as tab:
        assert await tab.next() == ("beat", None)
        house.clock.forward(hours=2)
        while (said := await tab.next()) == ("beat", None):
            pass
        assert said == ("signed-out", None)


async def test_a_closed_tab_stops_watching(ana: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.stream, "__defaults__", (0.01,))
    async with listening(ana, house):
        assert len(house.people.watchers) == 1
    async with asyncio.timeout(5):
        await house.people.left.wait()
    assert house.people.watchers == []


async def test_a_store_that_fails_ends_the_stream(ana: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(ana, house) as tab:
        house.people.down = True
        monkeypatch.setattr(house.sessions, "find", _away)
        house.people.tell("queue", "h")
        assert await tab.next() == ("end", None)


async def _away(*_: object, **__: object) -> None:
    from bot.ports import StoreUnavailable

    raise StoreUnavailable("down")


async def test_a_stop_does_not_wait_for_open_streams(ana: Browser, house: House) -> None:
    async with listening(ana, house) as tab:
        async with asyncio.timeout(5):
            await house.stop()
        assert await tab.next() == ("end", None)
    assert house.people.watchers == []


async def test_who_is_made_a_designer_hears_no_more(ana: Browser, house: House) -> None:
    async with listening(ana, house) as tab:
        await house.agents.set_role("ana", "designer")
        house.people.open()
        assert [await tab.next(), await tab.next()] == [("signed-out", None), ("end", None)]
    assert house.people.watchers == []


async def test_strangers_hear_nothing(browser_of: Callable[[], Browser], house: House) -> None:
    async with browser_of().session.get(house.base + "/desk/events") as response:
        assert response.status == 401
    assert house.people.watchers == []


async def test_the_real_bulletin_is_followed_and_left(
    ana: Browser, house: House, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.stream, "__defaults__", (0.01,))
    client = connect(redis_url)
    bulletin = RedisBulletin(client)
    monkeypatch.setattr(house.people, "watch", bulletin.watch)
    async with ana.session.get(ana.base + "/desk/events") as response:
        tab = Events(response)
        assert await tab.next() == ("hello", None)
        assert [count for _, count in await house.redis.pubsub_numsub("ot:desk")] == [1]
        await bulletin.post(DeskEvent("line", "h_1"))
        while (said := await tab.next()) == ("beat", None):
            pass
        assert said == ("line", "h_1")
    async with asyncio.timeout(5):
        while (await house.redis.pubsub_numsub("ot:desk"))[0][1]:  # each turn asks the server: no busy wait
            pass
    await client.aclose()
