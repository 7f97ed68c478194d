"""A long conversation is shown by its newest lines; earlier ones come when they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from bot.model import Author, ChannelName, Handoff, TranscriptLine
from tests.desk.conftest import Browser, House
from tests.desk.fake_people import START
from tests.desk.test_desk_browser import enter
from tests.desk.test_desk_browser import page as page


def a_long_talk(house: House, pages: int = 3, each: int = 40) -> Handoff:
    """Forty lines a page, one every ten minutes."""
    said = [
        TranscriptLine(START + timedelta(minutes=10 * n), Author.CUSTOMER, ChannelName.SMS, f"line number {n}.")
        for n in range(pages * each)
    ]
    handoff = house.people.open(lines=tuple(said))
    house.people.long(handoff.id, pages)
    return handoff


async def test_without_script_each_page_leads_to_the_one_before(house: House, ana: Browser) -> None:
    handoff = a_long_talk(house)
    shown = await ana.get(f"/desk/handoffs/{handoff.id}")
    assert "line number 119." in shown.text and "line number 79." not in shown.text
    assert f'href="/desk/handoffs/{handoff.id}/earlier?before=2"' in shown.text
    before = await ana.get(f"/desk/handoffs/{handoff.id}/earlier?before=2")
    assert "line number 79." in before.text and "line number 40." in before.text and "line number 80." not in before.text
    assert "before=1" in before.text
    first = await ana.get(f"/desk/handoffs/{handoff.id}/earlier?before=1")
    assert "line number 0." in first.text and "data-earlier" not in first.text
    for odd in ("", "x", "-1", "9" * 12):
        assert (await ana.get(f"/desk/handoffs/{handoff.id}/earlier?before={odd}")).status == 404
    assert (await ana.get("/desk/handoffs/nobody/earlier?before=1")).status == 404


async def test_what_cannot_be_read_just_now_is_said(house: House, ana: Browser) -> None:
    handoff = a_long_talk(house)
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], earlier=None, whole=False)
    shown = await ana.get(f"/desk/handoffs/{handoff.id}")
    assert "What was said before this cannot be read just now." in shown.text and "data-earlier" not in shown.text


@pytest.mark.browser
async def test_earlier_lines_come_above_and_stay_while_new_ones_arrive(page: Page, house: House) -> None:
    handoff = a_long_talk(house)
    await enter(page, house)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    lines = page.locator("[data-part=lines] li[data-key] .words")
    await expect(lines).to_have_count(40)
    await page.get_by_role("link", name="Earlier").click()
    await expect(lines).to_have_count(80)
    await expect(lines.first).to_have_text("line number 40.")
    await expect(page.get_by_text("line number 80.")).to_be_in_viewport()
    house.people.say(handoff.id, "and one more")
    await expect(lines).to_have_count(81)
    await expect(lines.first).to_have_text("line number 40.")
    await expect(lines.last).to_have_text("and one more")
    await page.get_by_role("link", name="Earlier").click()
    await expect(lines).to_have_count(121)
    await expect(page.get_by_role("link", name="Earlier")).to_have_count(0)
    assert await lines.all_inner_texts() == [*(f"line number {n}." for n in range(120)), "and one more"]


@pytest.mark.browser
async def test_the_page_moves_on_and_nothing_is_lost_or_doubled(page: Page, house: House) -> None:
    """The newest page begins later by now: what was above it stays."""
    handoff = a_long_talk(house, pages=2)
    await enter(page, house)
    await page.goto(f"/desk/handoffs/{handoff.id}")
    lines = page.locator("[data-part=lines] li[data-key] .words")
    await expect(lines).to_have_count(40)
    view = house.people.views[handoff.id]
    house.people.views[handoff.id] = replace(view, transcript=view.transcript[20:], earlier=7)
    house.people.say(handoff.id, "and one more")
    await expect(lines).to_have_count(41)
    await page.get_by_role("link", name="Earlier").click()
    await expect(lines).to_have_count(81)
    assert await lines.all_inner_texts() == [*(f"line number {n}." for n in range(80)), "and one more"]
