"""Browsers with the Voice SDK: which are registered, and what they and a call tell each other.

The SDK that Twilio publishes has a signalling protocol of its own; this one is between ``page/static/voice-sdk.js`` and us.
In: ``register`` and ``token`` (with ``token``); ``accept``, ``reject``, ``hangup``, ``mute`` (``on``), ``digits`` (``digits``),
each with ``call``. Out: ``registered`` (``identity``, ``ttl``), ``error`` (``code``, ``message``), ``incoming`` (``from``,
``to``, ``params``), ``accepted``, ``cancel``, ``disconnect``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from simulator.access_token import EXPIRED, IDENTITY, SENTENCES, Claims, TokenRefused, check_token
from simulator.journal import Journal
from simulator.settings import SimulatorSettings
from simulator.twilio_voice.call import Call

PREFIX = "client:"
CLIENT = rf"{PREFIX}{IDENTITY}(\?\S{{1,800}})?"
"""What may be rung: https://www.twilio.com/docs/voice/how-share-information-between-your-applications"""
LARGEST = 16_384
DIGITS = re.compile(r"[0-9*#w]{1,32}")
Json = dict[str, Any]


@dataclass(eq=False)
class Client:
    """One browser. ``ringing`` and ``talking`` are calls by SID; ``talking`` is the one that it has accepted."""

    out: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)
    claims: Claims | None = None
    ringing: dict[str, Call] = field(default_factory=dict)
    talking: Call | None = None
    expiry: asyncio.TimerHandle | None = None

    def tell(self, kind: str, **more: object) -> None:
        """Send one message, as soon as the socket takes it."""
        self.out.put_nowait({"type": kind, **more})

    def holds(self, sid: object) -> Call | None:
        """A call that rings here or is talked on here."""
        if self.talking and self.talking.sid == sid:
            return self.talking
        return self.ringing.get(sid) if isinstance(sid, str) else None


class Clients:
    """All registered browsers of one simulator."""

    def __init__(self, settings: SimulatorSettings, journal: Journal) -> None:
        self._settings = settings
        self._journal = journal
        self._connected: set[Client] = set()

    # -- what happens to a call ---------------------------------------------------------------------------------

    def follow(self, call: Call) -> None:
        """A call to ``client:`` has another status: ring, or stop ringing. Without a browser it ends as ``no-answer``."""
        if not call.to.startswith(PREFIX):
            return
        if call.status == "ringing":
            self._ring(call)
        elif not call.live:
            self._over(call)

    def _ring(self, call: Call) -> None:
        identity = call.to.removeprefix(PREFIX)
        found = [c for c in self._connected if c.claims and c.claims.identity == identity and c.talking is None]
        for client in found:
            client.ringing[call.sid] = call
            client.tell("incoming", call=call.sid, to=call.to, params=call.params, **{"from": call.from_})
        if not found:
            call.hang_up("no-answer")

    def _over(self, call: Call) -> None:
        for client in self._connected:
            if client.ringing.pop(call.sid, None):
                client.tell("cancel", call=call.sid)
            if client.talking is call:
                client.talking = None
                client.tell("disconnect", call=call.sid)

    # -- what a browser says ------------------------------------------------------------------------------------

    async def signal(self, request: web.Request) -> web.StreamResponse:
        """The socket of one browser."""
        ws = web.WebSocketResponse(max_msg_size=LARGEST)
        await ws.prepare(request)
        client = Client()
        self._connected.add(client)
        writer = asyncio.create_task(_write(ws, client))
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._heard(client, message.data)
        finally:
            self._gone(client)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return ws

    async def close(self) -> None:
        """End every socket."""
        for client in tuple(self._connected):
            client.out.put_nowait(None)

    def _heard(self, client: Client, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return
        if said.get("type") in ("register", "token"):
            self._register(client, said.get("token"))
        elif call := client.holds(said.get("call")):
            self._act(client, call, said)

    def _act(self, client: Client, call: Call, said: Json) -> None:
        kind = said.get("type")
        if kind == "accept" and call.sid in client.ringing:
            self._accept(client, call)
        elif kind in ("reject", "hangup"):
            call.hang_up("busy")
        elif kind == "mute":
            call.silenced = said.get("on") is True
        elif kind == "digits" and DIGITS.fullmatch(str(said.get("digits"))):
            for key in str(said["digits"]).replace("w", ""):
                call.press(key)

    def _accept(self, client: Client, call: Call) -> None:
        """The first to accept has it; it stops ringing at the others of that name."""
        for other in self._connected:
            if other.ringing.pop(call.sid, None) and other is not client:
                other.tell("cancel", call=call.sid)
        client.talking = call
        if call.answer():
            client.tell("accepted", call=call.sid)

    def _register(self, client: Client, token: object) -> None:
        try:
            claims = check_token(token, self._settings, time.time())
        except TokenRefused as refused:
            self._note("", [{"code": refused.code, "text": str(refused)}])
            client.tell("error", code=refused.code, message=str(refused))
            return
        if client.claims is None:
            self._note(claims.identity, [])
        client.claims = claims
        if client.expiry:
            client.expiry.cancel()
        ttl = claims.expires - time.time()
        client.expiry = asyncio.get_running_loop().call_later(ttl, self._expire, client)
        client.tell("registered", identity=claims.identity, ttl=ttl)

    def _expire(self, client: Client) -> None:
        client.claims = None
        client.tell("error", code=EXPIRED, message=SENTENCES[EXPIRED])

    def _gone(self, client: Client) -> None:
        """The page is closed: what it talked on is over, what rang only there is not answered."""
        self._connected.discard(client)
        if client.expiry:
            client.expiry.cancel()
        if client.talking:
            client.talking.hang_up()
        for call in client.ringing.values():
            if not any(call.sid in other.ringing for other in self._connected):
                call.hang_up("no-answer")

    def _note(self, identity: str, problems: list[Json]) -> None:
        self._journal.add(
            "exchange", direction="rest", what="Voice SDK", method="REGISTER", url="/signal", fields={"identity": identity},
            status=401 if problems else 200, answer={}, problems=problems, note="",
        )  # fmt: skip


async def _write(ws: web.WebSocketResponse, client: Client) -> None:
    """Send what is queued, in order; None closes the socket."""
    while (message := await client.out.get()) is not None:
        await ws.send_json(message)
    await ws.close(code=1001)
