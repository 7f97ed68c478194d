"""A whole gateway in this process: real Valkey, real listeners, its workers; Rasa and the vendors are loopback servers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher

from bot.model import now
from bot.redis_store.client.base import connect
from connectors.twilio.webhook_signature import signature_of
from gateway.app import public_app, workers
from gateway.settings.config import Settings
from gateway.standing_notes import queue_depths
from gateway.wiring.core import Core, build
from records.sql import opening
from tests.conftest import free_port

SID = "AC" + "0" * 32
TOKEN = "t" * 32
APP_SECRET = "a" * 32
OURS = ("+13125550190", "+13125550191")


@dataclass
class Outside:
    """Rasa, Twilio and Meta: what they were asked, and how they answer. ``gate``: Rasa is slow until it is set."""

    rasa: Callable[[dict[str, Any]], web.Response] = lambda said: web.json_response(
        {"messages": [{"text": f"re {said.get('text')}"}], "failed_actions": []}
    )
    twilio: Callable[[dict[str, str]], web.Response] = lambda form: web.json_response({"sid": "SM" + "1" * 32}, status=201)
    turns: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    gate: asyncio.Event | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    """What was written into trackers without a turn."""
    tracker: list[dict[str, Any]] = field(default_factory=list)
    """The events of every conversation, as Rasa tells them."""
    hangs: asyncio.Event | None = None
    """Rasa answers nothing at all until it is set; ``asked_while_hanging`` counts."""
    asked_while_hanging: int = 0
    closed: bool = False
    """Whether Rasa takes no lines: they wait with the gateway."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What Twilio keeps of MMS, by its sid."""
    fetched_with: set[bool] = field(default_factory=set)
    """Whether a file was asked for with the account's credentials."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/{channel}/webhook", self._turn)
        app.router.add_get("/webhooks/history/{what}", self._tracker)
        app.router.add_post("/conversations/{id}/tracker/events", self._written)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages/{mm}/Media/{sid}", self._file)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._text)
        app.router.add_post("/{version}/me/messages", self._messenger)
        return app

    async def has(self, what: list[Any], count: int) -> None:
        async with self.changed, asyncio.timeout(10):
            await self.changed.wait_for(lambda: len(what) >= count)

    async def _turn(self, request: web.Request) -> web.Response:
        await self._hung()
        said = await request.json()
        await self._keep(self.turns, said)
        if self.gate:
            await self.gate.wait()
        return self.rasa(said)

    async def _hung(self) -> None:
        if self.hangs and not self.hangs.is_set():
            self.asked_while_hanging += 1
            await self.hangs.wait()

    async def _tracker(self, _request: web.Request) -> web.Response:
        await self._hung()
        return web.json_response({"events": self.tracker, "slots": {}})

    async def _written(self, request: web.Request) -> web.Response:
        await self._hung()
        if self.closed:
            return web.Response(status=503)
        body = await request.json()
        self.lines.extend(body if isinstance(body, list) else [body])
        return web.json_response({"events": [], "slots": {}})

    async def _file(self, request: web.Request) -> web.Response:
        wanted = aiohttp.encode_basic_auth(request.match_info["account"], TOKEN)
        self.fetched_with.add(request.headers.get("Authorization") == wanted)
        return web.Response(body=self.files[request.match_info["sid"]], content_type="image/jpeg")

    async def _text(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        await self._keep(self.texts, form)
        return self.twilio(form)

    async def _messenger(self, request: web.Request) -> web.Response:
        body = await request.json()
        if "message" in body:
            await self._keep(self.texts, body)
        return web.json_response({"recipient_id": "1", "message_id": "m_1"})

    async def _keep(self, kept: list[Any], item: Any) -> None:
        async with self.changed:
            kept.append(item)
            self.changed.notify_all()


@dataclass
class House:
    """One gateway and its surroundings."""

    core: Core
    outside: Outside
    url: str
    http: aiohttp.ClientSession
    outside_url: str = ""

    async def texts(self, text: str, sid: str, sender: str = "+12125550147", **more: str) -> aiohttp.ClientResponse:
        form = {"MessageSid": sid, "From": sender, "To": OURS[0], "Body": text, "AccountSid": SID, "NumMedia": "0"} | more
        return await self.signed("/twilio/sms", form)

    async def signed(self, path: str, form: dict[str, str]) -> aiohttp.ClientResponse:
        signature = signature_of(self.url + path, form.items(), TOKEN)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        async with self.http.post(self.url + path, data=urlencode(form).encode(), headers=headers) as answer:
            await answer.read()
            return answer

    async def messages(self, body: dict[str, Any]) -> aiohttp.ClientResponse:
        raw = json.dumps(body).encode()
        digest = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        async with self.http.post(f"{self.url}/messenger", data=raw, headers=headers) as answer:
            await answer.read()
            return answer

    async def chats(self) -> aiohttp.ClientWebSocketResponse:
        socket = await self.http.ws_connect(self.url.replace("http", "ws") + "/chat", headers={"Origin": self.url})
        await socket.send_json({"type": "hello"})
        assert (await socket.receive_json())["type"] == "welcome"
        return socket

    async def emptied(self) -> None:
        async def waiting() -> int:
            depths = await queue_depths(self.core)
            return depths["inbox"] + depths["outbox"]

        async with asyncio.timeout(15):
            while await waiting():  # noqa: ASYNC110 - Redis tells no event of it
                await asyncio.sleep(0.01)

    async def metrics(self) -> str:
        self.core.base.observed.metrics.depths(await queue_depths(self.core))
        return self.core.base.observed.metrics.text().decode()


def said_in_messenger(text: str, mid: str, psid: str = "1000000000000001") -> dict[str, Any]:
    moment = int(now().timestamp() * 1000)
    event = {"sender": {"id": psid}, "recipient": {"id": "1"}, "timestamp": moment, "message": {"mid": mid, "text": text}}
    return {"object": "page", "entry": [{"id": "1", "time": moment, "messaging": [event]}]}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: a real one takes 64 MiB and both cores for a tenth of a second, some tests ask for 43."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("desk.passwords.PasswordHasher", cheap)


@pytest.fixture
async def outside() -> AsyncIterator[tuple[Outside, str]]:
    made = Outside()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("")).rstrip("/")


@pytest.fixture
def changes() -> dict[str, str]:
    """Settings that a test wants otherwise."""
    return {}


@pytest.fixture
async def house(redis_url: str, outside: tuple[Outside, str], tmp_path: Path, changes: dict[str, str]) -> AsyncIterator[House]:
    async with opened(redis_url, outside, tmp_path, changes) as made:
        yield made


@asynccontextmanager
async def opened(redis_url: str, outside: tuple[Outside, str], home: Path, changes: dict[str, str]) -> AsyncIterator[House]:
    """A gateway; several may share a Redis."""
    port = free_port()
    env = {
        "PUBLIC_PORT": str(port),
        "REDIS_URL": redis_url,
        "RASA_URL": outside[1],
        "RASA_TOKEN": "r" * 32,
        "INTERNAL_API_TOKEN": "i" * 32,
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_SMS_NUMBER": OURS[0],
        "TWILIO_VOICE_NUMBER": OURS[1],
        "TWILIO_API_URL": outside[1],
        "MESSENGER_APP_SECRET": APP_SECRET,
        "MESSENGER_VERIFY_TOKEN": "v" * 16,
        "MESSENGER_PAGE_TOKEN": "p" * 32,
        "MESSENGER_API_URL": outside[1],
        "ONETHREAD_HOME": str(home),
        "RECORD_EVERY_SECONDS": "1",
        **changes,
    }
    settings, client = Settings.from_env(env), connect(redis_url)
    async with aiohttp.ClientSession() as http, opening(settings.records_url) as records:
        core = build(settings, client, http, records)
        runner = web.AppRunner(public_app(core), access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        task = asyncio.create_task(workers(core).run())
        yield House(core, outside[0], settings.public_url, http, outside[1])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
        if core.voice is not None:
            await core.voice.line.close()
    await client.aclose()
