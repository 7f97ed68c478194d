"""Two Rasa servers, one of them hangs: its half of the customers get real answers from the other, and somebody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.rasa_http.pool import RasaPool
from gateway.standing_notes import health_of
from tests.gateway.conftest import House, Outside

NUMBERS = [f"+12125550{number}" for number in range(110, 122)]


@dataclass
class Freezing:
    """A Rasa server that can be frozen: it takes every connection, and answers once it goes on."""

    flows: asyncio.Event = field(default_factory=asyncio.Event)
    turns: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/{channel}/webhook", self._turn)
        app.router.add_get("/status", self._status)
        app.router.add_get("/webhooks/history/{what}", self._history)
        return app

    async def _turn(self, request: web.Request) -> web.Response:
        said = await request.json()
        await self.flows.wait()
        self.turns.append(said["text"])
        return web.json_response({"messages": [{"text": f"second: {said['text']}"}], "failed_actions": []})

    async def _status(self, _request: web.Request) -> web.Response:
        await self.flows.wait()
        return web.json_response({"model_file": "models/m.tar.gz"})

    async def _history(self, _request: web.Request) -> web.Response:
        await self.flows.wait()
        return web.json_response({"events": [], "slots": {}})


@pytest.fixture
async def second() -> AsyncIterator[tuple[Freezing, str]]:
    made = Freezing()
    made.flows.set()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("")).rstrip("/")
        made.flows.set()


@pytest.fixture
def changes(outside: tuple[Outside, str], second: tuple[Freezing, str]) -> dict[str, str]:
    return {"RASA_URL": f"{outside[1]},{second[1]}", "TURN_DEADLINE_SECONDS": "1"}


async def served_by_second(house: House, url: str) -> list[str]:
    """The customers whose conversations keep to the second server."""
    assert isinstance(house.core.assistant.servers, RasaPool)
    found = []
    for number, tel in enumerate(NUMBERS):
        await house.texts("first", f"SM{number:032d}", tel)
    await house.outside.has(house.outside.texts, len(NUMBERS))
    for tel in NUMBERS:
        contact = await house.core.base.store.contacts.find(address(tel))
        assert contact is not None
        if house.core.assistant.servers.order(contact.conversation_id)[0] == url:
            found.append(tel)
    return found


def address(tel: str) -> Any:
    from bot.model import Address

    return Address.parse(f"tel:{tel}")


def texts_to(house: House, tel: str) -> list[str]:
    return [text["Body"] for text in house.outside.texts if text["To"] == tel]


async def test_its_customers_are_served_by_the_other_until_it_is_well_again(
    house: House, second: tuple[Freezing, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rasa_http.breaker.FIRST_PAUSE", 0.1)
    monkeypatch.setattr("bot.rasa_http.client.HEALTH_TIMEOUT", 0.2)
    server, url = second
    theirs = await served_by_second(house, url)
    assert 0 < len(theirs) < len(NUMBERS)
    server.flows.clear()
    told, again = asyncio.Event(), asyncio.Event()
    pool = house.core.assistant.servers
    assert pool is not None
    tell = pool._told
    monkeypatch.setattr(pool, "_told", lambda where, well: (tell(where, well), (again if well else told).set()))
    sent = len(house.outside.texts)
    for number, tel in enumerate(theirs[:3]):
        await house.texts("are you there", f"SM{100 + number:032d}", tel)
    async with asyncio.timeout(10):
        await told.wait()
    await house.outside.has(house.outside.texts, sent + min(3, len(theirs)))
    assert (await health_of(house.core).parts())["rasa_servers"] is False
    assert f'onethread_rasa_server_up{{server="{url.removeprefix("http://")}"}} 0.0' in await house.metrics()

    sent = len(house.outside.texts)
    for number, tel in enumerate(theirs):
        await house.texts("and now", f"SM{200 + number:032d}", tel)
    await house.outside.has(house.outside.texts, sent + len(theirs))
    assert [texts_to(house, tel)[-1] for tel in theirs] == ["re and now"] * len(theirs)

    server.flows.set()
    async with asyncio.timeout(10):
        await again.wait()
    sent = len(house.outside.texts)
    await house.texts("hello again", f"SM{300:032d}", theirs[0])
    await house.outside.has(house.outside.texts, sent + 1)
    assert texts_to(house, theirs[0])[-1] == "second: hello again"
    assert (await health_of(house.core).parts())["rasa_servers"] is True
    assert server.turns.count("and now") == 0, "nothing was asked of both"
    await pool.aclose()
