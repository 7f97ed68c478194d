"""Canned replies in a real Chromium, by keyboard alone; what axe-core says of the list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from bot.model import ChannelName
from desk.canned.replies import SHARED, Draft
from desk.canned.store import CannedReplies
from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.desk.conftest import House
from tests.desk.test_desk_browser import enter
from tests.desk.test_desk_looks import FITS, seen
from tests.desk.test_desk_words import slot

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(house: House, replies: CannedReplies) -> AsyncIterator[Page]:
    """Ana's page with a conversation of hers on SMS, and four canned replies; its console must stay free of errors."""
    troubles: list[str] = []
    await replies.make("ana", Draft("Greeting", "Hello {customer}, this is {agent}."), "ana")
    await replies.make(SHARED, Draft("New card", "A new card comes on {blank}, {customer}."), "sue")
    await replies.make(SHARED, Draft("Opening hours", "We open at nine. Greetings!"), "sue")
    await replies.make(SHARED, Draft("Café", "There is one in the branch."), "sue")
    async with open_browser() as chromium:
        context = await chromium.new_context(base_url=house.base, viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(10_000)
        opened = await context.new_page()
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" and "status of" not in said.text else None,
        )
        await enter(opened, house)
        handoff = house.people.open("Lost card", ChannelName.SMS, slots=(slot("full_name", "Ana Lopez"),))
        await house.people.accept(handoff.id, "ana", None)
        await opened.goto(f"/desk/handoffs/{handoff.id}")
        yield opened
        await context.close()
    assert troubles == []


async def test_by_keyboard_from_the_slash_to_the_customer(page: Page, house: House) -> None:
    reply, field = page.get_by_label("Your reply"), page.get_by_role("combobox", name="Find a canned reply")
    options = page.locator("#canned-list").get_by_role("option")
    await reply.focus()
    await page.keyboard.type("/")
    await expect(field).to_be_focused()
    await expect(options).to_have_count(4)
    await expect(page.locator("#canned-said")).to_contain_text("4 found")
    await page.keyboard.type("gree")
    await expect(options).to_have_count(2)
    await expect(options.first).to_contain_text("Hello Ana Lopez, this is Ana.")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    last = await options.last.get_attribute("id")
    await expect(field).to_have_attribute("aria-activedescendant", last or "none")
    await page.keyboard.press("ArrowUp")
    assert await faults_of(page) == []
    await page.keyboard.press("Enter")
    await expect(reply).to_be_focused()
    await expect(reply).to_have_value("Hello Ana Lopez, this is Ana.")
    await expect(field).to_be_hidden()
    await page.reload()
    await expect(reply).to_have_value("Hello Ana Lopez, this is Ana.")
    await reply.press("Control+Enter")
    await expect(page.locator(".line.agent")).to_contain_text("Hello Ana Lopez, this is Ana.")
    assert house.people.calls[-1][0] == "reply"


async def test_who_types_faster_than_the_list_comes_gets_the_same(page: Page) -> None:
    reply, come = page.get_by_label("Your reply"), asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/canned-replies?*", late)
    await reply.focus()
    async with page.expect_request("**/canned-replies?*"):
        await page.keyboard.type("/gree")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Find a canned reply")).to_have_value("gree")
    await expect(reply).to_have_value("")
    come.set()
    await expect(reply).to_have_value("Hello Ana Lopez, this is Ana.")
    await expect(reply).to_be_focused()


async def test_a_list_that_does_not_come_is_told(page: Page) -> None:
    await page.route("**/canned-replies?*", lambda route: route.fulfill(status=503, body="The store does not answer just now."))
    await page.get_by_label("Your reply").focus()
    await page.keyboard.type("/")
    await expect(page.locator("#canned-said")).to_have_text("The store does not answer just now.")


