"""An agent who answers calls in the browser: who and what for on the screen, answered, talked, hung up; over the whole stack."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, expect

from simulator.scripting.testing import Phone, Simulator
from tests.story.people import DeskAgent
from tests.story.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SOON = 30_000


class Softphone:
    """The phone in an agent's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel: Locator = page.get_by_role("region", name="Phone in this browser")

    async def is_ready(self) -> None:
        await expect(self.page.get_by_role("button", name="Phone ready")).to_be_visible(timeout=SOON)

    async def shows(self, words: str | re.Pattern[str]) -> None:
        await expect(self.panel).to_contain_text(words, timeout=SOON)

    async def presses(self, name: str) -> None:
        await self.panel.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
async def sam(stack: Stack, browser: Browser) -> AsyncIterator[DeskAgent]:
    """Sam, who has chosen to answer in the browser, with a microphone that may be used; no error in the page's console."""
    troubles: list[str] = []
    agent = await DeskAgent.signs_in(browser, stack)
    await agent.page.context.grant_permissions(["microphone"])
    agent.page.on("pageerror", lambda error: troubles.append(str(error)))
    agent.page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    await agent.page.goto(f"{stack.internal}/desk/settings")
    await agent.page.get_by_label("In this browser").check()
    await agent.page.get_by_role("button", name="Save").click()
    await expect(agent.page.get_by_label("In this browser")).to_be_checked()
    await agent.page.goto(f"{stack.internal}/desk")
    yield agent
    await agent.page.close()
    assert troubles == []


async def in_the_queue(sim: Simulator, number: str) -> Phone:
    """A caller who has asked for a person and waits."""
    await sim.become(number)
    phone = await sim.call()
    await phone.hears("Harbour Bank")
    await phone.says("I want to talk to a person")
    await phone.hears("You keep your place")
    return phone


async def thread_of(stack: Stack, number: str) -> dict[str, object]:
    async with aiohttp.ClientSession() as http:
        return await stack.conversation(http, f"tel:{number}")


async def accepts(sam: DeskAgent, stack: Stack, number: str) -> str:
    """Opens the caller's conversation without leaving the page, and accepts it; the handoff's id."""
    thread = await thread_of(stack, number)
    handoff = str(thread["handoff"]["id"])  # type: ignore[index]
    await sam.page.locator(f"#q-{handoff}").click()
    await expect(sam.page).to_have_url(re.compile(handoff))
    await sam.page.get_by_role("button", name="Accept and ring here").click()
    return handoff


