"""People on the phone: the queue and what is offered instead, agents, callbacks, messages; over the whole running stack."""

from __future__ import annotations

import json
import re

import aiohttp
import pytest
import redis
from playwright.async_api import Browser, expect

from simulator.scripting.testing import Phone, Simulator
from tests.story.people import DeskAgent
from tests.story.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
SOON = 30_000

AGENT = "+12125550160"


async def in_the_queue(sim: Simulator, number: str) -> Phone:
    """A caller who has asked for a person and waits."""
    await sim.become(number)
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    await phone.presses("0")
    await phone.hears("You keep your place")
    return phone


async def opens(sam: DeskAgent, stack: Stack, number: str) -> None:
    """The open conversation of this customer: other tests' are in the queue too."""
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{number}")
    await sam.page.goto(f"{stack.internal}/desk/handoffs/{thread['handoff']['id']}")


async def agent_with_phone(browser: Browser, stack: Stack, phone: str = AGENT) -> DeskAgent:
    """Sam, who answers by phone."""
    sam = await DeskAgent.signs_in(browser, stack)
    await sam.page.goto(f"{stack.internal}/desk/settings")
    await sam.page.get_by_label("Phone for calls").fill(phone)
    await sam.page.get_by_role("button", name="Save").click()
    await expect(sam.page.get_by_label("Phone for calls")).to_have_value(phone)
    await sam.page.goto(f"{stack.internal}/desk")
    return sam


