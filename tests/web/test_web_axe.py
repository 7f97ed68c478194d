"""The sample page, and the chat open with every kind of line, in each width, light and dark: axe-core finds nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.axe import faults_of
from tests.web.fakes import Bank
from tests.web.test_web_accessible import full_thread, visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
async def test_axe_finds_nothing(browser: Browser, bank: Bank, width: int, scheme: str) -> None:
    visitor = await visit(browser, bank, viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = await faults_of(visitor.page)
    await full_thread(visitor, bank)
    found += await faults_of(visitor.page)
    assert not found, "\n".join(sorted(set(found)))
