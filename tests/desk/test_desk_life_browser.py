"""A conversation's life on the desk in a real Chromium: by keyboard, live, in the agent's own time zone."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from bot.model import Handoff, HandoffState, Note, Offer
from bot.model.agent_steps import GiveTo, Snooze, WriteNote
from tests.desk.conftest import House
from tests.desk.fake_people import START
from tests.desk.test_desk_browser import enter
from tests.desk.test_desk_browser import page as page

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("LIFE_PICTURES")


async def opened(page: Page, house: House) -> Handoff:
    await enter(page, house)
    handoff = house.people.open("Needs a mortgage")
    taken = await house.people.accept(handoff.id, "ana", None)
    house.people.calls.clear()
    await page.goto(f"/desk/handoffs/{handoff.id}")
    return taken


async def pictured(page: Page, name: str) -> None:
    """For who wants to look at it."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")


async def test_it_is_offered_to_a_colleague_by_keyboard_with_a_note(page: Page, house: House) -> None:
    handoff = await opened(page, house)
    await house.agent("bo", "Bo Lind")
    await house.signed_in("bo")
    await page.reload()
    offer = Offer("bo", START + timedelta(minutes=2), "ana")
    house.people.becomes = lambda now: replace(now, state=HandoffState.OFFERED, offer=offer)
    await page.locator("#hand-over").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("To a colleague")).to_be_focused()
    await pictured(page, "hand-over")
    await page.keyboard.press("Tab")
    await page.keyboard.type("she wants a <b>mortgage</b>")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("offered to Bo Lind until")).to_be_visible()
    await expect(page.locator("#take-back")).to_be_visible()
    assert house.people.calls == [("step", handoff.id, "ana", GiveTo("bo", "she wants a <b>mortgage</b>"))]


async def test_a_menu_is_left_with_escape_and_what_is_typed_in_it_outlives_another_line(page: Page, house: House) -> None:
    handoff = await opened(page, house)
    await page.locator("#hand-over").click()
    note = page.locator("form[action$=release] textarea")
    await note.fill("half a thought")
    house.people.say(handoff.id, "another line")
    await expect(page.locator(".line", has_text="another line")).to_be_visible()
    await expect(note).to_have_value("half a thought")
    await note.press("Escape")
    await expect(note).to_be_hidden()
    await expect(page.locator("#hand-over")).to_be_focused()


async def test_a_time_is_the_agents_own_and_goes_out_as_utc(page: Page, house: House) -> None:
    handoff = await opened(page, house)
    until = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    house.people.becomes = lambda now: replace(now, state=HandoffState.SNOOZED, snoozed_until=until)
    await page.locator("#snooze").click()
    await page.get_by_label("Or at").fill("2026-11-22T09:00")
    await pictured(page, "snooze")
    await page.get_by_role("button", name="Snooze…").click()
    await expect(page.get_by_text("snoozed until")).to_be_visible()
    assert house.people.calls == [("step", handoff.id, "ana", Snooze(until))]
    house.people.becomes = lambda now: replace(now, state=HandoffState.ASSIGNED, snoozed_until=None)
    await page.locator("#resume").click()
    await expect(page.locator("#snooze")).to_be_visible()


async def test_a_note_has_another_colour_and_another_form_than_a_reply(page: Page, house: House) -> None:
    handoff = await opened(page, house)
    await page.get_by_label("Your reply").fill("for the customer")
    await page.locator("#add-note").click()
    house.people.becomes = lambda now: replace(now, notes=(Note("n_1", START, "ana", "for us"),))
    await page.locator("#note").fill("for us")
    await page.locator("#save-note").click()
    line = page.locator(".line.note")
    await expect(line).to_contain_text("for us")
    await expect(page.locator("#note")).to_have_value("")
    await expect(page.get_by_label("Your reply")).to_have_value("for the customer")
    assert house.people.calls == [("step", handoff.id, "ana", WriteNote("for us"))]
    house.people.say(handoff.id, "hello")
    plain = page.locator(".line.customer .words")
    colours = [await one.evaluate("(it) => getComputedStyle(it).backgroundColor") for one in (line.locator(".words"), plain)]
    assert colours[0] != colours[1]
    await pictured(page, "note")


async def test_a_colleague_who_is_there_is_asked_for_once_before_it_is_taken(page: Page, house: House) -> None:
    await enter(page, house)
    await house.agent("bo", "Bo Lind")
    await house.signed_in("bo")
    handoff = house.people.open("Needs a mortgage")
    await house.people.accept(handoff.id, "bo", None)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    house.people.becomes = lambda now: replace(now, agent="ana", taken_from="bo")
    await page.locator("#take-over").click()
    await page.get_by_role("button", name="Yes, take it over").click()
    await expect(page.get_by_label("Your reply")).to_be_focused()
    await page.set_viewport_size({"width": 390, "height": 780})
    await page.locator("#hand-over").click()
    await pictured(page, "narrow")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing sticks out on a phone"
