"""The chat in the visitor's language, of those that the business speaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.languages.tables import PAGES, table
from connectors.web.pages import widget
from tests.web.fakes import Bank

ROOT = Path(__file__).resolve().parents[2]
STRINGS = (ROOT / "connectors/web/static/widget/strings.js").read_text(encoding="utf-8")
SPANISH = table("es", PAGES, "chat", ROOT / "domain")


def test_each_spanish_sentence_stands_for_one_of_the_widgets_with_the_same_places() -> None:
    english = dict(re.findall(r'^  (\w+): "([^"]*)",$', STRINGS, re.MULTILINE))
    assert english.keys() - SPANISH.keys() == {"title"} and SPANISH.keys() <= english.keys()
    places = {name: set(re.findall(r"{\w+}", text)) for name, text in english.items()}
    assert all(set(re.findall(r"{\w+}", SPANISH[name])) == places[name] for name in SPANISH)


def test_a_business_of_one_language_sends_no_other() -> None:
    assert "const SPOKEN = {};" in widget("") and "Escr" not in widget("")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("browsers", "declared", "launcher", "lang"),
    [
        ("es-MX", True, "Escríbanos", "es-MX"),
        ("en-US", True, "Chat with us", None),
        ("fr-FR", True, "Chat with us", None),
        ("es-MX", False, "Chat with us", None),
    ],
)
async def test_the_browser_says_which_language_is_read(
    bank: Bank, browser: Browser, browsers: str, declared: bool, launcher: str, lang: str | None
) -> None:
    bank.spoken = {"es": SPANISH} if declared else {}
    await bank.restart()
    page = await (await browser.new_context(locale=browsers)).new_page()
    await page.goto(bank.url)
    await page.locator("onethread-chat").get_by_role("button", name=launcher).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_placeholder("Escriba un mensaje" if lang else "Write a message")).to_be_visible()
    await expect(dialog.get_by_role("button", name="¿Dónde está mi tarjeta?")).to_have_count(1 if lang else 0)
    assert await page.locator("onethread-chat").get_attribute("lang") == lang


@pytest.mark.browser
@pytest.mark.parametrize(("attributes", "launcher"), [('lang="es"', "Escríbanos"), ("", "Chat with us")])
async def test_a_page_in_that_language_has_the_chat_in_it_whatever_the_browser_is(
    bank: Bank, browser: Browser, attributes: str, launcher: str
) -> None:
    bank.spoken = {"es": SPANISH}
    await bank.restart()
    page = await (await browser.new_context(locale="en-US")).new_page()
    body = f'<html {attributes}><body><script src="{bank.url}/widget.js"></script></body></html>'
    await page.route("**/shop", lambda route: route.fulfill(body=body, content_type="text/html"))
    await page.goto(f"{bank.url}/shop")
    await expect(page.locator("onethread-chat").get_by_role("button", name=launcher)).to_be_visible()
