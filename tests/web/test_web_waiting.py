"""The strip of who waits for a person, in a real browser: the place, the wait, and the way back to the assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.axe import faults_of
from tests.web.customer import Visitor
from tests.web.fakes import Bank, FakeInbox
from tests.web.test_web_accessible import CONTRAST, SMALL_OR_NAMELESS, visit
from tests.web.test_web_languages import SPANISH

pytestmark = pytest.mark.browser


@pytest.fixture
async def ana(browser: Browser, bank: Bank) -> AsyncIterator[Visitor]:
    visitor = await visit(browser, bank)
    await visitor.opens()
    await visitor.says("a person please")
    yield visitor
    assert visitor.faults == []


def strip(visitor: Visitor) -> Locator:
    return visitor.dialog.locator(".strip")


async def test_the_place_is_shown_and_moves_and_goes_when_somebody_comes(ana: Visitor, bank: Bank) -> None:
    await expect(strip(ana)).to_be_hidden()
    await bank.waits(ana.web_id, 2, (3, 3))
    await expect(strip(ana).get_by_role("status")).to_have_text("Waiting for a person: number 2, about 3 minutes.")
    await expect(ana.dialog.locator("header")).to_contain_text("Waiting for a person")
    await bank.waits(ana.web_id, 1, (0, 1))
    await expect(strip(ana)).to_contain_text("number 1, a minute or less.")
    await ana.page.reload()
    await expect(strip(ana)).to_contain_text("number 1, a minute or less.")
    await bank.has_it(ana.web_id, "Sam")
    await expect(strip(ana)).to_be_hidden()
    await expect(ana.dialog.locator("header")).to_contain_text("You are talking with Sam")


@pytest.mark.parametrize(
    ("place", "minutes", "words"),
    [
        (4, (2, 9), "Waiting for a person: number 4, 2 to 9 minutes."),
        (4, None, "Waiting for a person: number 4."),
        (None, None, "Waiting for a person. What you write is kept for them."),
    ],
)
async def test_no_more_is_said_than_is_known(
    ana: Visitor, bank: Bank, place: int | None, minutes: tuple[int, int] | None, words: str
) -> None:
    await bank.waits(ana.web_id, place, minutes)
    await expect(strip(ana).get_by_role("status")).to_have_text(words)


async def test_the_button_goes_back_to_the_assistant_once(ana: Visitor, bank: Bank, inbox: FakeInbox) -> None:
    await bank.waits(ana.web_id, 2)
    button = strip(ana).get_by_role("button", name="Go on with the assistant")
    await button.focus()
    await ana.page.keyboard.press("Enter")
    message = await inbox.next()
    assert (message.text, message.choice) == ("Go on with the assistant", "line:1")
    await expect(button).to_be_disabled()
    assert await ana.focused() == "compose"
    await bank.has_it(ana.web_id, None)
    await expect(strip(ana)).to_be_hidden()
    assert len(inbox.messages) == 2
    await bank.waits(ana.web_id, 1)
    await expect(button).to_be_enabled()


async def test_it_is_in_the_visitors_language(browser: Browser, bank: Bank) -> None:
    bank.spoken = {"es": SPANISH}
    await bank.restart()
    page = await (await browser.new_context(locale="es-MX")).new_page()
    await page.goto(bank.url + "/#chat")
    box = page.get_by_role("textbox", name="Escriba un mensaje")
    await box.fill("una persona")
    await box.press("Enter")
    await bank.waits((await bank.inbox.next()).sender.value, 2, (3, 3))
    words = "Esperando a una persona: número 2, unos 3 minutos."
    await expect(page.locator("onethread-chat .strip").get_by_role("status")).to_have_text(words)
    await expect(page.get_by_role("button", name="Seguir con el asistente")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_read_and_reach_it(browser: Browser, bank: Bank, width: int, scheme: str) -> None:
    visitor = await visit(browser, bank, viewport={"width": width, "height": 844}, color_scheme=scheme)
    await visitor.opens()
    await bank.waits(await visitor.says("a person please"), 12, (15, 25))
    await expect(strip(visitor)).to_contain_text("number 12, 15 to 25 minutes.")
    assert await faults_of(visitor.page) == []
    assert [text for text in await visitor.page.evaluate(CONTRAST) if text["ratio"] < text["need"]] == []
    assert await visitor.page.evaluate(SMALL_OR_NAMELESS) == []
