"""What the carriers say of a caller id (STIR/SHAKEN): sent when asked for, by the API and by the page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from simulator.page.phone import VERSTATS
from tests.browser_support import open_browser
from tests.simulator.conftest import Stage


@pytest.mark.parametrize("verstat", VERSTATS)
async def test_it_comes_with_the_call(stage: Stage, verstat: str) -> None:
    stage.voice('<Gather action="/2" numDigits="1"><Say>Hello.</Say></Gather>', "<Say>Bye.</Say>")
    phone = await stage.sim.call(verstat=verstat)
    await phone.hears("Hello.")
    await phone.presses("1")
    await phone.ends()
    assert {form["StirVerstat"] for path in ("/twilio/voice", "/2") for form in stage.gateway.fields(path)} == {verstat}


async def test_nothing_is_said_unless_asked_and_nothing_made_up(stage: Stage) -> None:
    stage.voice("<Say>Hello.</Say>")
    await (await stage.sim.call()).hears("Hello.")
    assert "StirVerstat" not in stage.gateway.fields("/twilio/voice")[0]
    with pytest.raises(AssertionError, match="verstat: one of"):
        await stage.sim.call(verstat="TN-Validation-Passed-Z")


@pytest.mark.browser
async def test_the_page_offers_it(stage: Stage) -> None:
    stage.voice("<Say>Hello.</Say>")
    async with open_browser() as browser:
        page = await browser.new_page()
        await page.goto(str(stage.server.make_url("/simulator/")))
        await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
        await page.get_by_label("Carriers say").select_option("failed C")
        await page.get_by_role("button", name="Call").click()
        await expect(page.get_by_text("Hello.").first).to_be_visible()
    assert stage.gateway.fields("/twilio/voice")[0]["StirVerstat"] == "TN-Validation-Failed-C"
