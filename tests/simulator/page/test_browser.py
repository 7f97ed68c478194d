"""The page in a real browser: a text, a quick reply, a call with an agent's phone, problems marked; no console errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright, expect

from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage
from tests.simulator.twilio_voice.test_relay import FakeRelayApp

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


@pytest.fixture
async def app() -> AsyncIterator[FakeRelayApp]:
    """The other side of a ConversationRelay socket."""
    made, public = FakeRelayApp(), web.Application()
    public.router.add_get("/socket", made.handle)
    server = TestServer(public)
    await server.start_server()
    made.url = str(server.make_url("/socket")).replace("http", "ws")
    yield made
    for socket in made.live:
        await socket.close()
    await server.close()


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


async def test_a_relays_messages_are_shown_both_ways_and_wrong_ones_are_marked(
    stage: Stage, page: Page, app: FakeRelayApp
) -> None:
    def answer(frame: dict[str, Any]) -> list[dict[str, Any] | str]:
        """A greeting; whoever speaks gets a message that Twilio refuses, and then words."""
        if frame["type"] == "setup":
            return [{"type": "text", "token": "Welcome to the bank.", "last": True}]
        wrong: dict[str, Any] = {"type": "text", "token": "Too fast", "speed": 2}
        return [wrong, {"type": "text", "token": "You spoke.", "last": True}] if frame.get("last") else []

    app.answer = answer
    parameters = '<Parameter name="token" value="secret-of-the-call"/>'
    relay = f'<ConversationRelay url="{app.url}" partialPrompts="true">{parameters}</ConversationRelay>'
    stage.voice(f'<Connect action="/2">{relay}</Connect>')
    await page.get_by_role("button", name="Call", exact=True).click()
    live, mine = page.get_by_role("list", name="newest first"), page.get_by_role("article", name="Your phone")
    await expect(live.get_by_text("Welcome to the bank.").first).to_be_visible()
    await mine.get_by_label("Your phone: say something").fill("where is my card")
    await mine.get_by_role("button", name="Say").click()
    rows = live.get_by_role("listitem")
    await expect(rows.filter(has_text="prompt (partial)").filter(has_text="where is my")).to_be_visible()
    await expect(rows.filter(has_text="64107").filter(has_text="text has no field speed")).to_be_visible()
    await expect(rows.filter(has_text="You spoke.").filter(has_text="app")).to_be_visible()
    setup = rows.filter(has_text="setup")
    await setup.locator("summary").click()
    await expect(setup.get_by_text("Twilio to the application")).to_be_visible()
    assert "secret-of-the-call" not in await setup.inner_text()
    await page.reload()  # a page that is opened later shows them too
    await expect(rows.filter(has_text="64107").filter(has_text="Too fast")).to_be_visible()
    await page.get_by_label("Problems only").check()
    await expect(rows.filter(has_text="Welcome to the bank.")).to_be_hidden()


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


async def test_another_customer_has_nothing_of_the_former_ones_and_it_is_there_again(stage: Stage, page: Page) -> None:
    first = stage.sim.psid
    await page.get_by_label("Text message", exact=True).fill("from the first")
    await page.get_by_label("Send the text message").click()
    await page.get_by_label("Message", exact=True).fill("from the first, too")
    await page.get_by_label("Send the message").click()
    frame, messages = page.locator("#web-frame"), page.locator("#messenger-thread")
    texts = page.get_by_role("log", name="Text messages")
    await expect(messages.get_by_text("from the first, too")).to_be_visible()
    firsts_chat = str(await frame.get_attribute("src"))
    number = page.get_by_label("Customer’s number")
    was = await number.input_value()
    await number.fill("+12125550101")
    await page.get_by_role("button", name="Change").click()
    await expect(texts.get_by_text("from the first")).to_have_count(0)
    await expect(messages.get_by_text("from the first, too")).to_have_count(0)
    await expect(frame).not_to_have_attribute("src", firsts_chat)
    await number.fill(was)
    await page.get_by_role("button", name="Change").click()
    await expect(frame).to_have_attribute("src", firsts_chat)
    await expect(texts.get_by_text("from the first")).to_be_visible()
    await expect(messages.get_by_text("from the first, too")).to_be_visible()
    assert f"visitor={first}" in firsts_chat
