"""A passkey in a real browser with a virtual device: made in the settings, shown at the sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect
from redis.asyncio import Redis

from desk.agents import AgentDirectory
from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.desk.conftest import PASSWORD, House, opened_house
from tests.desk.fake_people import FakeClock

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
    async with opened_house(redis, agents, clock, url="http://localhost") as opened:
        opened.base = opened.base.replace("127.0.0.1", "localhost")
        assert opened.desk._doors.passkeys is not None
        opened.desk._doors.passkeys.keys._origin = opened.base  # its port is known only now
        yield opened


async def test_a_passkey_is_made_and_opens_the_desk(house: House) -> None:
    await house.agent()
    async with open_browser() as chromium:
        context = await chromium.new_context(base_url=house.base)
        page = await context.new_page()
        device = await context.new_cdp_session(page)
        await device.send("WebAuthn.enable")
        await device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        await page.goto("/desk/sign-in")
        await page.get_by_label("Username").fill("ana")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.goto("/desk/passkeys")
        await page.get_by_label("What to call it").fill("This computer")
        await page.get_by_label("Your password").fill("not it")
        await page.get_by_role("button", name="Make a passkey").click()
        await expect(page.get_by_role("alert").last).to_have_text("The password is not right.")
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Make a passkey").click()
        await expect(page.get_by_text("This computer")).to_be_visible()
        assert await faults_of(page) == []
        await page.goto("/desk")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
        await context.close()