async def test_an_agent_takes_a_call_holds_it_and_gives_it_back(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550111")
    sam = await agent_with_phone(browser, stack)
    await opens(sam, stack, "+12125550111")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.answers()
    await leg.hears(re.compile("Call from.*claimed.*Press any key"))
    await leg.presses("1")
    await phone.is_joined()
    await leg.says("Hello, this is Sam")
    await phone.hears("this is Sam")
    await sam.page.get_by_role("button", name="Hold", exact=True).click()
    await phone.is_on_hold()
    await sam.page.get_by_role("button", name="Take off hold").click()
    await phone.is_joined()
    await sam.closes("The fee is refunded")
    await phone.hears("The fee is refunded")
    await leg.ends()
    await phone.says("goodbye")
    assert sim.problems() == []


async def test_a_callback_keeps_the_place_and_knows_machines(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550112")
    await phone.presses("1")
    await phone.hears(re.compile("call you back at.*0 1 1 2"))
    await phone.presses("1")
    await phone.hears("You keep your place")
    await phone.ends()
    sam = await agent_with_phone(browser, stack)
    await opens(sam, stack, "+12125550112")
    await sam.sees("Call back")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.answers()
    await leg.presses("5")
    await leg.hears("calling the customer")
    called = await sim.rings("+12125550112")
    assert called.state["from"] == leg.state["from"]  # our own number
    await called.answers(by="machine")
    await called.hears("We will try again a little later")
    await leg.hears("was not reached")
    await leg.ends()
    await sam.sees(re.compile("tried 1.*machine"))
    await sam.accepts()
    await sam.sees("called again in 15 minutes")
    assert sim.problems() == []


async def comes_due(stack: Stack, number: str) -> None:
    """As if the minutes until the next call had passed."""
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{number}")
    name = thread["handoff"]["id"]
    with valkey(stack) as client:
        handoff = json.loads(str(client.get(f"ot:handoff:{name}")))
        assert client.zscore("ot:callbacks", name), "it is on the schedule"
        handoff["callback"]["not_before"] = handoff["opened_at"]
        client.set(f"ot:handoff:{name}", json.dumps(handoff))
        client.zadd("ot:callbacks", {name: 1})


def valkey(stack: Stack) -> redis.Redis:
    """The installation's own server."""
    config = dict(line.split(" ", 1) for line in next(stack.home.rglob("valkey.conf")).read_text().splitlines() if " " in line)
    password = json.loads((stack.home / "secrets.json").read_text())["valkey_password"]
    return redis.Redis(port=int(config["port"]), password=password, decode_responses=True)


async def test_a_customer_who_was_busy_is_called_again_by_the_line_itself(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550118")
    await phone.presses("1")
    await phone.presses("1")
    await phone.ends()
    sam = await agent_with_phone(browser, stack)
    await opens(sam, stack, "+12125550118")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.answers()
    await leg.presses("1")
    called = await sim.rings("+12125550118")
    await called.refuses()
    await leg.hears("tried again by itself")
    await leg.ends()
    await sam.sees("Called again by itself")
    await comes_due(stack, "+12125550118")
    again = await sim.rings(AGENT, within=20)  # nobody pressed anything on the desk
    await again.answers()
    await again.hears(re.compile("Call from.*Press any key"))
    await again.presses("1")
    customer = await sim.rings("+12125550118")
    await customer.answers()
    await customer.hears("You asked us to call you back")
    await customer.is_joined()
    await again.hangs_up()
    await customer.hears("back with the Harbour Bank assistant")
    await customer.hangs_up()
    await sam.sees("Called back")
    assert sim.problems() == []


async def test_a_customer_who_is_called_back_talks_and_then_the_bot_goes_on(
    stack: Stack, browser: Browser, sim: Simulator
) -> None:
    phone = await in_the_queue(sim, "+12125550113")
    await phone.presses("1")
    await phone.presses("1")
    await phone.ends()
    sam = await agent_with_phone(browser, stack)
    await opens(sam, stack, "+12125550113")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.answers()
    await leg.presses("1")
    called = await sim.rings("+12125550113")
    await called.answers()
    await called.hears("You asked us to call you back")
    await called.is_joined()
    await leg.says("Sam here, calling you back")
    await called.hears("Sam here")
    await leg.hangs_up()
    await called.hears("back with the Harbour Bank assistant")
    await called.hangs_up()
    assert sim.problems() == []


async def test_a_message_is_left_read_and_played(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550114")
    await phone.presses("2")
    await phone.hears("after the tone")
    await phone.says("Please call me about the hold on my card")
    await phone.presses("#")
    await phone.hears("will listen to your message")
    await phone.ends()
    sam = await DeskAgent.signs_in(browser, stack)
    await opens(sam, stack, "+12125550114")
    await sam.sees("Please call me about the hold on my card")
    player = sam.page.locator("audio")
    source = await player.get_attribute("src")
    assert source and source.startswith("/desk/handoffs/")
    answer = await sam.page.request.get(stack.internal + source)
    sound = await answer.body()
    assert answer.status == 200 and answer.headers["content-type"] == "audio/mpeg"  # small: a WAV of minutes is not waited for
    assert sound[:3] == b"ID3" or (sound[0], sound[1] & 0xE0) == (0xFF, 0xE0)
    assert sim.problems() == []


async def test_a_caller_goes_on_by_text(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550115")
    await phone.presses("3")
    await phone.hears("go on there")
    await phone.ends()
    handset = sim.handset()
    await handset.receives("You keep your place")
    await handset.texts("It is about my new card")
    sam = await DeskAgent.signs_in(browser, stack)
    await opens(sam, stack, "+12125550115")
    await sam.sees("It is about my new card")
    await sam.accepts()
    await sam.replies("Thank you, I am looking.")
    await handset.receives("I am looking")


async def test_a_busy_agent_leaves_the_caller_in_line(stack: Stack, browser: Browser, sim: Simulator) -> None:
    phone = await in_the_queue(sim, "+12125550116")
    sam = await agent_with_phone(browser, stack)
    await opens(sam, stack, "+12125550116")
    await sam.accepts()
    leg = await sim.rings(AGENT)
    await leg.refuses()
    await phone.hears("could not take the call", within=20)
    await expect(sam.page.get_by_role("button", name=re.compile("^Accept"))).to_be_visible()
    await phone.hangs_up()


async def test_nobody_is_available_and_the_caller_is_offered_something_real(
    stack: Stack, browser: Browser, sim: Simulator
) -> None:
    sam = await DeskAgent.signs_in(browser, stack)
    await sam.page.get_by_role("button", name="Available").click()
    await expect(sam.page.get_by_role("button", name="Away")).to_be_visible(timeout=SOON)
    await stack.colleague(available=False)
    try:
        await sim.become("+12125550117")
        phone = await sim.call()
        await phone.hears("Harbour Bank")
        await phone.presses("0")
        await phone.hears("None of our colleagues")
        await phone.says("leave a message please")
        await phone.hears("after the tone")
        await phone.hangs_up()
        await sam.sees("pressed 0")
    finally:
        await stack.colleague(available=True)
        await sam.page.get_by_role("button", name="Away").click()
        await expect(sam.page.get_by_role("button", name="Available")).to_be_visible(timeout=SOON)
