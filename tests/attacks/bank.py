"""A whole gateway with its two listeners on a real Valkey, and around it a small bank, Rasa's and Twilio's addresses.

The assistant here tells everything it may to whoever has the level for it: what keeps an attacker out is the gateway.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from bot.directives import CollectDigits, CollectPin, Directive, Move, SendCode, to_json
from connectors.twilio.webhook_signature import signature_of
from gateway.app import serving
from gateway.settings.config import Settings
from gateway.wiring.core import Core
from tests.conftest import free_ports

TOKEN, API_TOKEN, RASA_TOKEN, FACTOR_TOKEN = "t" * 32, "a" * 40, "r" * 40, "f" * 40
SIGNING = "s" * 80
BUSINESS = "+13125550190"
ANA, EVE, MALLORY = "+12125550101", "+12125550166", "+12125550167"
SECRET_LINE = "my password is swordfish"
BALANCE, PIN = "$941.33", "4821"
SIX = re.compile(r"\b\d{6}\b")


@dataclass
class Assistant:
    """Rasa's wire: turns, history, append. Keeps trackers as Rasa would."""

    trackers: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    heard: list[dict[str, Any]] = field(default_factory=list)
    pins_asked: list[tuple[str, str]] = field(default_factory=list)
    opening: dict[str, Any] = field(default_factory=dict)
    """More of the first message of a call: its buttons, how it is asked."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/webhooks/{channel}/webhook", self._turn),
            web.get("/webhooks/history/events", self._events),
            web.get("/webhooks/history/slots", self._slots),
            web.post("/conversations/{id}/tracker/events", self._append),
            web.get("/status", self._status),
            web.post("/second-factor", self._pin),
        ]

    async def _turn(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.heard.append(body)
        texts, directives, options = self._say(body)
        said = body.get("text") or body.get("payload")
        tracker = self.trackers[body["conversation"]]
        meta = body["metadata"]
        tracker.append({"event": "user", "timestamp": 1.0, "text": said, "message_id": body["message_id"], "metadata": meta})
        tracker.extend({"event": "bot", "timestamp": 1.0, "text": text, "data": {}, "metadata": {}} for text in texts)
        messages: list[dict[str, Any]] = [{"text": text} for text in texts] + [{"custom": to_json(d)} for d in directives]
        if options:
            messages[0]["buttons"] = options
        if said == "/call_started":
            messages[0] |= self.opening
        return web.json_response({"messages": messages, "failed_actions": []})

    def _say(self, body: dict[str, Any]) -> tuple[list[str], list[Directive], list[dict[str, str]]]:
        meta, said = body["metadata"], str(body.get("text") or body.get("payload"))
        proved = meta["proof"] in ("possessed", "proven")
        if said == "/code_not_sent":
            return ["no code could be sent"], [], []
        if said == "/call_started":
            return ["welcome"], [], []
        if said.startswith("prove "):
            return ["a code is on its way"], [SendCode(said.removeprefix("prove "))], []
        if said == "balance":
            if not meta["tel"]:
                return ["which number is yours"], [], []
            keys: list[Directive] = [CollectDigits(6, secret=True)] if meta["channel"] == "voice" else []
            asked = (["a code is on its way"], [SendCode(meta["tel"]), *keys], [])
            return ([f"{BALANCE} of {meta['tel']}"], [], []) if proved else asked
        if said == "what did i say":
            lines = [e["text"] for e in self.trackers[body["conversation"]] if e["event"] == "user"]
            return [" / ".join(lines) if proved else "prove it first"], [], []
        if said == "limit":
            return (["limit raised"], [], []) if meta["proof"] == "proven" else (["your PIN please"], [CollectPin(4)], [])
        if said in ("call me", "/ring_me", "ring"):
            return [], [Move("voice" if said == "call me" else "ring")], []
        if said == "i call you":
            return [], [Move("dial")], []
        if said == "menu":
            return ["choose"], [], [{"title": "Close my account", "payload": "/close_account"}]
        return [f"code {meta['code']} pin {meta['pin']} proof {meta['proof']} said {said}"], [], []

    async def _events(self, request: web.Request) -> web.Response:
        start = int(request.query["from"])
        return web.json_response({"events": self.trackers[request.query["conversation"]][start : start + 500]})

    async def _slots(self, _request: web.Request) -> web.Response:
        return web.json_response({"slots": {}})

    async def _append(self, request: web.Request) -> web.Response:
        self.trackers[request.match_info["id"]].extend(await request.json())
        return web.json_response({})

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response({"model_file": "m"})

    async def _pin(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {FACTOR_TOKEN}"
        body = await request.json()
        self.pins_asked.append((body["tel"], body["pin"]))
        return web.json_response({"result": "accepted" if (body["tel"], body["pin"]) == (ANA, PIN) else "wrong"})


@dataclass
class Twilio:
    """Twilio's address for messages and calls: what was texted to whom, and who was called. ``loses``: calls are made, and
    the answer is lost; ``refuses``: no call is made."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    loses: bool = False
    refuses: bool = False
    textless: dict[str, int] = field(default_factory=dict)
    """Numbers that take no texts, with the code that says so at once."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def routes(self) -> list[web.RouteDef]:
        account = "/2010-04-01/Accounts/{sid}"
        return [web.post(f"{account}/Messages.json", self._message), web.post(f"{account}/Calls.json", self._call)]

    async def _call(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.refuses:
            return web.json_response({"code": 21216, "message": "not allowed", "status": 400}, status=400)
        async with self.changed:
            self.calls.append({name: str(value) for name, value in form.items()})
            self.changed.notify_all()
        if self.loses:
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"sid": f"CA{len(self.calls) + 900:032x}"}, status=201)

    async def called(self, number: str, times: int = 1) -> dict[str, str]:
        """The newest call to this number, once there are so many of them."""
        async with self.changed, asyncio.timeout(8):
            await self.changed.wait_for(lambda: sum(one["To"] == number for one in self.calls) >= times)
        return [one for one in self.calls if one["To"] == number][-1]

    async def _message(self, request: web.Request) -> web.Response:
        form = await request.post()
        if code := self.textless.get(str(form["To"])):
            return web.json_response({"code": code, "message": "no", "status": 400}, status=400)
        async with self.changed:
            self.texts.append((str(form["To"]), str(form["Body"])))
            self.changed.notify_all()
        return web.json_response({"sid": f"SM{len(self.texts):032x}"}, status=201)

    def to(self, number: str) -> list[str]:
        return [body for to, body in self.texts if to == number]

    async def texted(self, number: str, words: str | re.Pattern[str], beyond: int = 0) -> str:
        """The first text to this number, after ``beyond`` of them, with these words."""

        def found() -> str | None:
            return next((body for body in self.to(number)[beyond:] if re.search(words, body)), None)

        async with self.changed, asyncio.timeout(8):
            await self.changed.wait_for(lambda: found() is not None)
        text = found()
        assert text is not None
        return text

    async def code(self, number: str, beyond: int = 0) -> str:
        match = SIX.search(await self.texted(number, SIX, beyond))
        assert match
        return match.group()


@dataclass
class Bank:
    """The running gateway and everything around it."""

    core: Core
    public: str
    internal: str
    http: aiohttp.ClientSession
    assistant: Assistant
    twilio: Twilio
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def webhook(
        self, path: str, form: dict[str, str], *, token: str = TOKEN, tampered: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """As Twilio: signed over these fields; ``tampered`` ones are changed afterwards."""
        signature = signature_of(self.public + path, form.items(), token)
        headers = {"X-Twilio-Signature": signature}
        async with self.http.post(self.public + path, data=form | (tampered or {}), headers=headers) as answer:
            return answer.status, await answer.text()

    async def texts(self, sender: str, body: str, **more: Any) -> tuple[int, str]:
        """An SMS comes in."""
        sid = f"SM{next(self.numbers):032x}"
        form = {"MessageSid": sid, "From": sender, "To": BUSINESS, "Body": body, "NumMedia": "0"}
        return await self.webhook("/twilio/sms", form, **more)

    async def calls(self, caller: str, **fields: str) -> Call:
        """A call comes in, with this caller id."""
        call = Call(self, f"CA{next(self.numbers):032x}", caller)
        await call.posts("/twilio/voice", **fields)
        return call

    async def conversation(self, address: str, token: str = API_TOKEN) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.get(f"{self.internal}/conversations", params={"address": address}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            shown: dict[str, Any] = await answer.json()
            return shown

    @asynccontextmanager
    async def browser(self, token: str | None = None, identity: str | None = None) -> AsyncIterator[Browser]:
        """A browser's socket, after its hello."""
        async with self.http.ws_connect(f"{self.public}/chat", headers={"Origin": self.public}) as ws:
            tab = Browser(ws)
            await tab.hello(token, identity)
            yield tab


