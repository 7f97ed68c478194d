"""A PIN that is keyed on a call cannot be read out of the store: not while it is keyed, not afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connectors.twilio.webhook_signature import signature_of
from tests.attacks.bank import ANA, PIN, TOKEN, Bank, opened
from tests.attacks.written import Written, written_to
from voice.sealing import Sealing

WRONG_PIN = "7350"


@dataclass
class RelayCall:
    """One call over ConversationRelay, from its socket's side."""

    ws: aiohttp.ClientWebSocketResponse
    sid: str
    setup: dict[str, Any]

    async def sends(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def says(self, text: str) -> str:
        await self.sends(type="prompt", voicePrompt=text, lang="en-US", last=True)
        return await self.hears()

    async def presses(self, keys: str) -> None:
        for key in keys:
            await self.sends(type="dtmf", digit=key)

    async def hears(self) -> str:
        """All that is said for now."""
        said = ""
        while True:
            frame = await self.ws.receive_json(timeout=8)
            said += frame.get("token", "")
            if frame.get("last"):
                return said


@pytest.fixture
async def relay(redis_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """The bank with all its calls over ConversationRelay."""
    async with opened(redis_url, tmp_path, VOICE_MODE="relay") as running:
        yield running


@asynccontextmanager
async def called(bank: Bank) -> AsyncIterator[RelayCall]:
    """Ana calls, and hears the greeting."""
    call = await bank.calls(ANA)
    token = re.search(r'name="token" value="(\w+)"', call.heard)
    assert token, call.heard
    session = "VX" + call.sid[2:]
    setup = {"type": "setup", "sessionId": session, "accountSid": "AC" + "0" * 32, "callSid": call.sid, "from": ANA}
    async with socket_of(bank) as ws:
        line = RelayCall(ws, call.sid, {**setup, "customParameters": {"token": token[1]}})
        await line.sends(**line.setup)
        await line.hears()
        yield line


@asynccontextmanager
async def socket_of(bank: Bank) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A handshake signed as Twilio does."""
    url = bank.public.replace("http", "ws") + "/twilio/relay"
    headers = {"X-Twilio-Signature": signature_of(url, (), TOKEN)}
    async with bank.http.ws_connect(f"{bank.public}/twilio/relay", headers=headers) as ws:
        yield ws


async def proved(bank: Bank, line: RelayCall) -> str:
    """Ana asks for her balance and keys the code that was texted to her."""
    known = len(bank.twilio.to(ANA))
    await line.says("balance")
    code = await bank.twilio.code(ANA, known)
    await line.presses(code)
    assert "code accepted" in await line.hears()
    return code


def states(written: Written) -> Written:
    """What was written of calls on the relay alone."""
    return Written([one for one in written.commands if re.search(r":relay\b", one)])


def keyed(written: Written, sid: str) -> str:
    """The keys that wait for more, as the gateway itself reads them."""
    sealed = re.search(r'"sealed": "([^"]+)"', states(written).commands[-1])
    opened = Sealing((TOKEN,)).of(sid).open(sealed[1]) if sealed else None
    return str(json.loads(opened)["keys"]) if opened else ""


async def test_neither_pin_nor_code_can_be_read_while_it_is_keyed_nor_afterwards(relay: Bank, redis_url: str) -> None:
    async with written_to(redis_url) as written, called(relay) as line:
        code = await proved(relay, line)
        for keys, found in ((WRONG_PIN, "pin wrong"), (PIN, "pin accepted")):
            await line.says("limit")
            await line.presses(keys)
            assert found in await line.hears()
    assert len(states(written).commands) > 2 * len(PIN)  # key by key, as they came
    assert [one for keys in (PIN, WRONG_PIN) for one in written.shows(keys)] == []
    assert states(written).shows(code) == []


async def test_a_line_that_broke_in_the_middle_of_a_pin_goes_on_and_shows_nothing(relay: Bank, redis_url: str) -> None:
    """Half of it was keyed when the socket broke: Twilio brings the keys again on the next one, and they count once."""
    async with written_to(redis_url) as written, called(relay) as line:
        await proved(relay, line)
        await line.says("limit")
        await line.presses(PIN[:2])
        await written.until(lambda: keyed(written, line.sid) == PIN[:2])
        async with socket_of(relay) as ws:
            again = RelayCall(ws, line.sid, line.setup)
            await again.sends(**again.setup)
            await again.presses(PIN[:2])
            await again.presses(PIN[2:])
            assert "pin accepted" in await again.hears()
    assert written.shows(PIN) == []


async def test_two_calls_with_the_same_pin_have_nothing_in_common(relay: Bank, redis_url: str) -> None:
    """Who has the store cannot even tell that the same was keyed."""
    marks: list[set[str]] = []
    for _ in range(2):
        async with written_to(redis_url) as written, called(relay) as line:
            await proved(relay, line)
            await line.says("limit")
            await line.presses(PIN)
            assert "pin accepted" in await line.hears()
        kept = " ".join(states(written).commands).replace(line.sid, "").replace("VX" + line.sid[2:], "")
        kept = re.sub(r"(?i)\"?evalsha\"? \"?[0-9a-f]{40}", "", kept)  # the name of a script of ours, the same in each call
        marks.append(set(re.findall(r"[0-9a-fA-F]{12,}|[\w-]{40,}", kept)))
    assert marks[0] and marks[0] & marks[1] == set()


async def test_over_gather_too(bank: Bank, redis_url: str) -> None:
    async with written_to(redis_url) as written:
        call = await bank.calls(ANA)
        await call.says("balance")
        await call.presses(await bank.twilio.code(ANA))
        for keys, found in ((WRONG_PIN, "pin wrong"), (PIN, "pin accepted")):
            await call.says("limit")
            assert found in await call.presses(keys)
    assert [one for keys in (PIN, WRONG_PIN) for one in written.shows(keys)] == []


async def test_a_pin_that_was_hardly_understood_is_not_said_aloud(bank: Bank, redis_url: str) -> None:
    """Spoken, and of low confidence: the question comes again, instead of "Did you say 4 8 2 1?"."""
    async with written_to(redis_url) as written:
        call = await bank.calls(ANA)
        await call.says("balance")
        await call.presses(await bank.twilio.code(ANA))
        await call.says("limit")
        heard = await call.posts(f"/twilio/voice/answer?step={call.step}", SpeechResult="four eight two one", Confidence="0.1")
        assert "your PIN please" in heard and not re.search("4,? 8,? 2,? 1|four,? eight", heard)
    assert written.shows(PIN) == [] and bank.assistant.pins_asked == []
