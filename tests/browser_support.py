"""A real browser for tests: the system's Chromium, driven by Playwright.

``async with open_browser() as browser: page = await (await browser.new_context()).new_page()``.
Each part's conftest makes its own ``browser`` fixture from it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def chromium_path() -> str | None:
    """The system's Chromium (or CHROMIUM_PATH); None lets Playwright use the one that it installed itself."""
    return os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A browser for one test, closed with everything in it afterwards. Takes about a second."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()
