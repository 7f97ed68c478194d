"""Calls over ConversationRelay through the whole running stack (``VOICE_MODE=relay``)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser

from simulator.scripting.testing import Phone, Simulator
from tests.conftest import free_port
from tests.story.people import DeskAgent
from tests.story.stack import Stack, running

pytestmark = [pytest.mark.stack]


@pytest.fixture(scope="module")
def relay_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("relay"), free_port(), free_port(), VOICE_MODE="relay") as started:
        yield started


@pytest.fixture
async def sim(relay_stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{relay_stack.internal}/simulator") as connected:
        yield connected


def frames(sim: Simulator, direction: str, kind: str) -> list[dict[str, Any]]:
    """Messages of all sockets so far."""
    return [e["frame"] for e in sim.events if e["kind"] == "relay" and e["direction"] == direction and e["frame"]["type"] == kind]


async def thread(stack: Stack, number: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http:
        return await stack.conversation(http, f"tel:{number}")


@pytest.mark.browser
async def test_a_call_to_a_person_and_back(relay_stack: Stack, browser: Browser, sim: Simulator) -> None:
    await sim.become("+12125550101")
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    assert frames(sim, "out", "setup") and frames(sim, "in", "text")
    await phone.says("where is my nearest branch")
    await phone.hears("zip code")
    await phone.presses("10001")
    await phone.hears("The nearest to")

    await phone.says("I want to talk to a person")
    await phone.hears("number 1 in the queue")
    assert frames(sim, "in", "end")
    sam = await DeskAgent.signs_in(browser, relay_stack)
    await sam.opens(re.compile("person|asked", re.IGNORECASE))
    await sam.sees("10001")
    await sam.accepts()
    await sam.replies("Hello Ana, this is Sam at the desk.")
    await phone.hears("this is Sam at the desk", within=20)
    await sam.closes("All answered")
    await phone.hears("All answered", within=20)
    await phone.says("where is my card")
    await phone.hears(re.compile("card|code"))
    assert len(frames(sim, "out", "setup")) == 2  # back to the bot is back to the relay
    await phone.hangs_up()
    await phone.ends("completed")
    assert sim.problems() == []


async def test_what_the_caller_heard_is_what_the_transcript_keeps(relay_stack: Stack, sim: Simulator) -> None:
    number = "+12125550102"
    await sim.become(number)
    phone = await sim.call()
    await phone.interrupts("where is my nearest branch", after="Harbour Bank")
    await phone.hears("zip code")
    await phone.hangs_up()
    said = [line["text"] for line in (await thread(relay_stack, number))["transcript"]]
    cut = frames(sim, "out", "interrupt")[0]["utteranceUntilInterrupt"]
    assert cut.endswith("Harbour Bank")
    assert said[:2] == [f"{cut}…", "where is my nearest branch"]
    assert "zip code" in said[2]
    assert sim.problems() == []


async def test_a_failed_session_goes_on_over_gather(relay_stack: Stack, sim: Simulator) -> None:
    number = "+12125550104"
    await sim.become(number)
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    await phone.says("where is my nearest branch")
    await phone.hears("zip code")
    await phone.loses_relay()
    await phone.hears("zip code")  # the question again, over Gather
    await phone.presses("10001")
    await phone.hears("The nearest to")
    assert len(frames(sim, "out", "setup")) == 1
    await phone.hangs_up()
    transcript = (await thread(relay_stack, number))["transcript"]
    assert [line["text"] for line in transcript if line["author"] == "customer"] == ["where is my nearest branch", "10001"]
    assert [p.partition(":")[0] for p in sim.problems()] == ["39001"]


async def test_a_replay_after_a_reconnect_makes_no_second_turn(relay_stack: Stack, sim: Simulator) -> None:
    number = "+12125550105"
    await sim.become(number)
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    await phone.says("where is my nearest branch")
    await phone.hears("zip code")
    await phone.relay_reconnects(replay=2)
    await sim.wait_for(lambda: next(iter(frames(sim, "out", "setup")[1:]), None), "second socket", 10, list)
    await phone.presses("10001")
    await phone.hears("The nearest to")
    await phone.hangs_up()
    transcript = (await thread(relay_stack, number))["transcript"]
    assert [line["text"] for line in transcript if line["author"] == "customer"] == ["where is my nearest branch", "10001"]


async def _the_same_call(phone: Phone) -> None:
    await phone.hears("Harbour Bank")
    await phone.says("where is my nearest branch")
    await phone.hears("zip code")
    await phone.presses("10001")
    await phone.hears("The nearest to")
    await phone.says("what is my balance")
    await phone.hears("code")
    await phone.says("speak to a person")
    await phone.hears("in the queue")
    await phone.hangs_up()
    await phone.ends("completed")


async def test_the_same_conversation_leaves_the_same_tracker(relay_stack: Stack, sim: Simulator) -> None:
    numbers = {"relay": "+12125550106", "gather": "+12125550107"}
    for way, number in numbers.items():
        await sim.become(number)
        phone = await sim.call()
        if way == "gather":
            await phone.hears("Harbour Bank")
            await phone.loses_relay()
        await _the_same_call(phone)
    over_relay, over_gather = [await thread(relay_stack, number) for number in numbers.values()]

    def told(found: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(line["author"], line["channel"], re.sub(r"\d", "#", line["text"])) for line in found["transcript"]]

    assert told(over_relay) == told(over_gather)
    assert [slot["name"] for slot in over_relay["slots"]] == [slot["name"] for slot in over_gather["slots"]]
    assert over_relay["handoff"]["reason"] == over_gather["handoff"]["reason"]