async def test_what_is_not_filled_in_is_pointed_out_refused_and_the_next_key_writes_there(page: Page, house: House) -> None:
    reply = page.get_by_label("Your reply")
    await reply.focus()
    await page.keyboard.type("/new")
    await expect(page.locator("#canned-list").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(reply).to_have_value("A new card comes on {blank}, Ana Lopez.")
    await expect(page.locator("#unfilled")).to_contain_text("Not filled in: {blank}")
    house.people.calls.clear()
    await reply.evaluate("(it) => it.form.requestSubmit()")
    await expect(page.locator("#reply-error")).to_contain_text("Not filled in: {blank}")
    assert house.people.calls == []
    await page.keyboard.type("Friday")
    await expect(reply).to_have_value("A new card comes on Friday, Ana Lopez.")
    await expect(page.locator("#unfilled")).to_be_empty()
    await reply.press("Control+Enter")
    await expect(page.locator(".line.agent")).to_contain_text("on Friday")


async def test_a_slash_that_is_meant_as_one_is_written(page: Page) -> None:
    reply, field = page.get_by_label("Your reply"), page.get_by_role("combobox", name="Find a canned reply")
    await reply.focus()
    await page.keyboard.type("24/7 and / or //")
    await expect(reply).to_have_value("24/7 and / or /")
    await page.keyboard.type(" /")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(reply).to_be_focused()
    await expect(field).to_be_hidden()
    await expect(reply).to_have_value("24/7 and / or / ")
    await page.keyboard.type("/cafe")
    await expect(page.locator("#canned-list").get_by_role("option")).to_have_count(1)
    await page.keyboard.type(" zzgrf")
    await expect(page.get_by_text("No canned reply fits.")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(reply).to_have_value("24/7 and / or / /cafe zzgrf")


async def test_by_the_button_and_a_line_that_arrives_changes_nothing(page: Page, house: House) -> None:
    reply, field = page.get_by_label("Your reply"), page.get_by_role("combobox", name="Find a canned reply")
    await reply.fill("Good morning.")
    await page.get_by_role("link", name="Canned replies", exact=True).click()
    await expect(page.locator("#canned-list").get_by_role("option")).to_have_count(4)
    house.people.say(page.url.rpartition("/")[2], "are you there?")
    await expect(page.locator(".line", has_text="are you there?")).to_be_visible()
    await expect(field).to_be_focused()
    await page.locator("#canned-list").get_by_role("option", name="Opening hours").click()
    await expect(reply).to_have_value("Good morning.\nWe open at nine. Greetings!")
    await page.get_by_role("link", name="Canned replies", exact=True).click()
    await expect(field).to_be_focused()
    await page.get_by_role("searchbox", name="Find a customer").focus()
    await expect(field).to_be_hidden()


async def test_an_agent_without_any_is_told_and_escape_leaves_other_menus_open(
    page: Page, house: House, replies: CannedReplies
) -> None:
    for owner in ("ana", SHARED):
        for one in await replies.of(owner):
            await replies.remove(owner, one.id, "sue")
    await page.get_by_text("Hand over…").click()
    reply = page.get_by_label("Your reply")
    await reply.focus()
    await page.keyboard.type("/")
    await expect(page.get_by_text("There are none for this queue yet.")).to_be_visible()
    assert await faults_of(page, "[data-canned-panel]") == []
    await page.keyboard.press("Escape")
    await expect(reply).to_be_focused()
    await expect(page.get_by_text("No colleague is available at the desk.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark", "forced"])
async def test_axe_finds_nothing_and_everything_fits(page: Page, width: int, scheme: str) -> None:
    await page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", forced_colors="active" if scheme == "forced" else "none"
    )
    await page.set_viewport_size({"width": width, "height": 844})
    await page.get_by_label("Your reply").focus()
    await page.keyboard.type("/")
    await expect(page.locator("#canned-list").get_by_role("option")).to_have_count(4)
    faults = {"list": await faults_of(page)}
    assert await page.evaluate(FITS)
    await seen(page, f"canned-{width}-{scheme}")
    await page.keyboard.type("new")
    await page.keyboard.press("Enter")
    await expect(page.locator("#unfilled")).to_contain_text("Not filled in")
    faults["unfilled"] = await faults_of(page)
    await seen(page, f"canned-unfilled-{width}-{scheme}")
    await page.goto(f"{page.url}/canned-replies")
    await expect(page.get_by_role("heading", name="Canned replies")).to_be_visible()
    faults["page"] = await faults_of(page)
    assert await page.evaluate(FITS)
    await seen(page, f"canned-page-{width}-{scheme}")
    await page.goto("/desk/canned-replies")
    faults["own"] = await faults_of(page)
    assert await page.evaluate(FITS)
    await seen(page, f"canned-own-{width}-{scheme}")
    assert {name: found for name, found in faults.items() if found} == {}
