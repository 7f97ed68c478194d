"""The simulator as a ConversationRelay client, against a little application that speaks the other side."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from simulator.app import create_app
from simulator.scripting.testing import Simulator
from simulator.twilio_voice.relay import rules
from tests.simulator.conftest import ACCOUNT, TOKEN, FakeGateway, settings_for

Frame = dict[str, Any]
RELAY = (
    '<Connect action="/2"><ConversationRelay url="{url}" dtmfDetection="true" partialPrompts="true" '
    'applicationReconnect="{again}" events="speaker-events tokens-played">'
    '<Parameter name="token" value="t-1"/></ConversationRelay></Connect>'
)


@dataclass
class FakeRelayApp:
    """Keeps what came over each socket; ``answer`` gives the messages to say to one of them."""

    answer: Callable[[Frame], list[Frame | str]] = lambda frame: []
    sockets: list[list[Frame]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)
    live: list[web.WebSocketResponse] = field(default_factory=list)
    refuse: bool = False
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        signature = request.headers.get("x-twilio-signature", "")
        self.signed.append(RequestValidator(TOKEN).compute_signature(self.url, {}) == signature)
        if self.refuse:
            raise web.HTTPForbidden
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        came: list[Frame] = []
        self.sockets.append(came)
        self.live.append(ws)
        async for message in ws:
            frame = json.loads(message.data)
            came.append(frame)
            for reply in self.answer(frame):
                await ws.send_str(reply if isinstance(reply, str) else json.dumps(reply))
        return ws

    def kinds(self, socket: int = 0) -> list[str]:
        return [frame["type"] for frame in self.sockets[socket] if frame["type"] != "info"]


@dataclass
class Stage:
    app: FakeRelayApp
    gateway: FakeGateway
    sim: Simulator


def said(text: str, **more: Any) -> Frame:
    return {"type": "text", "token": text, "last": True, **more}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    app, gateway = FakeRelayApp(), FakeGateway()
    public = web.Application()
    public.router.add_get("/socket", app.handle)
    public.router.add_route("*", "/{tail:.*}", gateway.handle)
    server = TestServer(public)
    await server.start_server()
    gateway.url = str(server.make_url("")).rstrip("/")
    app.url = gateway.url.replace("http", "ws") + "/socket"
    gateway.script["/twilio/voice"] = f"<Response>{RELAY.format(url=app.url, again='true')}</Response>"
    gateway.script["/2"] = "<Response><Say>After the session.</Say></Response>"
    outer = web.Application()
    outer.add_subapp("/simulator", create_app(settings_for(gateway.url, voice_status_path=None)))
    simulator = TestServer(outer)
    await simulator.start_server()
    async with Simulator.at(str(simulator.make_url("/simulator"))) as sim:
        yield Stage(app, gateway, sim)
    await simulator.close()
    await server.close()
    assert all(app.signed) and gateway.badly_signed == []


def greets(frame: Frame) -> list[Frame | str]:
    """A greeting, an echo, and an end on request."""
    match frame:
        case {"type": "setup"}:
            return [{"type": "text", "token": "Welcome. "}, said("How can I help?")]
        case {"type": "prompt", "last": True, "voicePrompt": "goodbye"}:
            return [{"type": "end", "handoffData": '{"reason": "done"}'}]
        case {"type": "prompt", "last": True, "voicePrompt": words}:
            return [said(f"You said {words}.")]
        case {"type": "dtmf", "digit": digit}:
            return [said(f"You pressed {digit}.")]
    return []


async def test_a_session(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.hears("Welcome. How can I help?")
    await phone.says("where is my card")
    await phone.hears("You said where is my card.")
    await phone.presses("5")
    await phone.hears("You pressed 5.")
    await phone.says("goodbye")
    await phone.hears("After the session.")
    assert await phone.ends() == "completed"
    setup = stage.app.sockets[0][0]
    assert (setup["callSid"], setup["accountSid"], setup["customParameters"]) == (phone.sid, ACCOUNT, {"token": "t-1"})
    assert stage.app.kinds() == ["setup", "prompt", "prompt", "dtmf", "prompt"]
    partial, whole = (frame for frame in stage.app.sockets[0] if frame["type"] == "prompt" and "where" in frame["voicePrompt"])
    assert (partial["voicePrompt"], partial["last"], whole["last"]) == ("where is my", False, True)
    infos = [(f["name"], f["value"]) for f in stage.app.sockets[0] if f["type"] == "info"][:4]
    assert infos == [
        ("agentSpeaking", "on"),
        ("tokensPlayed", "Welcome. "),
        ("tokensPlayed", "How can I help?"),
        ("agentSpeaking", "off"),
    ]
    action = stage.gateway.fields("/2")[0]
    assert action["SessionStatus"] == "ended" and action["HandoffData"] == '{"reason": "done"}'
    assert action["SessionId"] == setup["sessionId"] and action["CallStatus"] == "in-progress"
    assert stage.sim.problems() == []


async def test_an_interruption_tells_what_was_heard(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.interrupts("wait a moment", after="how can")
    await phone.hears("You said wait a moment.")
    cut = next(frame for frame in stage.app.sockets[0] if frame["type"] == "interrupt")
    assert cut["utteranceUntilInterrupt"] == "Welcome. How can"
    assert stage.app.kinds() == ["setup", "interrupt", "prompt", "prompt"]


async def test_words_are_cut_short_where_the_time_has_come_to(stage: Stage) -> None:
    def answer(frame: Frame) -> list[Frame | str]:
        long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        return [said(long), said("and much more")] if frame["type"] == "setup" else greets(frame)

    stage.app.answer = answer
    await stage.sim.post("options", pace=1.0)
    phone = await stage.sim.call()
    await phone.hears("fifteen")  # begins to be spoken
    await stage.sim.moves_clock(2.0)
    await phone.says("stop please")
    await phone.hears("You said stop please.")
    cut = next(frame for frame in stage.app.sockets[0] if frame["type"] == "interrupt")
    heard = cut["utteranceUntilInterrupt"]
    assert heard.startswith("one two three four five six") and "fifteen" not in heard
    assert cut["durationUntilInterruptMs"] >= 2000
    assert "and much more" not in phone.heard


async def test_words_that_may_not_be_cut_short(stage: Stage) -> None:
    stage.app.answer = lambda frame: [said("Read me to the end.", interruptible=False)] if frame["type"] == "setup" else []
    await stage.sim.post("options", pace=1.0)
    phone = await stage.sim.call()
    await phone.hears("Read me")
    answer = await stage.sim.post(f"calls/{phone.sid}/speech", text="hey")
    assert answer["taken"] is False and "interrupt" not in stage.app.kinds()


async def test_the_session_fails(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.hears("help")
    await phone.loses_relay()
    await phone.hears("After the session.")
    action = stage.gateway.fields("/2")[0]
    assert (action["SessionStatus"], action["ErrorCode"]) == ("failed", "39001") and action["CallStatus"] == "in-progress"
    assert stage.sim.problems()[0].startswith("39001")


async def test_a_refused_handshake(stage: Stage) -> None:
    stage.app.refuse = True
    phone = await stage.sim.call()
    await phone.hears("After the session.")
    assert stage.gateway.fields("/2")[0]["ErrorCode"] == "64102"


async def test_a_reconnect_replays(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.hears("help")
    await phone.says("hello")
    await phone.hears("You said hello.")
    await phone.relay_reconnects(replay=1)
    await phone.hears("You said hello.")
    first, second = stage.app.sockets
    assert second[0]["type"] == "setup" and second[0]["sessionId"] == first[0]["sessionId"]
    assert [f["voicePrompt"] for f in second if f["type"] == "prompt"] == ["hello"]


async def test_keys_pressed_while_no_socket_is_open_are_no_replay(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.hears("help")
    await phone.says("hello")
    await phone.hears("You said hello.")
    await asyncio.gather(phone.relay_reconnects(replay=3), phone.presses("1234"))
    await phone.hears("You said hello.")
    await phone.says("bye")
    await phone.hears("You said bye.")
    keys = [f["digit"] for socket in stage.app.sockets for f in socket if f["type"] == "dtmf"]
    assert "".join(keys) == "1234"


@pytest.mark.parametrize("again", ["true", "false"])
async def test_the_application_closes_the_socket(stage: Stage, again: str) -> None:
    stage.app.answer = greets
    stage.gateway.script["/twilio/voice"] = f"<Response>{RELAY.format(url=stage.app.url, again=again)}</Response>"
    phone = await stage.sim.call()
    await phone.hears("help")
    await stage.app.live[0].close()
    await phone.hears("Welcome" if again == "true" else "After the session.")
    assert len(stage.app.sockets) == (2 if again == "true" else 1)


async def test_the_caller_hangs_up(stage: Stage) -> None:
    stage.app.answer = greets
    phone = await stage.sim.call()
    await phone.hears("help")
    await phone.hangs_up()
    await phone.ends("completed")
    async with asyncio.timeout(5):
        while not stage.gateway.fields("/2"):
            await stage.sim.wait(lambda e: e["kind"] == "exchange" and "SessionStatus" in (e["fields"] or {}), "the action", 5)
    action = stage.gateway.fields("/2")[0]
    assert (action["SessionStatus"], action["CallStatus"]) == ("completed", "completed")


async def test_ten_bad_messages_end_the_session(stage: Stage) -> None:
    stage.app.answer = lambda frame: ['{"error": "bad gateway"}'] * 10 if frame["type"] == "setup" else []
    phone = await stage.sim.call()
    await phone.hears("After the session.")
    assert stage.gateway.fields("/2")[0]["ErrorCode"] == "64105"
    problems = stage.sim.problems()
    assert len([p for p in problems if p.startswith("64107")]) == 10
    assert stage.app.kinds().count("error") == 10


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"type": "text", "token": "x"}', None),
        ('{"type": "text", "token": "x", "last": true, "lang": "en-US", "interruptible": "any", "preemptible": false}', None),
        ('{"type": "play", "source": "https://a.example/x.mp3", "loop": 0}', None),
        ('{"type": "sendDigits", "digits": "1w#*"}', None),
        ('{"type": "language", "ttsLanguage": "de-DE"}', None),
        ('{"type": "end"}', None),
        ("nothing", "not JSON"),
        ("[]", "no type"),
        ('{"type": "hologram"}', "no type"),
        ('{"type": "text"}', "without token"),
        ('{"type": "text", "token": 1}', "wrong value"),
        ('{"type": "text", "token": "x", "volume": 3}', "no field volume"),
        ('{"type": "play", "source": "x.mp3"}', "wrong value"),
        ('{"type": "play", "source": "https://a.example/x.mp3", "loop": true}', "wrong value"),
        ('{"type": "sendDigits", "digits": "A"}', "wrong value"),
        ('{"type": "language"}', "names no language"),
        ('{"type": "end", "handoffData": {"a": 1}}', "wrong value"),
    ],
)
def test_what_an_application_may_say(text: str, wrong: str | None) -> None:
    problem = rules.read(text)[1]
    assert problem is None if wrong is None else wrong in (problem or "")
