"""``<Connect><ConversationRelay>``: the client that speaks Twilio's side of the socket, for a caller's leg.

https://www.twilio.com/docs/voice/twiml/connect/conversationrelay , .../conversationrelay/websocket-messages
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any

import aiohttp

from simulator.signing import Fields, new_sid, twilio_signature
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.relay import rules
from simulator.twilio_voice.relay.voice import RelayVoice
from simulator.twiml import languages
from simulator.twiml.verbs import Relay
from simulator.webhooks import Request

BUFFERED = 500
"""Events that Twilio keeps for a replay (``applicationReconnect``)."""

MALFORMED = 10
"""Bad messages in a row after which Twilio closes the socket with 1007 (error 64105)."""

FAILED = {
    64102: "Unable to connect to WebSocket URL",
    64105: "WebSocket ended",
    39001: "Network connection to WebSocket server failed.",
}


class RelayFailed(Exception):
    """The session is broken; ``code`` is Twilio's."""

    def __init__(self, code: int) -> None:
        super().__init__(FAILED[code])
        self.code = code


class RelaySession:
    """One session on one leg, over as many sockets as it takes. ``run`` gives the fields for ``<Connect action>``."""

    def __init__(self, call: Call, verb: Relay) -> None:
        self._call = call
        self._world = call.world
        self._verb = verb
        self._hears = verb.language
        self.id = new_sid("VX")
        self._began = self._world.clock.elapsed()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sent: deque[dict[str, Any]] = deque(maxlen=BUFFERED)
        self._unanswered = 0
        self._bad = 0
        self._again: int | None = None
        self._fail: int | None = None
        self._broken = asyncio.Event()
        self.answered = False
        self.voice = RelayVoice(
            self._world.clock, lambda: self._world.pace, self._hear, self._speaking, self._played, verb.speaks
        )

    # -- what the caller does ----------------------------------------------------------------------------------------

    def listens(self, kind: str) -> bool:
        """Is it the caller's turn? While words are spoken it is when they may be cut short; without pace, after them."""
        if kind == "keys" and not self._verb.dtmf:
            return False
        if not self.answered:
            return False
        return not self.voice.speaking or (self._world.pace > 0 and self._cuts(kind))

    def press(self, key: str) -> bool:
        """One key; False when keys are not detected."""
        if not self._verb.dtmf or not self._reaches("keys"):
            return False
        self._turn({"type": "dtmf", "digit": key})
        return True

    def say(self, text: str, language: str = "") -> bool:
        """A whole utterance, with a partial prompt before it; False when it is lost."""
        if not text.strip() or not self._reaches("speech"):
            return False
        self._utter(languages.heard(text.strip(), language, self._hears))
        return True

    def _utter(self, words: str) -> None:
        if self._verb.partial and " " in words:
            self._event({"type": "prompt", "voicePrompt": words.rpartition(" ")[0], "lang": self._lang, "last": False})
        self._turn({"type": "prompt", "voicePrompt": words, "lang": self._lang, "last": True})

    @property
    def _lang(self) -> str:
        """As ``prompt`` tells it: of either only its two letters, and here always the first's."""
        return "en" if self._hears == languages.EITHER else self._hears

    def interrupt(self, text: str, after: str) -> bool:
        """Speak over the words, having heard them up to and with ``after``. False when these were not among them."""
        whole = self.voice.whole
        place = whole.casefold().find(after.casefold())
        if place < 0 or not self._cuts("speech"):
            return False
        self._cut(whole[: place + len(after)])
        self._utter(text.strip())
        return True

    @property
    def utterances(self) -> int:
        """How many times the application has spoken to the end, or was cut short."""
        return self.voice.utterances

    def spoken(self, words: str) -> bool:
        """Whether the words stand in what is, or was last, being said."""
        return words.casefold() in self.voice.whole.casefold()

    def break_off(self, code: int = 39001) -> None:
        """The network fails: the session is over, the call is not."""
        self._fail = code
        self._broken.set()

    def reconnect(self, replay: int) -> None:
        """The socket breaks and a second one brings the last ``replay`` events again."""
        self._again = replay
        self._broken.set()

    # -- the session -------------------------------------------------------------------------------------------------

    async def run(self) -> Fields:
        """Until it is over. CancelledError: the caller hung up, and the action is told."""
        voice = asyncio.create_task(self.voice.run())
        self._call.relay = self
        try:
            handoff = await self._sockets()
        except RelayFailed as failed:
            self._call.problem(failed.code, str(failed))
            return [*self._fields("failed"), ("ErrorCode", str(failed.code)), ("ErrorMessage", str(failed))]
        except asyncio.CancelledError:
            self._told_completed()
            raise
        finally:
            self._call.relay = None
            voice.cancel()
            await asyncio.gather(voice, return_exceptions=True)
        fields = self._fields("ended")
        return fields if handoff is None else [*fields, ("HandoffData", handoff)]

    def _fields(self, status: str) -> list[tuple[str, str]]:
        seconds = round(self._world.clock.elapsed() - self._began)
        return [("SessionId", self.id), ("SessionStatus", status), ("SessionDuration", str(seconds))]

    def _told_completed(self) -> None:
        if not self._verb.action or self._call.redirected:
            return
        known = [(n, "completed" if n == "CallStatus" else v) for n, v in self._call.fields()]
        fields = [*known, *self._fields("completed")]
        self._world.webhooks.later(Request("voice", self._verb.action, fields, self._verb.method))

    async def _sockets(self) -> str | None:
        """HandoffData. A socket that breaks is opened once more, where the application can take that."""
        replay = 0
        while True:
            over, handoff = await self._socket(replay)
            if over:
                return handoff
            replay = self._unanswered if self._again is None else self._again
            self._again = None
            self._broken.clear()

    async def _socket(self, replay: int) -> tuple[bool, str | None]:
        """One socket: whether the session is over, and HandoffData."""
        try:
            async with await self._open() as ws:
                await self._write(ws, self._setup())
                for frame in list(self._sent)[len(self._sent) - replay :] if replay else ():
                    await self._write(ws, frame)
                return await self._talk(ws)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise RelayFailed(64102 if not self._sent else 39001) from None

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        session = self._world.webhooks.session
        if session is None:
            raise RuntimeError("the simulator was not started")
        headers = {
            "x-twilio-signature": twilio_signature(self._world.settings.auth_token, self._verb.url),
            "User-Agent": "TwilioProxy/1.1",
        }
        try:
            return await session.ws_connect(self._verb.url, headers=headers)
        except aiohttp.WSServerHandshakeError:
            raise RelayFailed(64102) from None

    def _setup(self) -> dict[str, Any]:
        call = self._call
        return {
            "type": "setup",
            "sessionId": self.id,
            "accountSid": self._world.settings.account_sid,
            "parentCallSid": call.parent_sid or "",
            "callSid": call.sid,
            "from": call.from_,
            "to": call.to,
            "forwardedFrom": "",
            "callType": "PSTN",
            "callerName": "",
            "direction": "inbound" if call.direction == "inbound" else "outbound",
            "callStatus": "RINGING",
            "customParameters": dict(self._verb.parameters),
        }

    async def _talk(self, ws: aiohttp.ClientWebSocketResponse) -> tuple[bool, str | None]:
        reader = asyncio.create_task(self._read(ws))
        writer = asyncio.create_task(self._write_all(ws))
        broken = asyncio.create_task(self._broken.wait())
        try:
            await asyncio.wait({reader, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writer, broken, reader):
                if task is not reader or not task.done():
                    task.cancel()
            await asyncio.gather(writer, broken, return_exceptions=True)
        if self._fail is not None:
            raise RelayFailed(self._fail)
        if reader.cancelled() or not reader.done():
            with suppress(asyncio.CancelledError):
                await reader
            return False, None
        return reader.result()

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> tuple[bool, str | None]:
        """Messages until ``end``, or until the socket is gone."""
        heard_anything = False
        async for message in ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            frame, wrong = rules.read(message.data)
            self._came(frame or message.data[:2000], wrong)
            if wrong:
                await self._malformed(ws, wrong)
                continue
            self._bad, heard_anything = 0, True
            if frame["type"] == "end":
                return True, frame.get("handoffData")
            self._take(frame)
        if not (self._verb.reconnect and heard_anything):
            raise RelayFailed(64105)
        return False, None

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "language":
            self._hears = frame.get("transcriptionLanguage", self._hears)
            self.voice.take(frame)
            return
        self._unanswered = 0
        self.voice.take(frame)

    def _came(self, frame: dict[str, Any] | str, wrong: str | None) -> None:
        """One message of the application's, with what Twilio's debugger would complain of."""
        problems = [{"code": 64107, "text": f"ConversationRelay: invalid message: {wrong}"}] if wrong else []
        self._world.journal.add("relay", sid=self._call.sid, direction="in", frame=frame, problems=problems)

    async def _malformed(self, ws: aiohttp.ClientWebSocketResponse, wrong: str) -> None:
        self._bad += 1
        await self._write(ws, {"type": "error", "description": f"Invalid message received: {wrong}"})
        if self._bad >= MALFORMED:
            await ws.close(code=1007, message=b"Too many consecutive malformed messages")
            raise RelayFailed(64105)

    # -- the wire ----------------------------------------------------------------------------------------------------

    def _turn(self, frame: dict[str, Any]) -> None:
        """An event that wants an answer: the caller waits for it before they go on (``listens``)."""
        self.answered = False
        self._event(frame)

    def _event(self, frame: dict[str, Any]) -> None:
        self._out.put_nowait(frame)

    async def _write_all(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            frame = await self._out.get()
            if frame["type"] != "info":  # an event; while no socket is open it is no replay yet
                self._sent.append(frame)
                self._unanswered = min(self._unanswered + 1, BUFFERED)
            await self._write(ws, frame)

    async def _write(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        self._world.journal.add("relay", sid=self._call.sid, direction="out", frame=_shown(frame))
        await ws.send_str(json.dumps(frame))

    # -- voice -------------------------------------------------------------------------------------------------------

    def _hear(self, verb: str, text: str, language: str) -> None:
        self.answered = self.answered or self._world.pace > 0
        self._call.hear(verb, text, **({"language": language} if verb == "Say" else {}))

    def _speaking(self, on: bool) -> None:
        self.answered = self.answered or not on
        if "speaker-events" in self._verb.events:
            self._info("agentSpeaking", "on" if on else "off")
        self._call.tell("speaking" if on else "listening")

    def _played(self, text: str) -> None:
        if "tokens-played" in self._verb.events:
            self._info("tokensPlayed", text)

    def _info(self, name: str, value: str) -> None:
        self._out.put_nowait({"type": "info", "name": name, "value": value, "ts": self._world.clock.milliseconds()})

    def _reaches(self, kind: str) -> bool:
        """Cut our words short if the caller may; else the event counts only where it is reported all the same."""
        if not self.voice.speaking:
            return True
        if self._cuts(kind):
            self._cut(self.voice.heard)
            return True
        return self._verb.report in ("any", "dtmf" if kind == "keys" else "speech")

    def _cuts(self, kind: str) -> bool:
        return not self.voice.uncut and self._verb.interruptible in ("any", "true", "dtmf" if kind == "keys" else "speech")

    def _cut(self, heard: str) -> None:
        heard = heard.strip()
        lasted = self.voice.cut_short(heard)
        self._event({"type": "interrupt", "utteranceUntilInterrupt": heard, "durationUntilInterruptMs": lasted})


def _shown(frame: dict[str, Any]) -> dict[str, Any]:
    """For the live view: the socket's token stays out of it."""
    hidden = dict.fromkeys(frame.get("customParameters", {}), "...")
    return {**frame, "customParameters": hidden} if hidden else frame


async def connect(call: Call, verb: Relay) -> None:
    """Play the verb: the session, then the action's document, or the next verb."""
    call.tell("connecting")
    fields = await RelaySession(call, verb).run()
    if verb.action:
        raise call.transfer(verb.action, verb.method, fields)
