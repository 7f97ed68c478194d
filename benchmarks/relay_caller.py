"""A caller over ConversationRelay: the webhook, then the socket as Twilio opens it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from xml.etree import ElementTree

import aiohttp

from benchmarks.stack import RELAY_NUMBER, Stack
from benchmarks.traffic import Missing, post
from simulator.signing import new_sid, twilio_signature

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class RelayCaller:
    """One call's socket."""

    ws: aiohttp.ClientWebSocketResponse

    async def says(self, words: str) -> tuple[float, float]:
        """Seconds from the end of speech until the answer's first token, and until its last."""
        began = monotonic()
        await self.ws.send_json({"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": True})
        frame = await self._spoken()
        first = monotonic() - began
        return first, (first if frame["last"] else await self.ends() - began)

    async def ends(self) -> float:
        """Wait until the assistant has said all; the moment. TimeoutError when it does not come."""
        while not (await self._spoken())["last"]:
            continue
        return monotonic()

    async def _spoken(self) -> dict[str, Any]:
        while (frame := await self._frame())["type"] != "text":
            continue
        return frame

    async def _frame(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message = await self.ws.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Missing(f"the relay's socket ended: {message.type.name}")
        frame: dict[str, Any] = message.json()
        return frame


@asynccontextmanager
async def relay_call(stack: Stack, tel: str) -> AsyncIterator[RelayCaller]:
    """Ring, open the socket, hear the greeting. Raises Missing when the number does not talk over the relay."""
    sid, account = new_sid("CA"), stack.plan.gateway_env["TWILIO_ACCOUNT_SID"]
    known = [("CallSid", sid), ("AccountSid", account), ("From", tel), ("To", RELAY_NUMBER)]
    twiml = await post(stack, "/twilio/voice", [*known, ("CallStatus", "ringing"), ("Direction", "inbound")])
    verb = ElementTree.fromstring(twiml).find(".//ConversationRelay")
    if verb is None:
        raise Missing("the TwiML has no ConversationRelay")
    url, given = verb.attrib["url"], {p.attrib["name"]: p.attrib["value"] for p in verb.iter("Parameter")}
    headers = {"X-Twilio-Signature": twilio_signature(stack.plan.gateway_env["TWILIO_AUTH_TOKEN"], url)}
    async with stack.http.ws_connect(url, headers=headers) as ws:
        who = {"accountSid": account, "callSid": sid, "from": tel, "to": RELAY_NUMBER}
        how = {"parentCallSid": "", "forwardedFrom": "", "callType": "PSTN", "callerName": "", "direction": "inbound"}
        setup = {"type": "setup", "sessionId": new_sid("VX"), **who, **how}
        await ws.send_json({**setup, "callStatus": "RINGING", "customParameters": given})
        caller = RelayCaller(ws)
        await caller.ends()
        yield caller
