"""The help pages in a real Chromium: nothing keeps anybody out, and a topic is carried along into the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from redis.asyncio import Redis

from bot.languages.declared import Languages
from bot.model import now
from help_pages.routes import HelpPages, Site
from knowledge.library import Library
from knowledge.reading import read_all
from tests.axe import faults_of
from tests.knowledge.conftest import ROOT
from tests.web.conftest import bank, browser, clock, inbox, redis_client
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeClock, FakeInbox

__all__ = ["bank", "browser", "clock", "inbox", "redis_client"]
pytestmark = pytest.mark.browser
PATHS = (
    "/help",
    "/help?q=fees+abroad",
    "/help?q=zzgrf",
    "/help/no-such-page",
    "/help/es",
    "/help/es?q=zzgrf",
    "/help/es/overdraft",
)


@pytest.fixture
async def site(redis_client: Redis, inbox: FakeInbox, clock: FakeClock) -> AsyncIterator[Bank]:
    """The bank's page and chat with the sample's articles, found by their words alone."""
    made = Bank(redis_client, inbox, clock)
    await made.start()
    numbers = {"voice_number": "+12125550199", "sms_number": "+12125550188"}
    library = Library(read_all(ROOT / "articles"))
    languages = Languages.from_domain(ROOT / "domain")
    whose = Site(name="Harbour Bank", public_url=made.url, languages=languages, **numbers)
    made.beside = HelpPages(library, whose, ROOT / "articles", now).routes()
    await made.restart()
    yield made
    await made.stop()


async def faults(page: Page, url: str) -> list[str]:
    await page.goto(url)
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{url}: {fault}" for fault in [*await faults_of(page), *(["wider than the window"] if wide else [])]]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
async def test_axe_finds_nothing(site: Bank, browser: Browser, width: int, scheme: str) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = await context.new_page()
    assert [fault for path in PATHS for fault in await faults(page, site.url + path)] == []
    await page.goto(f"{site.url}/help")
    leads = await page.locator("main a[href^='/help/']").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert len(leads) > 20
    looked_at = leads if (width, scheme) == (390, "light") else leads[:2]
    assert [fault for path in looked_at for fault in await faults(page, site.url + path)] == []


async def test_by_keyboard_from_a_search_to_the_words_in_the_chat(site: Bank, browser: Browser) -> None:
    page = await browser.new_page()
    ana = Visitor(page, site)
    await page.goto(f"{site.url}/help")
    await page.get_by_role("searchbox").focus()
    await page.keyboard.type("fees abroad")
    await page.keyboard.press("Enter")
    found = page.locator("ol.found a").first
    await expect(found).to_be_visible()
    title = await found.inner_text()
    await found.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await page.get_by_role("link", name="chat").first.focus()
    await page.keyboard.press("Enter")
    await expect(ana.dialog).to_be_visible()
    await expect(ana.composer).to_have_value(title)
    await ana.is_online()
    await ana.composer.press("Enter")
    assert (await site.inbox.next()).text == title and ana.faults == []


async def test_from_an_english_page_to_the_spanish_one_and_a_search_there(site: Bank, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{site.url}/help/overdraft")
    await page.get_by_role("link", name="Español").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Cuando su cuenta está sobregirada")
    assert await page.locator("html").get_attribute("lang") == "es"
    await page.get_by_role("searchbox", name="¿En qué le podemos ayudar?").fill("estado de cuenta")
    await page.keyboard.press("Enter")
    await expect(page.locator("ol.found a").first).to_have_text("Estados de cuenta")
    assert page.url.startswith(f"{site.url}/help/es?q=")


async def test_what_a_link_brings_is_only_words_in_the_box(site: Bank, browser: Browser) -> None:
    page = await browser.new_page()
    ana = Visitor(page, site)
    await page.goto(f"{site.url}/?ask=%3Cimg%20src%3Dx%20onerror%3D%22window.bad%3D1%22%3E{'a' * 400}#chat")
    await expect(ana.dialog).to_be_visible()
    words = await ana.composer.input_value()
    assert words.startswith("<img src=x") and len(words) == 300
    await ana.is_online()
    assert await page.evaluate("window.bad") is None and site.inbox.messages == []
    assert await ana.log.get_by_text("<img").count() == 0
