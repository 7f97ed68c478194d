"""Articles beside the composer in a real Chromium, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from bot.model import ChannelName
from desk.agents import AgentDirectory
from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.desk.conftest import House, opened_house
from tests.desk.fake_people import FakeClock
from tests.desk.test_desk_articles import shop
from tests.desk.test_desk_browser import enter
from tests.desk.test_desk_proposals import Kept

pytestmark = pytest.mark.browser


@pytest.fixture
async def desk(redis: Redis, agents: AgentDirectory, clock: FakeClock, tmp_path: Path) -> AsyncIterator[House]:
    """A desk with articles."""
    async with opened_house(redis, agents, clock, articles=shop(tmp_path), proposed=Kept().listed) as opened:
        yield opened


@pytest.fixture
async def page(desk: House) -> AsyncIterator[Page]:
    """Ana's page with a conversation of hers on SMS; its console must stay free of errors."""
    troubles: list[str] = []
    async with open_browser() as chromium:
        context = await chromium.new_context(base_url=desk.base, viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(10_000)
        opened = await context.new_page()
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" and "status of 4" not in said.text else None,
        )
        await enter(opened, desk)
        handoff = desk.people.open("Wants to send it back", ChannelName.SMS)
        await desk.people.accept(handoff.id, "ana", None)
        await opened.goto(f"/desk/handoffs/{handoff.id}")
        yield opened
        await context.close()
    assert troubles == []


async def test_by_keyboard_from_the_question_to_the_reply(page: Page) -> None:
    box, reply = page.get_by_role("searchbox", name="Search the articles"), page.get_by_label("Your reply")
    await reply.fill("Hello Ana.")
    await box.focus()
    await page.keyboard.type("send bike back")
    found = page.get_by_role("button", name=re.compile("Returning a bicycle"))
    await expect(found).to_be_visible()
    await expect(found).to_contain_text("Returning a bicycle by text.")
    await expect(page.get_by_role("search").get_by_role("status")).to_contain_text("found")
    await page.keyboard.press("ArrowDown")
    await expect(found).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(box).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(reply).to_be_focused()
    await expect(reply).to_have_value("Hello Ana.\nReturning a bicycle by text.")
    await expect(box).to_have_value("")
    await expect(found).to_have_count(0)
    await page.reload()
    await expect(reply).to_have_value("Hello Ana.\nReturning a bicycle by text.")


async def test_escape_clears_and_a_line_that_arrives_does_not(page: Page, desk: House) -> None:
    box = page.get_by_role("searchbox", name="Search the articles")
    await box.fill("send bike back")
    await box.press("Enter")
    found = page.get_by_role("button", name=re.compile("Returning a bicycle"))
    await expect(found).to_be_visible()
    desk.people.say(page.url.rpartition("/")[2], "are you there?")
    await expect(page.locator(".line", has_text="are you there?")).to_be_visible()
    await expect(found).to_be_visible()
    assert await faults_of(page) == []
    await box.press("Escape")
    await expect(found).to_have_count(0)
    await expect(box).to_be_focused()
    await box.fill("zzgrf")
    await expect(page.get_by_text("No article fits.")).to_be_visible()


async def test_a_reply_is_proposed_where_it_stands(page: Page, desk: House) -> None:
    await page.get_by_label("Your reply").fill("We take it back within 30 days.")
    await page.get_by_role("button", name="Send").click()
    line = page.locator(".line.agent")
    await line.get_by_text("Propose as an article").click()
    name = line.get_by_label("Article to amend; empty: a new one")
    await name.fill("no-such")
    await name.press("Enter")
    await expect(line.get_by_role("alert")).to_contain_text("There is no article of that name")
    await name.fill("returns")
    assert await faults_of(page) == []
    await line.get_by_role("button", name="Propose").click()
    await expect(line.locator(".propose")).to_have_text("Proposed.")
    desk.people.say(page.url.rpartition("/")[2], "thank you")
    await expect(page.locator(".line", has_text="thank you")).to_be_visible()
    await expect(line.locator(".propose")).to_have_text("Proposed.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_supervisor_decides_what_was_proposed(page: Page, desk: House, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await desk.agents.set_role("ana", "supervisor")
    await page.reload()
    await page.get_by_role("link", name="Proposals").click()
    await expect(page.get_by_text("do you mend tyres?")).to_be_visible()
    assert await faults_of(page) == []
    await page.get_by_role("button", name="Declined").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Noted.")).to_be_visible()
    await expect(page.get_by_text("do you mend tyres?")).to_have_count(0)
