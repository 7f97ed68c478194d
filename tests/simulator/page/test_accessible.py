"""The simulator's page with everything on it, in each width, light and dark: axe-core finds nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.simulator.conftest import ACCOUNT, AGENT, TOKEN, Stage

pytestmark = pytest.mark.browser
PANES = ("web", "sms", "messenger", "phone", "live")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


async def opened(browser: Browser, stage: Stage, width: int, scheme: str) -> Page:
    """A page with texts, messages, two phones and problems."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto(str(stage.server.make_url("/simulator/")))
    await expect(page.locator("#link")).to_have_attribute("data-state", "live")
    return page


async def fill(stage: Stage) -> None:
    """Everything that the page can show: both sides' words, the vendor's own answer, options, a call with an agent, faults."""
    stage.gateway.script["/twilio/sms"] = "<Response><Message>Your card is on its way.</Message></Response>"
    for text in ("where is my card", "STOP", "START"):
        await stage.sim.post("sms", text=text)
    await stage.sim.post("messenger", text="hello")
    message = {"text": "Hi", "quick_replies": [{"content_type": "text", "title": "Card", "payload": "m_1:1"}]}
    buttons = {"template_type": "button", "text": "Which?", "buttons": [{"type": "postback", "title": "One", "payload": "m_2:1"}]}
    for body in ({"attachment": {"type": "template", "payload": buttons}}, message):
        await posted(stage, body)
    stage.voice(
        '<Gather input="dtmf speech" action="/2" numDigits="1"><Say>Press 2.</Say><Play>/music.wav</Play></Gather>',
        '<Enqueue waitUrl="/3" action="/4" speed="fast">people</Enqueue>',
        "<Say>You are next.</Say><Pause length='30'/>",
    )
    call = await stage.sim.post("calls")
    await stage.sim.post(f"calls/{call['sid']}/speech", text="nobody listens yet")
    await stage.sim.post(f"calls/{call['sid']}/keys", digits="2", wait=5)
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    fields = {"To": AGENT, "From": "+12125550101", "Url": f"{stage.gateway.url}/5"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{stage.api}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", data=fields) as answer,
    ):
        assert answer.status == 201


async def posted(stage: Stage, message: dict[str, object]) -> None:
    body = {"recipient": {"id": stage.sim.psid}, "messaging_type": "RESPONSE", "message": message}
    headers = {"Authorization": "Bearer page-token-of-this-test"}
    async with aiohttp.ClientSession(headers=headers) as http, http.post(f"{stage.graph}/v26.0/me/messages", json=body) as answer:
        assert answer.status == 200, await answer.text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
async def test_axe_finds_nothing(browser: Browser, stage: Stage, width: int, scheme: str) -> None:
    await fill(stage)
    page = await opened(browser, stage, width, scheme)
    found = await faults_of(page)
    if width < 720:
        for pane in PANES:
            await page.locator(f"[data-tab={pane}]").click()
            found += await faults_of(page)
    details = page.locator(".exchanges summary").first
    await details.click()
    found += await faults_of(page)
    await page.locator("#faults-open").click()
    found += await faults_of(page)
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_while_nothing_has_happened(browser: Browser, stage: Stage, scheme: str) -> None:
    page = await opened(browser, stage, 1280, scheme)
    found = await faults_of(page)
    assert not found, "\n".join(found)
