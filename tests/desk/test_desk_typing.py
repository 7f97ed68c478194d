"""Somebody is writing: the customer is shown the agent, the agent the customer, only between the two of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from playwright.async_api import expect
from redis.asyncio import Redis

from bot.model import Address, ChannelName, Contact, ContactAddress, Handoff, Proof
from desk.agents import AgentDirectory
from tests.browser_support import open_browser
from tests.desk.conftest import PASSWORD, Browser, House, opened_house
from tests.desk.fake_people import START, FakeClock
from tests.desk.test_desk_browser import enter

WEB, TEL = Address.parse("web:abc"), Address.parse("tel:+12025550100")


class Shown:
    """What customers were shown."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bool]] = []

    async def __call__(self, address: Address, on: bool) -> None:
        self.calls.append((str(address), on))


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
async def desk(redis: Redis, agents: AgentDirectory, clock: FakeClock, shown: Shown) -> AsyncIterator[House]:
    async with opened_house(redis, agents, clock, typing=shown) as house:
        yield house


async def taken(house: House, agent: str, last: Address = WEB) -> Handoff:
    known = tuple(ContactAddress(one, Proof.CLAIMED, START) for one in (WEB, TEL))
    contact = Contact("ct", "c", known, START, last_address=last)
    handoff = house.people.open(contact=contact, sends_to=ChannelName.WEB)
    await house.people.accept(handoff.id, agent, None)
    return handoff


@pytest.fixture
async def writer(desk: House) -> AsyncIterator[Browser]:
    """Ana at that desk."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        browser = Browser(session, desk.base)
        await desk.agent()
        await browser.sign_in("ana", PASSWORD)
        yield browser


async def test_the_customer_is_shown_that_their_agent_writes(desk: House, writer: Browser, shown: Shown) -> None:
    handoff = await taken(desk, "ana")
    for on in ("1", ""):
        assert (await writer.post(f"/desk/handoffs/{handoff.id}/typing", {"on": on})).status == 204
    assert shown.calls == [("web:abc", True), ("web:abc", False)]


async def test_nobody_else_is(desk: House, writer: Browser, shown: Shown) -> None:
    others, by_text = await taken(desk, "bo"), await taken(desk, "ana", TEL)
    for handoff_id in (others.id, by_text.id, "h_nobody"):
        assert (await writer.post(f"/desk/handoffs/{handoff_id}/typing", {"on": "1"})).status == 204
    assert (await writer.post(f"/desk/handoffs/{others.id}/typing", {"on": "1", "csrf": "x"})).status == 403
    assert shown.calls == []


@pytest.mark.browser
async def test_both_ways_in_a_browser(desk: House, shown: Shown) -> None:
    async with open_browser() as chromium:
        page = await (await chromium.new_context(base_url=desk.base, viewport={"width": 1280, "height": 800})).new_page()
        await enter(page, desk)
        handoff = await taken(desk, "ana")
        await page.goto(f"/desk/handoffs/{handoff.id}")
        await expect(page.get_by_text("is writing…")).to_be_hidden()
        desk.people.tell("queue", handoff.id)
        desk.people.tell("typing", "h_another")
        desk.people.tell("typing", handoff.id)
        await expect(page.get_by_text("is writing…")).to_be_visible()
        async with page.expect_response("**/typing"):
            await page.get_by_label("Your reply").press_sequentially("Let me see")
        assert shown.calls == [("web:abc", True)], "once, not with each letter"
        view = desk.people.views[handoff.id]
        desk.people.views[handoff.id] = replace(view, sends_to=ChannelName.SMS)
        await page.goto(f"/desk/handoffs/{handoff.id}")
        assert await page.locator("form[data-typing-to]").count() == 0
        await page.context.close()