@dataclass
class Call:
    """One phone call: what Twilio posts and what comes back."""

    bank: Bank
    sid: str
    caller: str
    step: int = 0
    heard: str = ""

    async def posts(self, path: str, **fields: str) -> str:
        form = {"CallSid": self.sid, "From": self.caller, "To": BUSINESS, "CallStatus": "in-progress", **fields}
        status, self.heard = await self.bank.webhook(path, form)
        assert status == 200, self.heard
        step = re.search(r"/answer\?step=(\d+)", self.heard)
        self.step = int(step.group(1)) if step else self.step
        self.path = step.group(0) if step else ""
        return self.heard

    async def says(self, text: str) -> str:
        return await self.posts(f"/twilio/voice/answer?step={self.step}", SpeechResult=text, Confidence="0.9")

    async def presses(self, keys: str) -> str:
        return await self.posts(f"/twilio/voice/answer?step={self.step}", Digits=keys)


class Browser:
    """One socket of the web chat."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.token = ""
        self.welcome: dict[str, Any] = {}
        self.errors: list[str] = []
        self.lines: list[dict[str, Any]] = []
        self._ids = count(1)
        self._own = uuid4().hex  # not id(self): a closed tab's may come again, and a repeated message has no second answer

    async def hello(self, token: str | None, identity: str | None) -> None:
        more = ({"token": token} if token else {}) | ({"identity": identity} if identity else {})
        await self.ws.send_str(json.dumps({"type": "hello", "last": 0, **more}))
        self.welcome = await self._frame("welcome")
        self.token = self.welcome["token"]
        if identity:
            await self.ws.send_str(json.dumps({"type": "ping"}))
            await self._frame("pong")

    async def says(self, text: str) -> str:
        """Send, and give the next answer."""
        await self.sends(text)
        return await self.reads()

    async def sends(self, text: str) -> None:
        await self.ws.send_str(json.dumps({"type": "message", "id": f"x{next(self._ids)}-{self._own}", "text": text}))

    async def taps(self, choice: str) -> str:
        frame = {"type": "choice", "id": f"x{next(self._ids)}-{self._own}", "choice": choice, "title": "Close my account"}
        await self.ws.send_str(json.dumps(frame))
        return await self.reads()

    async def reads(self) -> str:
        """The assistant's (or the gateway's) next line."""
        while True:
            line = await self._frame("message")
            if line["author"] != "customer" and line["seq"] > self.welcome["seq"]:
                return str(line["text"])

    async def is_closed(self) -> None:
        """By the gateway; what it still shows before that (that it typed no more) is passed over."""
        while (await self.ws.receive(timeout=8)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert self.ws.closed

    async def _frame(self, kind: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = await self.ws.receive_json(timeout=8)
            if frame["type"] == "error":
                self.errors.append(frame["code"])
            if frame["type"] == "message":
                self.lines.append(frame)
            if frame["type"] == kind:
                return frame


@asynccontextmanager
async def opened(redis_url: str, home: Path, **changed: str) -> AsyncIterator[Bank]:
    """Everything, running; with these variables ``changed``."""
    assistant, twilio = Assistant(), Twilio()
    app = web.Application()
    app.add_routes([*assistant.routes(), *twilio.routes()])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    around, public, internal = runner.addresses[0][1], *free_ports(2)
    beside = f"http://127.0.0.1:{around}"
    settings = Settings.from_env(
        {
            "PUBLIC_PORT": str(public),
            "INTERNAL_PORT": str(internal),
            "INTERNAL_API_TOKEN": API_TOKEN,
            "REDIS_URL": redis_url,
            "RASA_URL": beside,
            "RASA_TOKEN": RASA_TOKEN,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_NUMBER": BUSINESS,
            "TWILIO_VOICE_NUMBER": BUSINESS,
            "TWILIO_API_URL": beside,
            "MESSENGER_APP_SECRET": "m" * 32,
            "MESSENGER_VERIFY_TOKEN": "v" * 32,
            "MESSENGER_PAGE_TOKEN": "p" * 32,
            "MESSENGER_API_URL": beside,
            "SECOND_FACTOR_URL": f"{beside}/second-factor",
            "SECOND_FACTOR_TOKEN": FACTOR_TOKEN,
            "WEB_IDENTITY_SECRET": SIGNING,
            "ONETHREAD_HOME": str(home),
            "RECORD_EVERY_SECONDS": "1",
            **changed,
        }
    )
    try:
        async with serving(settings) as core, aiohttp.ClientSession() as http:
            base = "http://127.0.0.1"
            yield Bank(core, f"{base}:{public}", f"{base}:{internal}", http, assistant, twilio)
    finally:
        await runner.cleanup()
