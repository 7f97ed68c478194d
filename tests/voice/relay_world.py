"""A phone line over the relay, and the other end of its socket as Twilio plays it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel
from twilio.request_validator import RequestValidator

from bot.languages.declared import Languages
from bot.menus.menu import spoken
from tests.voice.conftest import ACCOUNT, abroad
from tests.voice.fakes import (
    PUBLIC,
    TOKEN,
    Doc,
    FakeCalls,
    FakeClaims,
    FakeClock,
    FakeContacts,
    FakeConversations,
    FakeHandoffs,
    FakeTwilioClient,
    Phone,
    Store,
    Words,
)
from tests.voice.people import Helpers
from voice.agents.people_line import PeopleParts
from voice.calls import VoiceLine
from voice.relay.frames import End, Language, Play, SendDigits, Text
from voice.relay.routes import RelayOptions
from voice.sealing import Sealing
from voice.speech.prompts import Prompts
from voice.wire import Needs

MODELS: dict[str, type[BaseModel]] = {"text": Text, "play": Play, "sendDigits": SendDigits, "language": Language, "end": End}
WSS = PUBLIC.replace("https", "wss") + "/twilio/relay"
SESSION = "VX" + "1" * 32


class FakeSleep:
    """Waits that end when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, asyncio.Future[None]]] = []
        self.lengths: list[float] = []
        self.begun = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((seconds, future))
        self.lengths.append(seconds)
        async with self.begun:
            self.begun.notify_all()
        try:
            await future
        finally:
            self.waiting = [one for one in self.waiting if one[1] is not future]

    async def until(self, true: Callable[[], object]) -> None:
        """Look whenever a wait begins."""
        async with asyncio.timeout(5), self.begun:
            await self.begun.wait_for(true)

    async def passes(self) -> float:
        """Wait until somebody waits, and end that wait; gives its length in seconds."""
        await self.until(lambda: self.waiting)
        seconds, future = self.waiting[-1]
        future.set_result(None)
        return seconds


@dataclass
class Gateway:
    """One gateway; several may share a store."""

    client: TestClient[Any, Any]
    line: VoiceLine


@dataclass
class RelayWorld:
    """The line and all that stands around it."""

    store: Store
    conversations: FakeConversations
    clock: FakeClock
    words: Words
    sleep: FakeSleep
    gateways: list[Gateway]
    heard: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    passed_over: asyncio.Event = field(default_factory=asyncio.Event)

    def ignore(self, kind: str) -> None:
        self.ignored.append(kind)
        self.passed_over.set()

    def phone(self, letter: str = "a", at: int = 0, **more: str) -> Phone:
        return Phone(self.gateways[at].client, letter, **more)

    async def connected(self, *greeting: str, at: int = 0, **more: Any) -> tuple[Phone, Socket]:
        """A call that was greeted."""
        self.conversations.will(*(greeting or ("How can I help?",)), **more)
        phone = self.phone(at=at)
        socket = await self.opens(phone, await phone.rings(), at=at)
        await socket.hears()
        return phone, socket

    async def opens(self, phone: Phone, doc: Doc, *, at: int = 0, session: str = SESSION, **changes: Any) -> Socket:
        """The socket that a ``<Connect>`` asks for, with its ``setup``."""
        relay = doc.one("ConversationRelay")
        assert relay.attrib["url"] == WSS
        parameters = {p.attrib["name"]: p.attrib["value"] for p in relay.iter("Parameter")}
        socket = await handshake(self.gateways[at].client)
        setup = {
            "type": "setup",
            "sessionId": session,
            "accountSid": ACCOUNT.sid,
            "callSid": phone.sid,
            "from": phone.number,
            "to": "+15550100999",
            "callType": "PSTN",
            "direction": "inbound",
            "callStatus": "RINGING",
            "customParameters": parameters,
        }
        await socket.sends(**{**setup, **changes})
        return socket


