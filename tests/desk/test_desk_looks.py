"""The desk in each width, light, dark and in forced colours: axe-core finds nothing, nothing runs out of the window.

``DESK_PICTURES=folder`` keeps what was seen, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from bot.model import Address, Author, ChannelName, Contact, ContactAddress, Proof, SlotFact, TranscriptLine
from desk.agents import AgentDirectory
from desk.queue.promises import Promises
from desk.words.facts import FactWords
from tests.axe import faults_of
from tests.browser_support import open_browser
from tests.desk.access.whole_desk import Kept
from tests.desk.conftest import PASSWORD, House, opened_house
from tests.desk.fake_people import START, FakeClock
from tests.desk.test_desk_browser import enter

pytestmark = pytest.mark.browser
KNOWN = FactWords.from_domain(Path(__file__).parents[2] / "domain")
PROMISED = Promises({"general": timedelta(minutes=5)})
ADMINS = [
    ("accounts", "/desk/admin"),
    ("account", "/desk/admin/accounts/bo"),
    ("tokens", "/desk/admin/tokens"),
    ("supervisor", "/desk/supervisor"),
    ("transcripts", "/desk/transcripts"),
    ("transcript", "/desk/transcripts/c_1"),
    ("canned-replies", "/desk/canned-replies"),
    ("shared-canned-replies", "/desk/supervisor/canned-replies"),
    ("passkeys", "/desk/passkeys"),
    ("second-factor", "/desk/second-factor"),
]
LOOKS = [(width, scheme) for width in (390, 1280, 1920) for scheme in ("light", "dark", "forced")]
FITS = "document.documentElement.scrollWidth <= innerWidth"


def customer(number: int, name: str = "", proof: Proof = Proof.CLAIMED) -> tuple[Contact, tuple[SlotFact, ...]]:
    address = ContactAddress(Address.parse(f"tel:+1202555{number:04}"), proof, START)
    slots = (
        SlotFact("card_last4", "4417", ChannelName.WEB, START),
        SlotFact("postcode", "10025", ChannelName.SMS, START),
    )
    named = (SlotFact("full_name", name, ChannelName.WEB, START),) if name else ()
    return Contact(f"ct_{number}", f"c_{number}", (address,), START, last_address=address.address), (*named, *slots)


async def at_work(house: House) -> str:
    """A morning: four who wait, two of Ana's, one of a colleague's, one closed; the conversation to look at."""
    people = house.people
    await house.agent("bo", "Bo Lindqvist")
    await house.signed_in("bo")

    def opens(number: int, name: str, topic: str, channel: ChannelName, proof: Proof, words: str) -> str:
        contact, slots = customer(number, name, proof)
        line = TranscriptLine(house.clock(), Author.CUSTOMER, channel, words)
        handoff = people.open(topic, channel, (line,), slots=slots, proof=proof, contact=contact, sends_to=channel)
        return handoff.id

    closed = opens(99, "Edda Brandt", "Change of address", ChannelName.WEB, Proof.PROVEN, "I have moved")
    mine = opens(101, "Ana Lopez", "Card activation failed", ChannelName.WEB, Proof.POSSESSED, "My card does not work")
    other = opens(106, "", "Wants to dispute a payment", ChannelName.SMS, Proof.CLAIMED, "I did not buy that")
    theirs = opens(107, "Farid Haddad", "Lost card", ChannelName.MESSENGER, Proof.POSSESSED, "it was in my bag")
    opens(110, "Gus Weller", "Branch hours", ChannelName.WEB, Proof.CLAIMED, "are you open on Saturday, and may I bring the dog?")
    house.clock.forward(minutes=4)
    opens(111, "", "Caller asks for a person", ChannelName.VOICE, Proof.CLAIMED, "a person, please")
    house.clock.forward(minutes=3)
    opens(112, "Mireille Okonkwo-Vandenberghe", "Opening an account for two", ChannelName.SMS, Proof.PROVEN, "Hello")
    for handoff, agent in ((closed, "ana"), (mine, "ana"), (other, "ana"), (theirs, "bo")):
        await people.accept(handoff, agent, None)
    await people.close(closed, "ana", "Done")
    await people.reply(mine, "ana", "Good morning, Ana. I look into it.", "1")
    await house.sessions.marks.read("ana", other, house.clock())
    house.clock.forward(seconds=40)
    people.say(mine, "Thank you! It says that the last four digits are wrong.")
    people.say(other, "hello? are you there")
    view = people.views[mine]
    people.views[mine] = replace(view, handoff=replace(view.handoff, reason="Card activation failed"))
    return mine


@pytest.fixture
async def bank(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
    """A desk that knows the bank's slots."""
    async with opened_house(
        redis, agents, clock, known=KNOWN, promised=PROMISED, records=Kept(), url="http://localhost"
    ) as house:
        yield house


async def seen(page: Page, name: str) -> None:
    if folder := os.environ.get("DESK_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled", caret="hide")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_axe_finds_nothing_and_everything_fits(bank: House, width: int, scheme: str) -> None:
    async with open_browser() as chromium:
        context = await chromium.new_context(base_url=bank.base, viewport={"width": width, "height": 844}, locale="en-GB")
        page = await context.new_page()
        await page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light", forced_colors="active" if scheme == "forced" else "none"
        )
        faults: dict[str, list[str]] = {}

        async def look(name: str) -> None:
            faults[name] = await faults_of(page)
            assert await page.evaluate(FITS), name
            await seen(page, f"{name}-{width}-{scheme}")

        await look_at_all(page, bank, width, look)
        await context.close()
    assert {name: found for name, found in faults.items() if found} == {}


async def look_at_all(page: Page, bank: House, width: int, look: object) -> None:
    assert callable(look)
    await page.goto("/desk")
    await look("sign-in")
    await enter(page, bank)
    await look("empty")
    mine = await at_work(bank)
    await page.goto("/desk")
    await expect(page.locator("a.entry")).to_have_count(6)
    await look("lists")
    await page.goto("/desk?list=closed")
    await look("closed")
    await page.goto(f"/desk/handoffs/{mine}")
    await expect(page.get_by_label("Your reply")).to_be_visible()
    await look("conversation")
    if width == 390:
        await page.get_by_role("button", name="Facts").click()
        await look("facts")
    await page.goto("/desk/settings")
    await look("settings")
    await bank.agents.set_role("ana", "admin")
    for name, path in ADMINS:
        await page.goto(path)
        await look(name)
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Set it up").click()
    await expect(page.get_by_label("Code")).to_be_visible()
    await look("second-factor-begun")
