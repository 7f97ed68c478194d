"""Behind each proxy of docs/install.md a visitor is one visitor: nobody is refused because of another, a flood still is.

Visitors are the loopback addresses from 127.0.0.2 on; the proxy itself speaks to the gateway from 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from gateway.app import serving
from gateway.observe.health import Health
from gateway.settings.config import ONE_ADDRESS, Settings
from gateway.wiring.core import Core
from tests.conftest import free_port
from tests.gateway.conftest import OURS, SID, TOKEN, Outside
from tests.gateway.proxies import NAMES, installed, proxies

SOON = aiohttp.ClientTimeout(total=20)
PASSWORD = "a long enough passphrase 7"


@dataclass(frozen=True)
class Bank:
    """A running gateway and its addresses at the proxy; ``desk`` is one too."""

    core: Core
    outside: Outside
    url: str
    desk: str
    health: str

    @asynccontextmanager
    async def visitor(self, number: int) -> AsyncIterator[aiohttp.ClientSession]:
        """A browser at an address of its own."""
        connector = aiohttp.TCPConnector(local_addr=(f"127.0.0.{number}", 0), ssl=False)
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=SOON) as session:
            yield session


@pytest.fixture(params=NAMES)
async def bank(
    request: pytest.FixtureRequest, redis_url: str, outside: tuple[Outside, str], tmp_path: Path
) -> AsyncIterator[Bank]:
    if installed(request.param) is None:
        pytest.fail(f"{request.param} is not installed: `make test-tools`")
    public, internal = free_port(), free_port()
    async with proxies(request.param, tmp_path) as front:
        url, desk = await front.before(public), await front.before(internal)
        env = {
            "PUBLIC_URL": url,
            "PUBLIC_PORT": str(public),
            "INTERNAL_PORT": str(internal),
            "TRUSTED_PROXIES": "127.0.0.1",
            "REDIS_URL": redis_url,
            "RASA_URL": outside[1],
            "RASA_TOKEN": "r" * 32,
            "INTERNAL_API_TOKEN": "i" * 32,
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_NUMBER": OURS[0],
            "TWILIO_VOICE_NUMBER": OURS[1],
            "TWILIO_API_URL": outside[1],
            "ONETHREAD_HOME": str(tmp_path / "home"),
        }
        async with serving(Settings.from_env(env)) as core:
            yield Bank(core, outside[0], url, desk, f"http://127.0.0.1:{internal}/health")


async def hello(
    session: aiohttp.ClientSession, bank: Bank, **headers: str
) -> tuple[dict[str, Any], aiohttp.ClientWebSocketResponse]:
    socket = await session.ws_connect(bank.url.replace("http", "ws", 1) + "/chat", headers={"Origin": bank.url, **headers})
    await socket.send_json({"type": "hello"})
    return await socket.receive_json(), socket


def sends_a_code(said: dict[str, Any]) -> web.Response:
    """An assistant that sends a code to the number that was written."""
    wish = {"onethread": {"do": "send_code", "tel": said["text"]}} if said.get("text", "").startswith("+") else {}
    return web.json_response({"messages": [{"custom": wish}] if wish else [{"text": "ok"}], "failed_actions": []})


async def asks_for_a_code(bank: Bank, visitor: int, tel: int, **headers: str) -> None:
    async with bank.visitor(visitor) as session:
        _, socket = await hello(session, bank, **headers)
        await socket.send_json({"type": "message", "id": f"m{tel}", "text": f"+1212555{tel:04}"})
        assert (await socket.receive_json())["type"] in ("ack", "message")


async def test_24_visitors_ask_for_a_code_and_each_gets_one(bank: Bank) -> None:
    bank.outside.rasa = sends_a_code
    for number in range(24):
        await asks_for_a_code(bank, 2 + number, 100 + number)
    await bank.outside.has(bank.outside.texts, 24)
    assert {form["To"] for form in bank.outside.texts} == {f"+1212555{100 + number:04}" for number in range(24)}


async def test_a_flood_of_codes_from_one_address_is_refused_whatever_it_says_of_itself(bank: Bank) -> None:
    bank.outside.rasa = sends_a_code
    for number in range(24):
        await asks_for_a_code(bank, 2, 100 + number, **{"X-Forwarded-For": f"198.51.100.{number}"})
    async with bank.outside.changed, asyncio.timeout(20):
        await bank.outside.changed.wait_for(lambda: not_sent(bank) == 4 and len(bank.outside.texts) == 20)


def not_sent(bank: Bank) -> int:
    """How often the assistant was told that no code goes out."""
    return sum(said.get("payload") == "/code_not_sent" for said in bank.outside.turns)


async def test_75_new_visitors_are_all_welcome_and_a_flood_from_one_address_is_not(bank: Bank) -> None:
    for number in range(75):
        async with bank.visitor(2 + number) as session:
            assert (await hello(session, bank))[0]["type"] == "welcome"
    answers = []
    async with bank.visitor(200) as session:
        for number in range(75):
            forged = {"X-Forwarded-For": f"198.51.100.{number}, 127.0.0.{2 + number}"}
            answers.append((await hello(session, bank, **forged))[0]["type"])
    assert "error" in answers and answers[:60] == ["welcome"] * 60


async def signs_in(bank: Bank, visitor: int, username: str, password: str, **headers: str) -> int:
    async with bank.visitor(visitor) as session:
        async with session.get(bank.desk + "/desk/sign-in", headers=headers) as page:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await page.text())
        assert csrf
        fields = {"csrf": csrf[1], "username": username, "password": password}
        origin = {"Origin": bank.desk, **headers}
        async with session.post(bank.desk + "/desk/sign-in", data=fields, headers=origin, allow_redirects=False) as answer:
            return answer.status


async def test_21_wrong_sign_ins_of_others_do_not_keep_an_agent_out(bank: Bank) -> None:
    await bank.core.desk.agents.add("ana", "Ana Reyes")
    await bank.core.desk.agents.set_password("ana", PASSWORD)
    for number in range(21):
        assert await signs_in(bank, 2 + number, f"guess{number}", "not the password") == 401
    assert await signs_in(bank, 100, "ana", PASSWORD) == 303
    forged = [await signs_in(bank, 101, f"guess{n}", "no", **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(21)]
    assert forged == [401] * 20 + [429]


async def test_the_socket_goes_through_and_stays(bank: Bank) -> None:
    async with bank.visitor(2) as session:
        welcome, socket = await hello(session, bank)
        await socket.send_json({"type": "message", "id": "m1", "text": "hello"})
        seen = [await socket.receive_json() for _ in range(3)]
    assert welcome["type"] == "welcome"
    assert {frame.get("text") for frame in seen if frame["type"] == "message"} >= {"hello"}
    assert 'onethread_visitors_total{known="forwarded"}' in bank.core.base.observed.metrics.text().decode()
    async with aiohttp.ClientSession() as session, session.get(bank.health) as answer:
        assert "notes" not in await answer.json()


def test_a_start_behind_https_that_names_no_proxy_says_so() -> None:
    least = {"REDIS_URL": "redis://127.0.0.1:6379/0", "RASA_TOKEN": "r" * 32, "INTERNAL_API_TOKEN": "i" * 32}
    behind = least | {"PUBLIC_URL": "https://bank.example"}
    assert Settings.from_env(behind).visitors_share_one_address
    assert not Settings.from_env(behind | {"TRUSTED_PROXIES": "127.0.0.1"}).visitors_share_one_address
    assert not Settings.from_env(least).visitors_share_one_address
    assert "TRUSTED_PROXIES" in ONE_ADDRESS


async def test_health_is_degraded_by_what_a_person_must_mend(aiohttp_client: AiohttpClient) -> None:
    async def well() -> bool:
        return True

    async def noted() -> list[str]:
        return [ONE_ADDRESS]

    app = web.Application()
    app.router.add_get("/health", Health({"redis": well}, noted).internal)
    answer = await (await aiohttp_client(app)).get("/health")
    assert (answer.status, await answer.json()) == (200, {"status": "degraded", "parts": {"redis": True}, "notes": [ONE_ADDRESS]})
