"""An answer comes while the visitor looks at another page: the title counts, and a sound is made for those who want it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.model import Author, DeliveryStatus
from tests.axe import faults_of
from tests.web.customer import Visitor
from tests.web.fakes import Bank
from tests.web.test_web_accessible import CONTRAST, SMALL_OR_NAMELESS, visit

pytestmark = pytest.mark.browser

LOOKS = """(state) => {
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LISTENS = """
  window.heard = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) { window.heard += 1; return start.apply(this, at); };
"""
TONES = 2
TITLE = "Harbour Bank"


@pytest.fixture
async def ana(browser: Browser, bank: Bank) -> AsyncIterator[Visitor]:
    visitor = await visit(browser, bank)
    await visitor.page.add_init_script(LISTENS)
    await visitor.page.reload()
    await visitor.opens()
    await visitor.says("hello")
    await visitor.page.evaluate("document.title = 'Harbour Bank'")
    yield visitor
    assert visitor.faults == []


async def wants_sound(visitor: Visitor) -> None:
    await visitor.dialog.get_by_role("button", name="More").click()
    await visitor.dialog.get_by_role("switch", name="Sound for new messages").click()
    await visitor.page.keyboard.press("Escape")


async def has_read(visitor: Visitor, text: str) -> None:
    """It was on screen, and the server knows it."""
    await expect(visitor.bubble(text)).to_be_visible()
    while (await visitor.bank.inbox.reported.get()).status is not DeliveryStatus.READ:
        pass


async def heard(page: Page, tones: int) -> None:
    await page.wait_for_function("(tones) => window.heard === tones", arg=tones)


async def test_the_title_counts_what_comes_while_they_look_elsewhere(ana: Visitor, bank: Bank) -> None:
    await bank.says(ana.web_id, "seen at once")
    await has_read(ana, "seen at once")
    await expect(ana.page).to_have_title(TITLE)
    await ana.page.evaluate(LOOKS, "hidden")
    await bank.says(ana.web_id, "one")
    await expect(ana.page).to_have_title(f"(1) {TITLE}")
    await bank.says(ana.web_id, "two", author=Author.AGENT, agent="Sam")
    await expect(ana.page).to_have_title(f"(2) {TITLE}")
    await ana.page.evaluate(LOOKS, "visible")
    await expect(ana.page).to_have_title(TITLE)
    assert await ana.page.evaluate("window.heard") == 0, "off until it is wanted"


async def test_the_page_keeps_its_own_title(ana: Visitor, bank: Bank) -> None:
    """It may change it meanwhile, or have none."""
    await ana.page.evaluate(LOOKS, "hidden")
    await bank.says(ana.web_id, "one")
    await expect(ana.page).to_have_title(f"(1) {TITLE}")
    await ana.page.evaluate("document.title = '(3) offers'")
    await bank.says(ana.web_id, "two")
    await expect(ana.page).to_have_title("(2) (3) offers")
    await ana.page.evaluate("document.title = ''")
    await bank.says(ana.web_id, "three")
    await expect(ana.page).to_have_title("(3)")
    await bank.says(ana.web_id, "four")
    await expect(ana.page).to_have_title("(4)")
    await ana.page.evaluate(LOOKS, "visible")
    await expect(ana.page).to_have_title("")


async def test_with_the_chat_closed_it_counts_too(ana: Visitor, bank: Bank) -> None:
    await ana.page.keyboard.press("Escape")
    await ana.page.evaluate(LOOKS, "hidden")
    await bank.says(ana.web_id, "one")
    await expect(ana.page).to_have_title(f"(1) {TITLE}")
    await ana.page.evaluate(LOOKS, "visible")
    await expect(ana.page).to_have_title(TITLE)
    await expect(ana.widget.locator(".badge")).to_have_text("1")


async def test_the_sound_is_wanted_once_and_remembered(ana: Visitor, bank: Bank) -> None:
    await wants_sound(ana)
    await heard(ana.page, TONES)  # so that they know it
    await bank.says(ana.web_id, "seen at once")
    await has_read(ana, "seen at once")
    await ana.page.reload()
    await ana.is_online()
    await expect(ana.bubble("seen at once")).to_be_visible()
    assert await ana.page.evaluate("window.heard") == 0, "a history makes no sound, nor what is on screen"
    await ana.page.evaluate(LOOKS, "hidden")
    await ana.page.evaluate("const at = Date.now(); Date.now = () => at")
    for text in ("one", "two", "three"):
        await bank.says(ana.web_id, text)
    await expect(ana.bubble("three")).to_be_attached()
    await heard(ana.page, TONES)  # a burst sounds once
    switch = ana.dialog.get_by_role("switch", name="Sound for new messages")
    await ana.page.evaluate(LOOKS, "visible")
    await ana.dialog.get_by_role("button", name="More").click()
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(switch).not_to_be_checked()
    await ana.page.reload()
    await ana.dialog.get_by_role("button", name="More").click()
    await expect(switch).not_to_be_checked()


async def test_a_browser_without_sound_shows_its_answers_all_the_same(ana: Visitor, bank: Bank) -> None:
    await ana.page.evaluate("delete window.AudioContext")
    await wants_sound(ana)
    await ana.page.evaluate(LOOKS, "hidden")
    await bank.says(ana.web_id, "one")
    await expect(ana.bubble("one")).to_be_attached()


@pytest.mark.parametrize("phone", [False, True])
async def test_the_menu_goes_by_keys_and_escape_closes_one_thing_at_a_time(browser: Browser, bank: Bank, phone: bool) -> None:
    visitor = await visit(browser, bank, viewport={"width": 390 if phone else 1280, "height": 844})
    await visitor.opens()
    more = visitor.dialog.get_by_role("button", name="More")
    switch = visitor.dialog.get_by_role("switch")
    await more.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(more).to_have_attribute("aria-expanded", "true")
    await visitor.page.keyboard.press("Tab")
    await expect(switch).to_be_focused()
    await visitor.page.keyboard.press("Space")
    await expect(switch).to_be_checked()
    await visitor.page.keyboard.press("Escape")
    await expect(switch).to_be_hidden()
    await expect(visitor.dialog).to_be_visible()
    await expect(more).to_be_focused()
    await more.click()
    await visitor.composer.click()
    await expect(switch).to_be_hidden()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.dialog).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_read_and_reach_the_menu(browser: Browser, bank: Bank, width: int, scheme: str) -> None:
    visitor = await visit(browser, bank, viewport={"width": width, "height": 844}, color_scheme=scheme)
    await visitor.opens()
    await visitor.dialog.get_by_role("button", name="More").click()
    await visitor.dialog.get_by_role("switch").click()
    assert await faults_of(visitor.page) == []
    assert [text for text in await visitor.page.evaluate(CONTRAST) if text["ratio"] < text["need"]] == []
    assert await visitor.page.evaluate(SMALL_OR_NAMELESS) == []
