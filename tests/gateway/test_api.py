"""The internal listener's own routes, through a real aiohttp application on a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.lines import Lines
from bot.model import Address, AddressKind, Contact, now
from bot.ports import StoreUnavailable
from bot.redis_base import connect
from bot.redis_store import RedisContacts, RedisHandoffs
from bot.redis_turns import RedisUnsaved
from gateway.api import Health, InternalApi
from gateway.metrics import Metrics
from gateway.middleware import failures, plain_headers
from tests.bot.conftest import linking_on
from tests.bot.fakes import FakeAssistant

TOKEN = "t" * 40
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ANA = Address(AddressKind.TEL, "+12125550147")


async def well() -> bool:
    return True


async def broken() -> bool:
    raise ConnectionError


@pytest.fixture
async def ana(redis_url: str) -> AsyncIterator[Contact]:
    client = connect(redis_url)
    yield await RedisContacts(client, now).find_or_create(ANA)
    await client.aclose()


@pytest.fixture
async def api(redis_url: str, aiohttp_client: Callable[..., Any], ana: Contact) -> AsyncIterator[TestClient[Any, Any]]:
    client, metrics = connect(redis_url), Metrics()
    said = [
        {"event": "user", "timestamp": 1.0, "text": "hello", "metadata": {"channel": "sms"}},
        {"event": "bot", "timestamp": 2.0, "text": "hi", "metadata": {}},
        {"event": "slot", "timestamp": 3.0, "name": "full_name", "value": "Ana", "metadata": {}},
    ]
    assistant = FakeAssistant(trackers={ana.conversation_id: said})

    async def depths() -> dict[str, int]:
        return {"inbox": 2}

    async def bug(_request: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    async def away(_request: web.Request) -> web.Response:
        raise StoreUnavailable("x")

    app = web.Application(middlewares=[failures(metrics), plain_headers])
    linking = linking_on(client, now, assistant)
    contacts, lines = RedisContacts(client, now), Lines(assistant, RedisUnsaved(client))
    api = InternalApi(TOKEN, contacts, RedisHandoffs(client), lines, metrics, depths, linking)
    app.add_routes(api.routes())
    app.add_routes([web.get("/bug", bug), web.get("/away", away)])
    app.router.add_get("/health", Health({"redis": well, "rasa": broken}).internal)
    app.router.add_get("/public", Health({"redis": broken}).public)
    yield await aiohttp_client(app)
    await client.aclose()


async def test_a_conversation_is_shown_by_address_and_by_id(api: TestClient[Any, Any], ana: Contact) -> None:
    by_address = await (await api.get("/conversations?address=tel:%2B12125550147", headers=BEARER)).json()
    by_id = await (await api.get(f"/conversations/{ana.conversation_id}", headers=BEARER)).json()
    assert by_address == by_id
    assert [(line["author"], line["channel"], line["text"]) for line in by_id["transcript"]] == [
        ("customer", "sms", "hello"),
        ("bot", "sms", "hi"),
    ]
    assert by_id["slots"][0]["name"] == "full_name" and by_id["slots"][0]["channel"] == "sms"
    assert by_id["contact"]["addresses"][0]["proof"] == "claimed" and by_id["handoff"] is None


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/conversations?address=tel:%2B12125550147", {}, 401),
        ("/conversations?address=tel:%2B12125550147", {"Authorization": "Bearer wrong"}, 401),
        ("/conversations?address=tel:%2B12125550147", {"Authorization": "Bearer wr\u00f6ng"}, 401),
        ("/conversations/c_unknown", BEARER, 404),
        ("/conversations", BEARER, 400),
        ("/conversations?address=fax:1", BEARER, 400),
        ("/conversations?address=tel:%2B19995550100", BEARER, 404),
    ],
)
async def test_others_get_a_sentence_and_no_conversation(
    api: TestClient[Any, Any], path: str, headers: dict[str, str], status: int
) -> None:
    answer = await api.get(path, headers=headers)
    assert answer.status == status
    assert set(await answer.json()) == {"error"}


async def test_a_bug_and_an_absent_store_are_sentences_not_traces(api: TestClient[Any, Any]) -> None:
    bug, away = await api.get("/bug"), await api.get("/away")
    assert bug.status == 500 and "secret" not in await bug.text()
    assert away.status == 503 and away.headers["Retry-After"] == "5"


async def test_health_tells_ready_from_alive(api: TestClient[Any, Any]) -> None:
    parts = await api.get("/health")
    assert parts.status == 200 and await parts.json() == {"status": "degraded", "parts": {"redis": True, "rasa": False}}
    assert (await api.get("/health?alive")).status == 200
    assert (await api.get("/public")).status == 503


async def test_metrics_are_prometheus_text_without_personal_data(api: TestClient[Any, Any]) -> None:
    text = await (await api.get("/metrics")).text()
    assert 'onethread_queue_depth{queue="inbox"} 2.0' in text
    assert "2125550147" not in text
