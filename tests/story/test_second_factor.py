"""A wish that needs a second factor, by phone: code, PIN, done; and no digit of the PIN in the thread."""

from __future__ import annotations

import json
import re

import aiohttp
import pytest

from simulator.scripting.testing import Simulator
from tests.story.stack import Stack

pytestmark = pytest.mark.stack

BEN, PIN, SIX_DIGITS = "+12125550102", "7306", re.compile(r"\b\d{6}\b")


async def test_a_program_on_the_same_machine_is_not_believed(stack: Stack) -> None:
    """Whoever reaches the action server's port, and says that they are proven, hears nothing."""
    running = json.loads((stack.home / "running.json").read_text())
    port = running["parts"]["actions"]["port"]
    said = {"metadata": {"proof": "proven", "tel": "+16175550104", "channel": "web"}}
    tracker = {"sender_id": "c_1", "slots": {}, "latest_message": said, "events": [], "active_loop": {}}
    body = {"next_action": "action_balance", "sender_id": "c_1", "tracker": tracker, "domain": {}}
    async with aiohttp.ClientSession() as http, http.post(f"http://127.0.0.1:{port}/webhook", json=body) as answer:
        assert (answer.status, "941" in await answer.text()) == (401, False)


async def test_the_limit_is_raised_for_who_has_the_phone_and_the_pin(stack: Stack, sim: Simulator) -> None:
    await sim.become(BEN)
    handset, phone = sim.handset(), await sim.call()
    await phone.hears("Harbour Bank")
    await phone.says("please raise my limit")
    await phone.hears("six digit code")
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    await phone.presses(code.group())
    await phone.hears("PIN of your card")
    await phone.presses("1111")
    await phone.hears("not right")
    await phone.presses(PIN)
    await phone.hears("one thousand dollars until midnight")
    await phone.hangs_up()
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{BEN}")
    assert PIN not in json.dumps(thread) and "****" in [line["text"] for line in thread["transcript"]]
    logs = [file for file in stack.home.rglob("*.log") if PIN in file.read_text(errors="ignore")]
    assert logs == []
    again = await sim.call()
    await again.hears("Harbour Bank")
    await again.says("raise my limit")
    await again.hears("six digit code")  # the next call is a claim again
    await again.hangs_up()
