"""A little installation of its own, so that the simulator is tested as the stranger it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from simulator.app import create_app
from simulator.scripting.testing import Simulator
from simulator.settings import SimulatorSettings

ACCOUNT = "AC" + "1" * 32
TOKEN = "twilio-token-of-this-test"
KEY, KEY_SECRET = "SK" + "2" * 32, "key-secret-of-this-test-of-32-chars"
AGENT = "+12125550160"
Answer = str | web.Response | Callable[[dict[str, str]], str | web.Response]


@dataclass
class FakeGateway:
    """Answers webhooks from a script by path; keeps what came and whether its signature was right."""

    url: str = ""
    script: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    raw: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    badly_signed: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fields = {k: str(v) for k, v in (await request.post()).items()}
        self.seen.append((request.path, fields or dict(request.query)))
        self.raw.append(request)
        self.bodies.append(body)
        if "X-Twilio-Signature" in request.headers:
            validator = RequestValidator(TOKEN)
            if not validator.validate(self.url + request.path_qs, fields, request.headers["X-Twilio-Signature"]):
                self.badly_signed.append(request.path)
        scripted = self.script.get(request.path, "<Response/>")
        answer = scripted(fields) if callable(scripted) else scripted
        return answer if isinstance(answer, web.Response) else web.Response(text=answer, content_type="text/xml")

    def fields(self, path: str) -> list[dict[str, str]]:
        """What came to one path, in order."""
        return [fields for seen, fields in self.seen if seen == path]


@dataclass
class Stage:
    """A gateway, a simulator and its test client."""

    gateway: FakeGateway
    sim: Simulator
    settings: SimulatorSettings
    server: TestServer

    def voice(self, *bodies: str) -> None:
        """The documents of the voice webhook: the first at ``/twilio/voice``, then ``/2``, ``/3``, ..."""
        for number, body in enumerate(bodies, 1):
            self.gateway.script["/twilio/voice" if number == 1 else f"/{number}"] = f"<Response>{body}</Response>"

    @property
    def api(self) -> str:
        """TWILIO_API_URL."""
        return str(self.server.make_url("/simulator/twilio"))

    @property
    def graph(self) -> str:
        """MESSENGER_API_URL."""
        return str(self.server.make_url("/simulator/graph"))


def settings_for(public_url: str, own_url: str = "http://127.0.0.1/simulator", **more: Any) -> SimulatorSettings:
    """Settings of a test."""
    return SimulatorSettings(
        public_url=public_url,
        own_url=own_url,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sms_number="+12125550100",
        voice_number="+12125550101",
        app_secret="app-secret-of-this-test",
        verify_token="verify-token-of-this-test",
        page_token="page-token-of-this-test",
        api_key_sid=KEY,
        api_key_secret=KEY_SECRET,
        **{"webhook_timeout": 2.0, **more},
    )


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    """The little installation, listening."""
    fake = FakeGateway()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", fake.handle)
    server = TestServer(app)
    await server.start_server()
    fake.url = str(server.make_url("")).rstrip("/")
    yield fake
    await server.close()


@pytest.fixture
async def stage(gateway: FakeGateway) -> AsyncIterator[Stage]:
    """Everything together. At the end, every webhook must have been signed rightly."""
    settings = settings_for(gateway.url, voice_status_path="/call-status")
    outer = web.Application()
    outer.add_subapp("/simulator", create_app(settings))
    server = TestServer(outer)
    await server.start_server()
    async with Simulator.at(str(server.make_url("/simulator"))) as sim:
        yield Stage(gateway, sim, settings, server)
    await server.close()
    assert gateway.badly_signed == []
