"""The phone line over ConversationRelay: which calls, the socket, and what comes after a session.

https://www.twilio.com/docs/voice/conversationrelay . The conversation is the same as over ``<Gather>`` (``voice.calls``):
this module only carries its scripts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.model import Call, CallState, new_id
from bot.ports import Calls, Clock, StoreUnavailable
from connectors.twilio.client import TwilioAccount
from connectors.twilio.webhook_signature import verified_websocket
from connectors.wire import OnRefused
from voice.gather.forms import VoiceForm
from voice.gather.twiml import render
from voice.relay import frames
from voice.relay.call_steps import CallSteps, asking, form_of
from voice.relay.rendering import Listen, utterance
from voice.relay.session import Displaced, Heard, Parts, RelaySession
from voice.relay.state import RelayState, RelayStates
from voice.relay.timer import Sleep
from voice.relay.twiml import SOCKET_PATH, connect, is_token
from voice.script import Script, Speech, remembered
from voice.sealing import Sealing

SETUP_SECONDS = 10.0
"""How long a socket may be silent before its ``setup``."""

FRAME_BYTES = 64 * 1024

RESUME = "resume"
"""Key of HandoffData: this gateway stops; another one shall go on with the call."""


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """``chosen``: whether calls to a number (E.164) go over the relay. ``heard``: told what an interrupted caller heard.

    ``on_ignored`` counts messages of Twilio's that are passed over, by a word of a fixed list.
    """

    chosen: Callable[[str], bool]
    heard: Heard
    on_ignored: Callable[[str], None] = lambda _kind: None
    sleep: Sleep = asyncio.sleep


@dataclass(slots=True)
class _Socket:
    """A live socket of this gateway."""

    ws: web.WebSocketResponse
    session: RelaySession


class RelayLine:
    """The relay's side of one phone line. ``steps``: the call's. Close with ``close()``."""

    def __init__(
        self,
        options: RelayOptions,
        account: TwilioAccount,
        calls: Calls,
        steps: CallSteps,
        speech: Speech,
        *,
        clock: Clock,
        on_refused: OnRefused,
    ) -> None:
        self._options = options
        self._account = account
        self._calls = calls
        self._steps = steps
        self._speech = speech
        self._on_refused = on_refused
        self._states = RelayStates(calls, Sealing(account.auth_tokens))
        self._sockets: dict[str, _Socket] = {}
        self._parts = Parts(steps, calls, self._states, options.heard, clock, options.sleep, account.public, options.on_ignored)

    def routes(self) -> list[web.RouteDef]:
        """The socket; for the public listener."""
        return [web.get(SOCKET_PATH, self._socket)]

    async def close(self) -> None:
        """End every session so that Twilio asks another gateway to go on."""
        await asyncio.gather(*(self._passed_on(socket) for socket in list(self._sockets.values())))

    @staticmethod
    async def _passed_on(socket: _Socket) -> None:
        with suppress(ConnectionError):
            await socket.session.end(**{RESUME: True})
        await socket.ws.close(code=WSCloseCode.GOING_AWAY)

    # -- what Twilio gets ----------------------------------------------------------------------------------------------

    async def carried(self, form: VoiceForm, script: Script, *, first: bool = False) -> str:
        """A script as this call gets it, in TwiML: one that asks opens a session where the relay is chosen and has not failed."""
        state = await self._states.get(form.sid)
        if state is None and first and self._options.chosen(form.called):
            state = await self._states.change(form.sid, lambda kept: kept or RelayState())
        if state is None or state.failed:
            return render(script)
        then = utterance(script).then
        return connect(self._account, form.sid, then, self._speech) if isinstance(then, Listen) else render(script)

    async def after(self, form: VoiceForm, fields: Mapping[str, str]) -> str:
        """``<Connect action>``: the session is over and the caller is still there. TwiML; raises StoreUnavailable.

        What we asked for in HandoffData; a session that broke goes on over ``<Gather>`` for the rest of the call.
        """
        call, state = await self._calls.get(form.sid), await self._states.get(form.sid)
        if call is None or state is None:
            raise web.HTTPBadRequest(text="this call is not on the relay")
        wanted = _data(fields.get("HandoffData", ""))
        step = wanted.get("document")
        if fields.get("SessionStatus") == "ended" and type(step) is int:
            kept = await remembered(self._calls, f"{form.sid}:{step}")
            return render(kept) if kept else await self.carried(form, await asking(self._steps, self._calls, call))
        if fields.get("SessionStatus") == "ended" and wanted.get(RESUME) is True:
            return await self.carried(form, await self._going_on(call, state))
        self._log("relay_failed", code=_code(fields.get("ErrorCode", "")))
        failed = await self._states.change(form.sid, lambda now: now and replace(now, failed=True, owner=""))
        return render(await self._going_on(call, failed or state))

    async def _going_on(self, call: Call, state: RelayState) -> Script:
        """The answer that was on its way, which is not worked on twice; else what is asked now."""
        pending = state.pending
        if pending and pending.step == call.step and call.state is CallState.TALKING:
            return await self._steps.answered(form_of(call, pending), pending.step)
        return await asking(self._steps, self._calls, call)

    # -- the socket ------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        verified_websocket(request, self._account, self._on_refused)
        ws = web.WebSocketResponse(heartbeat=30.0, max_msg_size=FRAME_BYTES)
        await ws.prepare(request)
        try:
            await self._serve(ws)
        except StoreUnavailable:
            self._log("store_unavailable", level="warning")
            await _ended(ws)  # <Connect action> speaks the apology, or goes on if the store is back
        except Exception as error:  # noqa: BLE001 - a worker's edge: logged by name and place, the call goes on over Gather
            self._log("relay_broke", level="error", error=type(error).__name__, where=_place(error))
            await ws.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            await ws.close()
        return ws

    async def _serve(self, ws: web.WebSocketResponse) -> None:
        opened = await self._opened(ws)
        if opened is None:
            self._on_refused("relay_setup")
            await ws.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        session, again = opened
        socket = _Socket(ws, session)
        before = self._sockets.get(session.sid)
        self._sockets[session.sid] = socket
        if before:
            await before.ws.close()
        try:
            await self._both(ws, session, again)
        finally:
            if self._sockets.get(session.sid) is socket:
                del self._sockets[session.sid]

    async def _both(self, ws: web.WebSocketResponse, session: RelaySession, again: bool) -> None:
        """Read and work side by side, until either ends: the caller went, or the session is over."""
        reader = asyncio.create_task(self._read(ws, session))
        worker = asyncio.create_task(session.work(again=again))
        try:
            await asyncio.wait({reader, worker}, return_when=asyncio.FIRST_COMPLETED)
            if not worker.done():
                session.gone()
                await asyncio.wait({worker}, timeout=SETUP_SECONDS)  # what was said before that is worked on
            elif worker.exception() is None:
                await asyncio.wait({reader}, timeout=SETUP_SECONDS)  # our "end" was sent: Twilio closes
        finally:
            for task in (reader, worker):
                task.cancel()
            results = await asyncio.gather(reader, worker, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, Displaced | ConnectionError):
                raise result

    async def _read(self, ws: web.WebSocketResponse, session: RelaySession) -> None:
        async for message in ws:
            if message.type is WSMsgType.TEXT and (frame := self._frame(message.data)):
                session.take(frame)

    def _frame(self, text: str) -> frames.Incoming | None:
        """A message; what cannot be read is passed over and counted."""
        try:
            return frames.read(text)
        except frames.UnknownFrame:
            self._options.on_ignored("relay_unknown")
        except frames.FrameError:
            self._options.on_ignored("relay_malformed")
        return None

    async def _opened(self, ws: web.WebSocketResponse) -> tuple[RelaySession, bool] | None:
        """The session that ``setup`` names, taken over by this socket, and whether it is the same one again."""
        setup = await self._setup(ws)
        if setup is None or setup.account != self._account.sid:
            return None
        if not is_token(self._account, setup.call, setup.parameters.get("token", "")):
            return None
        call = await self._calls.get(setup.call)
        if call is None or call.state is not CallState.TALKING:
            return None
        before: list[str] = []

        def take_over(now: RelayState | None) -> RelayState | None:
            before[:] = [now.session] if now else []
            return replace(now, session=setup.session, owner=owner) if now and not now.failed else None

        owner = new_id("s")
        taken = await self._states.change(call.sid, take_over)
        return (RelaySession(self._parts, owner, call, taken, ws.send_str), before == [setup.session]) if taken else None

    async def _setup(self, ws: web.WebSocketResponse) -> frames.Setup | None:
        try:
            message = await ws.receive(timeout=SETUP_SECONDS)
        except TimeoutError:
            return None
        frame = self._frame(message.data) if message.type is WSMsgType.TEXT else None
        return frame if isinstance(frame, frames.Setup) else None

    @staticmethod
    def _log(event: str, level: str = "warning", **values: object) -> None:
        log: Any = structlog.get_logger("onethread.voice")
        getattr(log, level)(event, **values)


async def _ended(ws: web.WebSocketResponse) -> None:
    with suppress(ConnectionError):
        await ws.send_str(frames.End(handoffData=frames.handoff_data(**{RESUME: True})).to_json())


def _data(text: str) -> Mapping[str, Any]:
    """Our own HandoffData as it came back; nothing when it is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _code(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 8 else ""


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else "?"
