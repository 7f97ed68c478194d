"""Call after call goes through one connection, and a server that was started again is found."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from rasa.utils.endpoints import EndpointConfig

from bot.rasa_side.patches.kept_connections import connections_are_kept
from tests.conftest import free_port


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndpointConfig, "session", EndpointConfig.session)  # put back afterwards
    connections_are_kept()


class Server:
    """Answers with its number, and knows from which ports it was called."""

    def __init__(self, port: int, number: int = 1) -> None:
        self.port, self.number, self.callers = port, number, list[Any]()

    async def __aenter__(self) -> Server:
        app = web.Application()
        app.add_routes([web.post("/webhook", self._answer)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.callers.append((request.transport.get_extra_info("peername"), request.headers.get("Authorization")))
        return web.json_response({"number": self.number, "asked": await request.json()})


async def closed(endpoint: EndpointConfig) -> None:
    await endpoint.onethread_connector[1].close()


async def test_calls_share_a_connection() -> None:
    async with Server(free_port()) as server:
        endpoint = EndpointConfig(f"http://127.0.0.1:{server.port}/webhook", headers={"Authorization": "Bearer x"})
        answers = [await endpoint.request(json={"n": n}) for n in range(4)]
        assert [answer["asked"]["n"] for answer in answers] == [0, 1, 2, 3]
        assert len(set(server.callers)) == 1 and server.callers[0][1].startswith("Bearer ")
        await closed(endpoint)


async def test_calls_at_once_do_not_wait_for_each_other() -> None:
    async with Server(free_port()) as server:
        endpoint = EndpointConfig(f"http://127.0.0.1:{server.port}/webhook")
        await asyncio.gather(*(endpoint.request(json={}) for _ in range(3)))
        assert len(server.callers) == 3
        await closed(endpoint)


async def test_a_server_that_was_started_again_is_found() -> None:
    port = free_port()
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    async with Server(port):
        assert (await endpoint.request(json={}))["number"] == 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await endpoint.request(json={})
    async with Server(port, number=2):
        assert (await endpoint.request(json={}))["number"] == 2
    await closed(endpoint)


def test_each_event_loop_has_its_own() -> None:
    endpoint = EndpointConfig(f"http://127.0.0.1:{free_port()}/webhook")

    async def once() -> int:
        async with Server(int(endpoint.url.rsplit(":", 1)[1].split("/")[0])):
            answer = await endpoint.request(json={})
            await closed(endpoint)
            return int(answer["number"])

    assert [asyncio.run(once()), asyncio.run(once())] == [1, 1]
