"""The internal listener's own routes, through a real aiohttp application on a real Valkey."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.model import Address, AddressKind, Contact, now
from bot.ports import StoreUnavailable
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.facts import RedisFacts
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.turns import RedisUnsaved
from bot.transcript.log import Lines
from gateway.api import Access, InternalApi, Reads, RecordsApi
from gateway.observe.health import Health
from gateway.observe.metrics import Metrics
from gateway.observe.middleware import failures, plain_headers
from records.sql import RecordsStore, opening
from tests.bot.conftest import linking_on
from tests.bot.fakes import FakeAssistant

DOCS = Path(__file__).parents[3] / "docs" / "records.md"
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
async def records(tmp_path: Path) -> AsyncIterator[RecordsStore]:
    async with opening(f"sqlite:///{tmp_path / 'records.sqlite'}") as opened:
        yield opened


@pytest.fixture
async def api(
    redis_url: str, aiohttp_client: Callable[..., Any], ana: Contact, records: RecordsStore
) -> AsyncIterator[TestClient[Any, Any]]:
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
    access, reads = Access(TOKEN, metrics), Reads(RedisFacts(client), now)
    api = InternalApi(
        access=access,
        reads=reads,
        recorded=RecordsApi(access, records, reads),
        contacts=contacts,
        handoffs=RedisHandoffs(client),
        lines=lines,
        metrics=metrics,
        depths=depths,
        linking=linking,
    )
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
        ("/conversations?address=", BEARER, 400),
        ("/conversations?address=fax:1", BEARER, 400),
        ("/conversations?address=tel:+", BEARER, 400),
        ("/conversations?address=tel:%2B", BEARER, 400),
        ("/conversations?address=tel:+12125550147", BEARER, 400),
        ("/conversations?address=tel:12125550147", BEARER, 400),
        ("/conversations?address=web:%20x", BEARER, 400),
        ("/conversations?address=tel:%2B19995550100", BEARER, 404),
    ],
)
async def test_others_get_a_sentence_and_no_conversation(
    api: TestClient[Any, Any], path: str, headers: dict[str, str], status: int
) -> None:
    answer = await api.get(path, headers=headers)
    assert answer.status == status
    assert set(await answer.json()) == {"error"}


async def test_a_plus_that_arrived_as_a_blank_is_told_of(api: TestClient[Any, Any]) -> None:
    answer = await (await api.get("/conversations?address=tel:+12125550147", headers=BEARER)).json()
    assert answer == {
        "error": "address must be tel: and a number such as +12125550147 (a plus in an address line is written %2B)"
    }
    wrong = await api.post("/addresses/forget", json={"address": "tel:+"}, headers=BEARER)
    assert wrong.status == 400 and "such as +12125550147" in (await wrong.json())["error"]


async def test_the_lines_for_curl_work_as_they_are_printed(api: TestClient[Any, Any], ana: Contact, tmp_path: Path) -> None:
    """Of docs/records.md, in an installation's folder; only the port is this test's."""
    printed = next(block for block in DOCS.read_text(encoding="utf-8").split("```") if "curl" in block)
    script = printed.replace("8081", str(api.port)).replace(".venv/bin/python", sys.executable)
    (tmp_path / ".onethread").mkdir()
    (tmp_path / ".onethread" / "secrets.json").write_text(json.dumps({"internal_api_token": TOKEN}))
    ran = await asyncio.create_subprocess_exec("bash", "-ec", script, cwd=tmp_path, stdout=asyncio.subprocess.PIPE)
    found, _ = json.JSONDecoder(), await ran.wait()
    assert ran.stdout is not None
    said = (await ran.stdout.read()).decode()
    searched, end = found.raw_decode(said)
    shown, _ = found.raw_decode(said[end:].lstrip())
    assert searched == {"conversations": [], "next": None} and shown["id"] == ana.conversation_id


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


async def test_the_page_of_figures_is_there_above_all_while_the_store_is_away(
    api: TestClient[Any, Any], aiohttp_client: Any
) -> None:
    async def away() -> dict[str, int]:
        raise StoreUnavailable("x")

    async def parts() -> dict[str, bool]:
        return {"redis": False, "rasa": True}

    theirs = next(route.handler.__self__ for route in api.app.router.routes() if route.resource.canonical == "/metrics")
    app = web.Application()
    app.add_routes(replace(theirs, depths=away, parts=parts).routes())
    page = await (await aiohttp_client(app)).get("/metrics")
    text = await page.text()
    assert page.status == 200
    assert 'onethread_part_up{part="redis"} 0.0' in text and 'onethread_part_up{part="rasa"} 1.0' in text
