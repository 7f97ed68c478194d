"""What the page and the tests' client do at the telephone: call, press, speak, be silent, answer, hang up."""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web

from simulator.page.values import Json, as_number, as_text
from simulator.twilio_voice.call import ANONYMOUS, Call
from simulator.twilio_voice.clients import PREFIX
from simulator.twilio_voice.relay.session import BUFFERED, FAILED
from simulator.twilio_voice.switchboard import Switchboard
from simulator.world import World

MAX_WAIT = 60.0
VERSTATS = (*(f"TN-Validation-{how}-{level}" for how in ("Passed", "Failed") for level in "ABC"), "No-TN-Validation")
"""Values of ``StirVerstat`` of a call that comes in: https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir"""


class Telephone:
    """The handlers below ``/api/calls``."""

    def __init__(self, world: World, switchboard: Switchboard) -> None:
        self._world = world
        self._switchboard = switchboard

    def dial(self, request: web.Request, body: Json) -> Json:
        """``{"from": "+1..." or "anonymous"?, "to": "+1..."?, "verstat": "TN-Validation-Passed-A"?}``: the customer calls the
        voice number, or another of ours."""
        from_, to = body.get("from", self._world.customer), body.get("to")
        caller = ANONYMOUS if from_ == ANONYMOUS else as_number(from_)
        verstat = body.get("verstat", "")
        if verstat not in ("", *VERSTATS):
            raise web.HTTPBadRequest(text=f"verstat: one of {', '.join(VERSTATS)}, or nothing")
        return self._switchboard.call_in(caller, None if to is None else as_number(to), verstat).snapshot()

    async def on_call(self, request: web.Request, body: Json) -> Json:
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
            sure, spoken = confidence if isinstance(confidence, float) else None, str(body.get("language", ""))[:20]
            return call.say(str(body.get("text", ""))[:2000], sure, partials, spoken)
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
        text, after = as_text(body.get("text"), 2000), as_text(body.get("after"), 2000)
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
            before = call.relay.utterances
            await self._until(lambda: call.relay is None or call.relay.utterances > before, call, "speak", seconds)
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
