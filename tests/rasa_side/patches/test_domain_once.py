"""The domain goes to the action server once; whoever does not know it gets it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.skills.action_server.app import create_app

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past
Serve = Callable[..., Awaitable[TestServer]]
TOKEN = "t" * 32
DOMAIN = {"responses": {"utter_hello": [{"text": "hello"}]}, "slots": {}}
CALL = {"next_action": "action_look", "tracker": {"sender_id": "c", "slots": {}, "events": []}}


class Wire:
    """An action server, and what came to it."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.seen: list[Any] = []

    def app(self) -> web.Application:
        """A server that was started just now."""
        executor = ActionExecutor()
        executor.register_function("action_look", self._look)
        executor.register_function("action_break", self._break)
        app = create_app(executor, TOKEN)
        app.middlewares.append(self._note)
        return app

    async def _look(self, _dispatcher: Any, _tracker: Any, domain: Any) -> list[Any]:
        self.seen.append(domain)
        return []

    async def _break(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> list[Any]:
        raise ValueError("broken")

    @web.middleware
    async def _note(self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
        self.came.append(await request.json())
        return await handler(request)


def endpoint_of(server: TestServer) -> EndpointConfig:
    return EndpointConfig(str(server.make_url("/webhook")), headers={"Authorization": f"Bearer {TOKEN}"})


async def call(endpoint: EndpointConfig, action: str = "action_look", domain: Any = DOMAIN) -> Any:
    return await endpoint.request(method="post", json={**CALL, "next_action": action, "domain": domain})


async def test_the_second_call_names_the_domain_and_the_action_sees_it(aiohttp_server: Serve) -> None:
    wire = Wire()
    endpoint = endpoint_of(await aiohttp_server(wire.app()))
    for _ in range(3):
        assert (await call(endpoint))["events"] == []
    assert ["domain" in came for came in wire.came] == [True, False, False]
    assert wire.seen == [DOMAIN] * 3


async def test_a_server_that_was_started_again_is_sent_it_again(aiohttp_server: Serve) -> None:
    wire = Wire()
    endpoint = endpoint_of(await aiohttp_server(wire.app()))
    await call(endpoint)
    again = endpoint_of(await aiohttp_server(wire.app()))
    endpoint.url = again.url
    await call(endpoint)
    assert ["domain" in came for came in wire.came] == [True, False, True]
    assert wire.seen == [DOMAIN] * 2


async def test_another_model_brings_its_own_domain(aiohttp_server: Serve) -> None:
    wire, newer = Wire(), {**DOMAIN, "slots": {"city": {}}}
    endpoint = endpoint_of(await aiohttp_server(wire.app()))
    for domain in (DOMAIN, newer, newer, DOMAIN):
        await call(endpoint, domain=domain)
    assert wire.seen == [DOMAIN, newer, newer, DOMAIN]


async def test_an_action_that_fails_fails_as_before(aiohttp_server: Serve) -> None:
    wire = Wire()
    endpoint = endpoint_of(await aiohttp_server(wire.app()))
    await call(endpoint)
    for action, status in (("action_break", 500), ("action_nobody", 404)):
        with pytest.raises(ClientResponseError) as raised:
            await call(endpoint, action)
        assert raised.value.status == status
    assert (await call(endpoint))["events"] == []


async def test_any_other_action_server_gets_the_domain_every_time(aiohttp_server: Serve) -> None:
    came: list[dict[str, Any]] = []

    async def webhook(request: web.Request) -> web.Response:
        came.append(await request.json())
        return web.json_response({"events": [], "responses": []})

    app = web.Application()
    app.router.add_post("/webhook", webhook)
    endpoint = endpoint_of(await aiohttp_server(app))
    for _ in range(3):
        await call(endpoint)
    assert [one["domain"] for one in came] == [DOMAIN] * 3
