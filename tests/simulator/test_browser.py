"""The page in a real browser: a text, a quick reply, a call with an agent's phone, problems marked; no console errors."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """The simulator's page, open and connected; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        opened = await browser.new_page(viewport={"width": 1280, "height": 900})
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        await opened.goto(str(stage.server.make_url("/simulator/")))
        await expect(opened.get_by_text("Connected", exact=True)).to_be_visible()
        yield opened
        await browser.close()
    assert complaints == []


async def test_a_text_message(stage: Stage, page: Page) -> None:
    stage.gateway.script["/twilio/sms"] = "<Response><Message>Your card is on its way.</Message></Response>"
    await page.get_by_label("Text message", exact=True).fill("where is my card")
    await page.get_by_label("Send the text message").click()
    log = page.get_by_role("log", name="Text messages")
    await expect(log.get_by_text("where is my card")).to_be_visible()
    await expect(log.get_by_text("Your card is on its way.")).to_be_visible()
    await expect(log.get_by_text("1 segment · delivered")).to_be_visible()


async def test_messenger_and_a_quick_reply(stage: Stage, page: Page) -> None:
    await page.get_by_label("Message", exact=True).fill("hello")
    await page.get_by_label("Send the message").click()
    await stage.sim.wait(lambda e: e.get("what") == "messenger", "the event", 5)
    body = {
        "recipient": {"id": stage.sim.psid},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hi", "quick_replies": [{"content_type": "text", "title": "Card", "payload": "m_1:1"}]},
    }
    headers = {"Authorization": "Bearer page-token-of-this-test"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{stage.graph}/v26.0/me/messages", json=body) as response,
    ):
        assert response.status == 200
    await page.get_by_role("button", name="Card").click()
    await stage.sim.wait(lambda e: e.get("what") == "messenger" and '"quick_reply"' in e["body"], "the tap", 5)


async def test_a_call_with_an_agent(stage: Stage, page: Page) -> None:
    stage.voice(
        '<Gather input="dtmf speech" action="/2" numDigits="1"><Say>Press 2 for a person.</Say></Gather>',
        '<Enqueue waitUrl="/3" action="/4" speed="fast">people</Enqueue>',
        "<Say>You are next.</Say><Pause length='30'/>",
        "<Say>Back with the assistant.</Say><Pause length='30'/>",
        "<Say>Ana is waiting.</Say><Dial><Queue>people</Queue></Dial>",
    )
    await page.get_by_role("button", name="Call", exact=True).click()
    mine, agent = page.get_by_role("article", name="Your phone"), page.get_by_role("article", name="Agent’s phone")
    await expect(mine.get_by_text("Press 2 for a person.")).to_be_visible()
    await mine.get_by_role("button", name="2", exact=True).click()
    await expect(mine.get_by_text("You are next.")).to_be_visible()
    await expect(page.get_by_text("12200 <Enqueue> has no attribute 'speed'")).to_be_visible()
    fields = {"To": AGENT, "From": "+12125550101", "Url": f"{stage.gateway.url}/5"}
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    url = f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    async with aiohttp.ClientSession(headers=headers) as http, http.post(url, data=fields) as response:
        assert response.status == 201
    await agent.get_by_role("button", name="Answer").click()
    await expect(agent.get_by_text("Ana is waiting.")).to_be_visible()
    await expect(mine.get_by_text("Joined")).to_be_visible()
    await mine.get_by_label("Your phone: say something").fill("Hello, it is me.")
    await mine.get_by_role("button", name="Say").click()
    await expect(agent.get_by_text("Hello, it is me.")).to_be_visible()
    await agent.get_by_role("button", name="Hang up").click()
    await expect(mine.get_by_text("Back with the assistant.")).to_be_visible()
    await mine.get_by_role("button", name="Hang up").click()
    await expect(mine.get_by_text("Ended: completed")).to_be_visible()


async def test_another_customer_and_faults(stage: Stage, page: Page) -> None:
    await page.get_by_label("Customer’s number").fill("+12125550148")
    await page.get_by_role("button", name="Change").click()
    await stage.sim.wait(lambda e: e["kind"] == "customer" and e["number"] == "+12125550148", "the new number", 5)
    await page.get_by_role("button", name="Faults and time").click()
    await page.get_by_label("How many are sent twice").fill("2")
    await page.get_by_role("button", name="Set", exact=True).click()
    await stage.sim.wait(lambda e: e["kind"] == "faults" and e["faults"]["duplicate_next"] == 2, "the fault", 5)


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_wider_than_the_screen(stage: Stage, page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