async def test_a_call_is_answered_in_the_browser(stack: Stack, sam: DeskAgent, sim: Simulator) -> None:
    number = "+12125550131"
    softphone = Softphone(sam.page)
    await softphone.is_ready()
    await sam.page.evaluate("window.sameDocument = true")
    phone = await in_the_queue(sim, number)
    handoff = await accepts(sam, stack, number)

    await softphone.shows(number)
    await softphone.shows("not verified")
    await softphone.shows(re.compile("person|agent|talk", re.IGNORECASE))
    leg = await sim.rings()
    assert leg.state["to"].startswith("client:agent_")
    await expect(softphone.panel.get_by_role("button", name="Answer")).to_be_focused()
    await sam.page.keyboard.press("Enter")
    await leg.hears("claimed")  # the whisper, for the agent alone
    await phone.is_joined()
    await softphone.shows("You are in the call")

    await leg.says("Hello, this is Sam")
    await phone.hears("this is Sam")
    await softphone.presses("Mute")
    await expect(softphone.panel.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    await softphone.presses("Unmute")

    await sam.page.get_by_role("link", name="Onethread").click()  # another page of the desk: the call goes on
    await expect(sam.page).to_have_url(f"{stack.internal}/desk")
    await phone.says("Thank you")
    await leg.hears("Thank you")
    await softphone.page.get_by_role("link", name="Open the conversation").click()
    await expect(sam.page.get_by_role("button", name="Hold", exact=True)).to_be_visible(timeout=SOON)
    assert await sam.page.evaluate("window.sameDocument") is True

    await softphone.presses("Hang up")
    await expect(softphone.panel).to_be_hidden()
    assert await leg.ends() == "completed"
    await phone.hears("back with the Harbour Bank assistant")
    assert (await thread_of(stack, number))["handoff"] is None  # the talk is over, and the assistant goes on
    await expect(sam.page).to_have_url(re.compile(handoff))
    await sam.sees("Ended by First agent")
    await sam.sees("I want to talk to a person")  # what the caller had said before, in the transcript
    assert sim.problems() == []


@pytest.mark.parametrize("how", ["declines", "closes the page"])
async def test_who_does_not_pick_up_gives_the_caller_back_to_the_line(
    stack: Stack, sam: DeskAgent, sim: Simulator, how: str
) -> None:
    number = "+12125550132" if how == "declines" else "+12125550133"
    softphone = Softphone(sam.page)
    await softphone.is_ready()
    phone = await in_the_queue(sim, number)
    await accepts(sam, stack, number)
    await softphone.shows(number)
    if how == "declines":
        await softphone.presses("Decline")
        await softphone.shows("The caller is back in line")
        await expect(sam.page.get_by_role("button", name="Accept and ring here")).to_be_visible(timeout=SOON)
    else:
        await sam.page.close(run_before_unload=False)
    await phone.hears(re.compile("could not|colleague|line", re.IGNORECASE))
    thread = await thread_of(stack, number)
    assert thread["handoff"]["state"] == "waiting"  # type: ignore[index]
    await phone.hangs_up()
    await phone.ends()


async def test_one_tab_has_the_phone(stack: Stack, sam: DeskAgent, sim: Simulator) -> None:
    await Softphone(sam.page).is_ready()
    second = await sam.page.context.new_page()
    await second.goto(f"{stack.internal}/desk")
    await expect(second.get_by_role("button", name="Other tab")).to_be_visible(timeout=SOON)
    await sam.page.close()
    await Softphone(second).is_ready()


async def test_the_token_is_renewed_before_its_end(stack: Stack, sam: DeskAgent, sim: Simulator) -> None:
    page = await sam.page.context.new_page()
    await sam.page.goto("about:blank")
    await page.clock.install()
    await page.goto(f"{stack.internal}/desk")
    await Softphone(page).is_ready()
    async with page.expect_response("**/desk/softphone/token", timeout=SOON) as renewed:
        await page.clock.fast_forward("29:30")
    assert (await renewed.value).status == 200
    await Softphone(page).is_ready()
    assert not [problem for problem in sim.problems() if "token" in problem.lower()]


async def test_a_microphone_that_may_not_be_used_is_said_and_loses_nobody(stack: Stack, sam: DeskAgent, sim: Simulator) -> None:
    number = "+12125550134"
    await sam.page.context.clear_permissions()
    await sam.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    await sam.page.reload()
    softphone = Softphone(sam.page)
    await softphone.shows("let the desk use the microphone")
    await softphone.presses("Allow the microphone")
    await softphone.shows("does not let the desk use the microphone")
    phone = await in_the_queue(sim, number)
    await accepts(sam, stack, number)
    await softphone.shows(number)
    await softphone.presses("Answer")
    await softphone.shows("Allow it at the lock or microphone sign beside the address")
    await expect(sam.page.get_by_role("button", name="Accept and ring here")).to_be_visible(timeout=SOON)
    assert (await thread_of(stack, number))["handoff"]["state"] == "waiting"  # type: ignore[index]
    await phone.hangs_up()
    await phone.ends()


async def test_a_lost_connection_is_shown_and_comes_back(stack: Stack, sam: DeskAgent) -> None:
    sockets: list[WebSocketRoute] = []
    second = asyncio.Event()

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 2:
            second.set()  # nobody answers this one
        else:
            socket.connect_to_server()

    await Softphone(sam.page).is_ready()  # the page before the reload has had its socket
    await sam.page.route_web_socket(re.compile("/simulator/signal$"), connect)
    await sam.page.reload()
    await Softphone(sam.page).is_ready()
    await sockets[0].close()
    async with asyncio.timeout(SOON / 1000):
        await second.wait()
    await expect(sam.page.get_by_role("button", name="Reconnecting")).to_be_visible()
    await sockets[1].close()
    await Softphone(sam.page).is_ready()


async def test_a_script_that_does_not_load_is_said(stack: Stack, sam: DeskAgent) -> None:
    await sam.page.route("**/voice-sdk.js", lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
    await sam.page.reload()
    await Softphone(sam.page).shows("Calls cannot ring here")
    await expect(sam.page.get_by_role("button", name="No phone")).to_be_visible()