@dataclass
class Socket:
    """Twilio's end of one socket. Every message of ours is checked against its model."""

    ws: ClientWebSocketResponse

    async def sends(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def says(self, text: str) -> None:
        await self.sends(type="prompt", voicePrompt=text, lang="en-US", last=True)

    async def presses(self, keys: str) -> None:
        for key in keys:
            await self.sends(type="dtmf", digit=key)

    async def next(self) -> dict[str, Any]:
        message = await self.ws.receive(timeout=5)
        assert message.type is WSMsgType.TEXT, message
        frame: dict[str, Any] = json.loads(message.data)
        MODELS[frame["type"]].model_validate_json(message.data)
        return frame

    async def frames(self) -> list[dict[str, Any]]:
        """Messages up to the last words."""
        found = [await self.next()]
        while not found[-1].get("last"):
            found.append(await self.next())
        return found

    async def hears(self) -> str:
        """All that is said for now."""
        return "".join(frame.get("token", "") for frame in await self.frames()).strip()

    async def ends(self) -> str:
        """HandoffData of the message that ends the session."""
        frame = await self.next()
        assert frame["type"] == "end", frame
        return str(frame["handoffData"])

    async def closed(self) -> int | None:
        """The socket was closed by us; gives the code."""
        message = await self.ws.receive(timeout=5)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING), message
        return self.ws.close_code


def came(sid: str, kept: str) -> dict[str, Any]:
    """What the caller keyed or said, out of a call's kept state: only the account's token opens it."""
    opened = Sealing(ACCOUNT.auth_tokens).of(sid).open(json.loads(kept)["sealed"])
    assert opened is not None
    found: dict[str, Any] = json.loads(opened)
    return found


async def handshake(client: TestClient[Any, Any], path: str = "/twilio/relay", token: str = TOKEN) -> Socket:
    """A handshake signed as Twilio does."""
    signature = RequestValidator(token).compute_signature(PUBLIC.replace("https", "wss") + path, {})
    return Socket(await client.ws_connect(path, headers={"x-twilio-signature": signature}))


class AsServed(TestServer):
    """A server that goes on with a request whose client has gone, as the gateway's does; aiohttp's own for tests does not."""

    async def _make_runner(self, **kwargs: Any) -> web.AppRunner:
        return web.AppRunner(self.app, **{**kwargs, "handler_cancellation": False})


@asynccontextmanager
async def relay_world(
    aiohttp_client: Any, gateways: int = 2, prompts: Prompts | None = None, languages: Languages | None = None
) -> AsyncIterator[RelayWorld]:
    """Gateways that share one store; calls to the number go over the relay."""
    store, clock, words, sleep = Store(), FakeClock(), Words(), FakeSleep()
    helpers = Helpers(store, clock, words)
    world = RelayWorld(store, FakeConversations(store, clock), clock, words, sleep, [])

    async def on_heard(conversation_id: str, text: str) -> None:
        store.up()
        world.heard.append((conversation_id, text))

    for _ in range(gateways):
        line = VoiceLine(
            Needs(
                account=ACCOUNT,
                client=FakeTwilioClient(),  # type: ignore[arg-type]
                conversations=world.conversations,
                calls=FakeCalls(store),
                handoffs=FakeHandoffs(store),
                contacts=FakeContacts(store, clock),
                wording=words,
                render=spoken,
                claims=FakeClaims(store),
                clock=clock,
                turn_deadline=0.2,
                on_refused=world.refused.append,
                people=PeopleParts(errands=helpers.errands, rooms=helpers.rooms, waits=helpers.waits, available=helpers.how_many),
                prompts=prompts or Prompts(),
                languages=languages or Languages(),
                abroad=abroad(languages or Languages()),
                relay=RelayOptions(lambda number: number == "+15550100999", on_heard, world.ignore, sleep),
            )
        )
        app = web.Application()
        app.add_routes(line.routes())
        app.on_shutdown.append(line.on_shutdown)
        world.gateways.append(Gateway(await aiohttp_client(AsServed(app)), line))
    yield world
    for gateway in world.gateways:
        await gateway.line.close()
