"""The page at ``/simulator/`` and its small API, which the tests' client uses as well.

All answers are JSON; ``POST`` needs the header ``X-Simulator: 1``. Events come by SSE from ``GET api/events?after=<seq>``.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from simulator.faults import BadFault
from simulator.messenger.messenger import Messenger
from simulator.page.guard import page_guard
from simulator.page.phone import Telephone
from simulator.page.values import Json, as_number, as_text
from simulator.twilio_rest.texting import Texting
from simulator.twilio_voice.clients import Clients
from simulator.twilio_voice.switchboard import Switchboard
from simulator.world import World

HERE = Path(__file__).parent
KEEP_ALIVE = 15.0
SHOWN = ("exchange", "relay", "problem", "heard", "said", "pressed")
"""Events that a page which is opened later shows too."""


class Page:
    """Routes of the page, its files, its API."""

    def __init__(self, world: World, texting: Texting, messenger: Messenger, switchboard: Switchboard, clients: Clients) -> None:
        self._world = world
        self._texting = texting
        self._messenger = messenger
        self._switchboard = switchboard
        self._clients = clients
        self._phone = Telephone(world, switchboard)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Everything that is not a vendor's API."""
        guard = page_guard(self._world.settings)
        posts: dict[str, Callable[[web.Request, Json], Any]] = {
            "customer": self._customer,
            "options": self._options,
            "faults": self._faults,
            "clock": self._clock,
            "sms": self._sms,
            "messenger": self._write,
            "messenger/read": self._read,
            "messenger/verify": self._verify,
            "calls": self._phone.dial,
            r"calls/{sid}/{action:keys|speech|speaking|silence|interrupt|relay|answer|refuse|ignore|hangup}": self._phone.on_call,
        }
        return [
            web.get("", guard(self._redirect)),
            web.get("/", guard(self._index)),
            web.get("/api/state", guard(self._state)),
            web.get("/api/events", guard(self._events)),
            *[web.post(f"/api/{path}", guard(self._post(handler))) for path, handler in posts.items()],
            web.get("/voice-sdk.js", guard(self._voice_sdk)),
            web.get("/signal", guard(self._clients.signal)),
            web.static("/static", HERE / "static"),
        ]

    # -- the page -----------------------------------------------------------------------------------------------

    async def _redirect(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path + "/")

    async def _index(self, request: web.Request) -> web.StreamResponse:
        parts = urlsplit(self._world.settings.public_url)
        public = f"{parts.scheme}://{parts.netloc}"
        policy = f"default-src 'self'; frame-src {public}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        text = (HERE / "templates" / "index.html").read_text()
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _voice_sdk(self, request: web.Request) -> web.StreamResponse:
        """The stand-in for Twilio's Voice SDK (TWILIO_VOICE_SDK_URL)."""
        return web.FileResponse(HERE / "static" / "voice-sdk.js", headers={"Cache-Control": "no-cache"})

    async def _state(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.state())

    def state(self) -> Json:
        """Everything the page shows."""
        world, settings = self._world, self._world.settings
        return {
            "seq": world.journal.seq,
            "customer": world.customer,
            "psid": world.psid,
            "sms_number": settings.sms_number,
            "voice_number": settings.voice_number,
            "public_url": settings.public_url,
            "web_chat": world.web_chat,
            "options": {"pace": world.pace, "advanced_opt_out": world.advanced_opt_out},
            "faults": world.faults.to_json(),
            "texts": [text.snapshot() for text in self._texting.texts.values()],
            "messages": [item.snapshot() for item in self._messenger.items],
            "calls": [call.snapshot() for call in self._switchboard.calls.values()],
            "journal": [e for e in world.journal.after(0) if e["kind"] in SHOWN],
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: each has the journal's number as its id, so a browser resumes by itself."""
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
        if not re.fullmatch(r"\d{1,12}", after):
            raise web.HTTPBadRequest(text="after must be a number")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        async with aclosing(self._world.journal.follow(int(after), KEEP_ALIVE)) as events:
            async for event in events:
                text = ": still here\n\n" if event is None else f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n"
                try:
                    await response.write(text.encode())
                except (ConnectionError, RuntimeError):
                    break
        return response

    # -- the API ------------------------------------------------------------------------------------------------

    def _post(self, handler: Callable[[web.Request, Json], Any]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                body = json.loads(await request.text() or "{}")
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise web.HTTPBadRequest(text="the body must be a JSON object")
            result = handler(request, body)
            if asyncio.iscoroutine(result):
                result = await result
            return web.json_response({**(result or {}), "seq": self._world.journal.seq})

        return handle

    def _customer(self, request: web.Request, body: Json) -> Json:
        """``{"number": "+1...", "fresh": false}``: who the customer is; each has a browser and a Messenger account of their
        own, which are there again when they come back; ``fresh``: new ones."""
        number = as_number(body.get("number", self._world.customer))
        self._world.become(number, fresh=bool(body.get("fresh")))
        known = self._who()
        self._world.journal.add("customer", **known)
        return known

    def _who(self) -> Json:
        world = self._world
        return {"number": world.customer, "psid": world.psid, "web_chat": world.web_chat}

    def _options(self, request: web.Request, body: Json) -> Json:
        """``{"pace": 0..1, "advanced_opt_out": false}``"""
        pace = body.get("pace", self._world.pace)
        if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 <= pace <= 1:
            raise web.HTTPBadRequest(text="pace must be a number from 0 to 1")
        self._world.pace = float(pace)
        self._world.advanced_opt_out = body.get("advanced_opt_out", self._world.advanced_opt_out) is True
        known = {"pace": self._world.pace, "advanced_opt_out": self._world.advanced_opt_out}
        self._world.journal.add("options", options=known)
        return known

    def _faults(self, request: web.Request, body: Json) -> Json:
        """Any fields of ``simulator.faults.Faults``."""
        try:
            self._world.faults.change(body)
        except BadFault as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        self._world.journal.add("faults", faults=self._world.faults.to_json())
        return self._world.faults.to_json()

    def _clock(self, request: web.Request, body: Json) -> Json:
        """``{"advance": seconds}``: time moves forward, for everybody who waits."""
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 31_622_400:
            raise web.HTTPBadRequest(text="advance must be seconds, up to a year")
        self._world.clock.advance(seconds)
        self._world.journal.add("clock", advanced=seconds)
        return {"now": self._world.clock.now().isoformat()}

    def _sms(self, request: web.Request, body: Json) -> Json:
        """``{"text": "...", "from": "+1..."?}``"""
        from_ = as_number(body.get("from", self._world.customer))
        return self._texting.receive(from_, as_text(body.get("text"), 1600)).snapshot()

    def _write(self, request: web.Request, body: Json) -> Json:
        """``{"text": "...", "payload": "..."?, "button": false, "psid": "..."?}``"""
        psid, text, payload = self._psid(body), as_text(body.get("text"), 20_000), body.get("payload")
        if payload is not None and not isinstance(payload, str):
            raise web.HTTPBadRequest(text="payload must be text")
        if payload is not None and body.get("button"):
            return self._messenger.tap(psid, text, payload).snapshot()
        return self._messenger.write(psid, text, payload).snapshot()

    def _read(self, request: web.Request, body: Json) -> None:
        self._messenger.read(self._psid(body))

    async def _verify(self, request: web.Request, body: Json) -> Json:
        return {"verified": await self._messenger.verify()}

    def _psid(self, body: Json) -> str:
        psid = body.get("psid", self._world.psid)
        if not isinstance(psid, str) or not re.fullmatch(r"\d{1,20}", psid):
            raise web.HTTPBadRequest(text="psid must be digits")
        return psid
