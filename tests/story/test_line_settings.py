"""The waiting line with everything that can be set: a full queue, recording, a third party, a transfer, effort, summary."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from simulator.scripting.testing import Simulator
from tests.conftest import free_port
from tests.story.stack import Stack, running
from tests.story.test_waiting_line import AGENT, agent_with_phone, in_the_queue, opens

pytestmark = [pytest.mark.stack, pytest.mark.browser]
SET = {"QUEUE_LIMIT": "1", "RECORD_CALLS": "on", "EFFORT_QUESTION": "on", "SUMMARY_SMS": "on", "SUPERVISORS": "agent"}
BRANCH, COLLEAGUE = "+12125550170", "+12125550171"


@pytest.fixture(scope="module")
def set_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("set"), free_port(), free_port(), **SET) as started:
        yield started


@pytest.fixture
async def sim(set_stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{set_stack.internal}/simulator") as connected:
        yield connected


async def test_a_full_queue_and_a_recorded_call_with_everything(set_stack: Stack, browser: Browser, sim: Simulator) -> None:
    first = await in_the_queue(sim, "+12125550121")

    # the queue is full: something real is offered, and the handoff is kept
    await sim.become("+12125550122")
    second = await sim.call()
    await second.hears("Harbour Bank")
    await second.presses("0")
    await second.hears("Too many people are waiting")
    await second.says("go on by text please")
    await second.hears("go on there")
    await second.ends()
    await sim.handset().receives("You keep your place")

    # the first one is put through, after the notice, and recorded
    sam = await agent_with_phone(browser, set_stack)
    await opens(sam, set_stack, "+12125550121")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.answers()
    await leg.presses("1")
    await first.hears("This call is recorded")
    await first.is_joined()
    await sam.page.get_by_role("button", name="Pause recording").click()
    await expect(sam.page.get_by_role("button", name="Go on recording")).to_be_visible()

    # a third party is brought in, and leaves again
    await sam.page.get_by_text("Transfer or add").click()
    await sam.page.get_by_label("Number to call").fill(BRANCH)
    await sam.page.get_by_role("button", name="Call", exact=True).click()
    branch = await sim.rings(BRANCH)
    await branch.answers()
    await branch.is_joined()
    await branch.says("the branch is open until five")
    await first.hears("open until five")
    await branch.hangs_up()
    await expect(sam.page.get_by_text("Ringing")).to_have_count(0)
    await expect(sam.page.get_by_label("Number to call")).to_be_hidden()

    # the call is passed on to a number: sam is out, the caller is not
    await sam.page.get_by_text("Transfer or add").click()
    await sam.page.get_by_label("Number to call").fill(COLLEAGUE)
    await sam.page.get_by_label("Transfer: you leave").check()
    await sam.page.get_by_role("button", name="Call", exact=True).click()
    colleague = await sim.rings(COLLEAGUE)
    await colleague.answers()
    await leg.ends()
    await colleague.says("I take it from here")
    await first.hears("I take it from here")

    # the end: what was agreed by text, one question by key, and the bot goes on
    await sam.closes("The hold is lifted")
    await first.hears("how easy was it")
    await first.presses("2")
    await first.hears("The hold is lifted")
    handset = sim.handset("+12125550121")
    await handset.receives("The hold is lifted")
    await first.hangs_up()
    async with aiohttp.ClientSession() as http, http.get(f"{set_stack.internal}/metrics") as page:
        text = await page.text() if page.status == 200 else ""
    assert not text or re.search(r'onethread_effort_total\{answer="2"\} 1', text)
    await sim.wait(lambda e: e.get("what") == "recording", "the recording's callback", 10)
    assert sim.problems() == []
