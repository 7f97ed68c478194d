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

from simulator.call import ANONYMOUS, Call
from simulator.clients import PREFIX
from simulator.faults import BadFault
from simulator.guard import page_guard
from simulator.messenger import Messenger
from simulator.relay import BUFFERED, FAILED
from simulator.rest_tables import E164
from simulator.signing import new_psid
from simulator.switchboard import Switchboard
from simulator.texting import Texting
from simulator.world import World

HERE = Path(__file__).parent
KEEP_ALIVE = 15.0
SHOWN = ("exchange", "relay", "problem", "heard", "said", "pressed")
"""Events that a page which is opened later shows too."""
MAX_WAIT = 60.0
Json = dict[str, Any]
VERSTATS = (*(f"TN-Validation-{how}-{level}" for how in ("Passed", "Failed") for level in "ABC"), "No-TN-Validation")
"""Values of ``StirVerstat`` of a call that comes in: https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir"""


class Page:
    """Routes of the page, its files, its API."""

    def __init__(self, world: World, texting: Texting, messenger: Messenger, switchboard: Switchboard) -> None:
        self._world = world
        self._texting = texting
        self._messenger = messenger
        self._switchboard = switchboard

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
            "calls": self._dial,
            r"calls/{sid}/{action:keys|speech|speaking|silence|interrupt|relay|answer|refuse|ignore|hangup}": self._on_call,
        }
        return [
            web.get("", guard(self._redirect)),
            web.get("/", guard(self._index)),
            web.get("/api/state", guard(self._state)),
            web.get("/api/events", guard(self._events)),
            *[web.post(f"/api/{path}", guard(self._post(handler))) for path, handler in posts.items()],
            web.get("/voice-sdk.js", guard(self._voice_sdk)),
            web.get("/signal", guard(self._world.clients.signal)),
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
            "web_chat": settings.public(settings.web_chat_path),
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
        """``{"number": "+1...", "fresh": false}``: who the customer is; ``fresh`` makes them new to Messenger."""
        self._world.customer = _number(body.get("number", self._world.customer))
        if body.get("fresh"):
            self._world.psid = new_psid()
        known = {"number": self._world.customer, "psid": self._world.psid}
        self._world.journal.add("customer", **known)
        return known

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
        return self._texting.receive(_number(body.get("from", self._world.customer)), _text(body.get("text"), 1600)).snapshot()

    def _write(self, request: web.Request, body: Json) -> Json:
        """``{"text": "...", "payload": "..."?, "button": false, "psid": "..."?}``"""
        psid, text, payload = self._psid(body), _text(body.get("text"), 20_000), body.get("payload")
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

    # -- the phone ----------------------------------------------------------------------------------------------

    def _dial(self, request: web.Request, body: Json) -> Json:
        """``{"from": "+1..." or "anonymous"?, "to": "+1..."?, "verstat": "TN-Validation-Passed-A"?}``: the customer calls the
        voice number, or another of ours."""
        from_, to = body.get("from", self._world.customer), body.get("to")
        caller = ANONYMOUS if from_ == ANONYMOUS else _number(from_)
        verstat = body.get("verstat", "")
        if verstat not in ("", *VERSTATS):
            raise web.HTTPBadRequest(text=f"verstat: one of {', '.join(VERSTATS)}, or nothing")
        return self._switchboard.call_in(caller, None if to is None else _number(to), verstat).snapshot()

    async def _on_call(self, request: web.Request, body: Json) -> Json:
        """``keys {"digits"}``, ``speech {"text", "confidence"?, "partials"?}``, ``speaking``, ``silence``, ``answer {"by"?}``,
        ``refuse`` (busy), ``ignore`` (no answer), ``hangup``.

        With ``"wait": seconds`` keys and speech wait (in real time) until the call listens for them. ``taken`` says
        whether somebody heard it.
        """
        call = self._switchboard.get(request.match_info["sid"])
        if call is None:
            raise web.HTTPNotFound(text="there is no such call")
        action = request.match_info["action"]
        if action == "silence":
            return {"taken": await self._silence(call, min(float(body.get("wait", 10)), MAX_WAIT))}
        if action == "interrupt":
            return {"taken": await self._interrupt(call, body)}
        if action == "relay":
            return {"taken": self._relay(call, body)}
        if action in ("keys", "speech") and body.get("wait"):
            await self._until_listening(call, action, min(float(body["wait"]), MAX_WAIT))
        return {"taken": self._do(call, action, body)}

    def _do(self, call: Call, action: str, body: Json) -> bool:
        if action in ("answer", "refuse", "ignore") and call.to.startswith(PREFIX):
            raise web.HTTPConflict(text="a browser is rung: it answers by itself")
        if action == "keys":
            digits = body.get("digits")
            if not isinstance(digits, str) or not re.fullmatch(r"[0-9*#]{1,64}", digits):
                raise web.HTTPBadRequest(text="digits must be keys")
            heard = [call.press(key) for key in digits]
            return all(heard)
        if action == "speech":
            confidence = body.get("confidence", 0.93)
            partials = [str(one)[:2000] for one in body.get("partials") or ()][:20]
            return call.say(str(body.get("text", ""))[:2000], confidence if isinstance(confidence, float) else None, partials)
        if action == "answer":
            by = body.get("by", "human")
            if by not in ("human", "machine", "fax", "unknown"):
                raise web.HTTPBadRequest(text="by must be human, machine, fax or unknown")
            return call.answer(by)
        if action == "ignore":
            return call.hang_up("no-answer")
        if action == "refuse":
            return call.hang_up("busy")
        return {"speaking": call.begin_speech, "hangup": call.hang_up}[action]()

    async def _until_listening(self, call: Call, action: str, seconds: float) -> None:
        kind = "speech" if action == "speech" else "keys"
        await self._until(lambda: call.listens(kind), call, f"listen for {kind}", seconds)

    async def _interrupt(self, call: Call, body: Json) -> bool:
        """``{"text", "after", "wait"?}``: speak over the words, having heard them up to ``after`` (relay only)."""
        text, after = _text(body.get("text"), 2000), _text(body.get("after"), 2000)
        seconds = min(float(body.get("wait", 10)), MAX_WAIT)
        await self._until(lambda: call.relay is not None and call.relay.spoken(after), call, "say these words", seconds)
        return call.relay is not None and call.relay.interrupt(text, after)

    def _relay(self, call: Call, body: Json) -> bool:
        """``{"do": "fail", "code"?}`` breaks the session; ``{"do": "reconnect", "replay": n}`` its socket."""
        wanted, code, replay = body.get("do"), body.get("code", 39001), body.get("replay", 0)
        if wanted not in ("fail", "reconnect") or code not in FAILED:
            raise web.HTTPBadRequest(text="do must be fail (with a code of Twilio's) or reconnect")
        if type(replay) is not int or not 0 <= replay <= BUFFERED:
            raise web.HTTPBadRequest(text=f"replay must be a number from 0 to {BUFFERED}")
        if call.relay is None:
            return False
        if wanted == "fail":
            call.relay.break_off(code)
        else:
            call.relay.reconnect(replay)
        return True

    async def _silence(self, call: Call, seconds: float) -> bool:
        """Say nothing until the Gather gives up: the clock moves past its timeout. On the relay the installation counts
        the seconds, so they pass as they are, until it has spoken again."""
        if call.relay:
            await self._until(lambda: call.listens("speech"), call, "listen", seconds)
            before = call.relay.voice.utterances
            await self._until(lambda: call.relay is None or call.relay.voice.utterances > before, call, "speak", seconds)
            return True
        await self._until(lambda: call.activity == "listening" and call.collector is not None, call, "listen", seconds)
        if call.collector is None:
            return False
        self._world.clock.advance(call.collector.patience(self._world.pace) + 0.01)
        return True

    async def _until(self, ready: Callable[[], bool], call: Call, what: str, seconds: float) -> None:
        """Wait in real seconds until the call is ready, or over. 409 when it is not in time."""
        seq = self._world.journal.seq
        if ready() or not call.live:
            return
        try:
            await self._world.journal.until(lambda _: ready() or not call.live, after=seq, seconds=seconds)
        except TimeoutError as error:
            raise web.HTTPConflict(text=f"the call did not {what} within {seconds:g} s") from error


def _number(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(E164, value):
        raise web.HTTPBadRequest(text="a phone number in E.164 form, such as +12125550147")
    return value


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise web.HTTPBadRequest(text=f"text of 1 to {limit} characters")
    return value
