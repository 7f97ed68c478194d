"""A visitor ends the chat, and rates a talk with a person, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.axe import faults_of
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeInbox
from tests.web.test_web_accessible import CONTRAST, SMALL_OR_NAMELESS, visit
from tests.web.test_web_waiting import ana as ana

pytestmark = pytest.mark.browser


def form(visitor: Visitor) -> Locator:
    return visitor.dialog.locator("form.rating")


async def test_a_talk_is_rated_by_keys_with_words(ana: Visitor, bank: Bank) -> None:
    await expect(form(ana)).to_be_hidden()
    await ana.composer.focus()
    await bank.over(ana.web_id, "h_1", "Sam")
    group = ana.dialog.get_by_role("group", name="How was it with Sam?")
    await expect(group.get_by_role("radio")).to_have_count(5)
    assert await ana.focused() == "compose", "nobody is interrupted"
    send = ana.dialog.get_by_role("button", name="Send the rating")
    await expect(send).to_be_disabled()
    await group.get_by_role("radio", name="1 poor").focus()
    for _ in range(3):
        await ana.page.keyboard.press("ArrowRight")
    await expect(group.get_by_role("radio", name="4")).to_be_checked()
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.type("<b>quick</b> & kind")
    await ana.page.keyboard.press("Tab")
    await expect(send).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(ana.log.get_by_text("Thank you for the rating.")).to_be_visible()
    await expect(form(ana)).to_be_hidden()
    assert bank.rated == [(ana.web_id, "h_1", 4, "<b>quick</b> & kind")]
    assert await ana.focused() == "compose"
    await ana.page.reload()
    await ana.is_online()
    await expect(form(ana)).to_be_hidden()


async def test_not_now_is_remembered_and_the_next_talk_asks_again(ana: Visitor, bank: Bank) -> None:
    await bank.over(ana.web_id, "h_1", "Sam")
    await ana.dialog.get_by_role("button", name="Not now").click()
    await expect(form(ana)).to_be_hidden()
    await ana.page.reload()
    await ana.is_online()
    await expect(form(ana)).to_be_hidden()
    await bank.over(ana.web_id, "h_2", "Kim")
    await expect(ana.dialog.get_by_role("group", name="How was it with Kim?")).to_be_visible()
    assert bank.rated == []


async def test_what_was_not_kept_stays_to_be_sent_again(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await bank.over(ana.web_id)
    await form(ana).get_by_role("radio", name="5 very good").check()
    await form(ana).get_by_role("textbox").fill("thank you")
    inbox.down = True
    await ana.dialog.get_by_role("button", name="Send the rating").click()
    await expect(form(ana).get_by_text("That could not be kept.")).to_be_visible()
    inbox.down = False
    await ana.dialog.get_by_role("button", name="Send the rating").click()
    await expect(ana.log.get_by_text("Thank you for the rating.")).to_be_visible()
    assert [one[2:] for one in bank.rated] == [(5, "thank you")]


async def test_what_was_rated_in_another_way_meanwhile_is_said(ana: Visitor, bank: Bank) -> None:
    await bank.over(ana.web_id)
    await form(ana).get_by_role("radio", name="2", exact=True).check()
    bank.people = {}  # too late, and the tab was not told
    await ana.dialog.get_by_role("button", name="Send the rating").click()
    await expect(ana.log.get_by_text("This talk cannot be rated any more.")).to_be_visible()
    await expect(form(ana)).to_be_hidden()


async def test_the_chat_is_ended_after_a_question(ana: Visitor, inbox: FakeInbox) -> None:
    ends = ana.dialog.get_by_role("button", name="End the chat")
    for answer in ("No, go on", "Yes, end it"):
        assert len(inbox.messages) == 1
        await ana.dialog.get_by_role("button", name="More").click()
        await ends.click()
        await expect(ana.dialog.get_by_role("group", name="End this chat?")).to_be_focused()
        await ana.dialog.get_by_role("button", name=answer).click()
        await expect(ana.dialog.get_by_role("group", name="End this chat?")).to_be_hidden()
        assert await ana.focused() == "compose"
    assert (await inbox.next()).choice == "chat:1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_read_and_reach_it(browser: Browser, bank: Bank, width: int, scheme: str) -> None:
    visitor = await visit(browser, bank, viewport={"width": width, "height": 844}, color_scheme=scheme)
    await visitor.opens()
    await bank.over(await visitor.says("a person please"))
    await form(visitor).get_by_role("radio", name="4", exact=True).check()
    await expect(form(visitor).get_by_role("textbox")).to_be_visible()
    assert await faults_of(visitor.page) == []
    assert [text for text in await visitor.page.evaluate(CONTRAST) if text["ratio"] < text["need"]] == []
    assert await visitor.page.evaluate(SMALL_OR_NAMELESS) == []
    await visitor.dialog.get_by_role("button", name="More").click()
    await visitor.dialog.get_by_role("button", name="End the chat").click()
    await expect(visitor.dialog.get_by_role("group", name="End this chat?")).to_be_visible()
    await expect(form(visitor)).to_be_hidden()  # one question at a time
    assert await faults_of(visitor.page) == []
