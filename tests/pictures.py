"""The screenshots of docs/identity.md and docs/knowledge.md, taken of a whole installation: ``python -m tests.pictures``.

Starts everything in a folder of its own, plays the scenes as customers and an agent do, and writes PNGs (docs/pictures).
Takes about a minute and needs the Chromium that the browser tests use. Each picture stays below ``LARGEST`` bytes.
``python -m tests.pictures FOLDER`` puts them there, with the whole desk in two widths and both themes, to look at.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Locator, Page, expect

from simulator.scripting.testing import Handset, Simulator
from tests.browser_support import open_browser
from tests.conftest import free_port
from tests.story.people import DeskAgent, WebCustomer
from tests.story.stack import ROOT, Stack, running

FOLDER = ROOT / "docs" / "pictures"
LARGEST = 150_000
FARID, DORA = "+12125550106", "+16175550104"
SIX_DIGITS, LINK = re.compile(r"\b\d{6}\b"), re.compile(r"http\S+/#t=[A-Za-z0-9_-]{32}")
Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Studio:
    """The installation, a browser, the simulator's phone, and where the pictures go."""

    stack: Stack
    browser: Browser
    sim: Simulator
    folder: Path
    everything: bool = False
    """Also what no page shows: the desk in both widths and themes."""

    async def customer(self, scheme: Scheme = "light") -> WebCustomer:
        """Somebody with the chat open on a phone's screen."""
        context = await self.browser.new_context(viewport={"width": 390, "height": 700}, color_scheme=scheme)
        page = await context.new_page()
        await page.goto(f"{self.stack.public}/#chat")
        return WebCustomer(page)

    async def take(self, what: Page | Locator, name: str) -> None:
        """One picture. Raises ValueError when it is too large for the repository."""
        path = self.folder / f"{name}.png"
        await what.screenshot(path=path, animations="disabled", caret="hide", scale="css")
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path} has {path.stat().st_size} bytes")


async def code_for(handset: Handset) -> str:
    found = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert found
    return found.group()


async def step_up(studio: Studio) -> None:
    """A balance is asked for, a code goes to the phone and comes back, and the answer follows without asking again."""
    await studio.sim.become(DORA)
    dora = await studio.customer()
    await dora.writes("what is my balance")
    await dora.reads("Which mobile number")
    await dora.writes(DORA)
    await dora.writes(await code_for(studio.sim.handset()))
    await dora.reads("$941.33")
    await studio.take(dora.page, "step-up-in-chat")


async def texted_link(studio: Studio) -> None:
    """A texted link asks whose phone it is."""
    await studio.sim.become(DORA)
    await studio.sim.handset().texts("continue on the web")
    found = LINK.search(await studio.sim.handset().receives(LINK))
    assert found
    context = await studio.browser.new_context(viewport={"width": 390, "height": 700}, color_scheme="light")
    page = await context.new_page()
    await page.goto(found.group())
    await expect(page.get_by_role("button", name="Yes, go on there")).to_be_visible()
    await studio.take(page, "link-whose-phone")


async def joined_and_apart(studio: Studio) -> None:
    """Two threads become one by a code, and an agent takes them apart again."""
    await studio.sim.become(FARID)
    handset, web = studio.sim.handset(), await studio.customer()
    await handset.texts("activate my card")
    await handset.receives("first and last name")
    await handset.texts("farid haddad")
    await handset.receives("last four")
    await web.writes("verify my number")
    await web.reads("Which mobile number")
    await web.writes(FARID)
    await web.writes(await code_for(handset))
    await web.reads("are one from now on")
    await studio.take(web.page, "joined-in-chat")
    await handset.texts("I want to talk to a person")
    await handset.receives("queue")
    await web.reads("UNLINK")
    sam = await DeskAgent.signs_in(studio.browser, studio.stack)
    await sam.opens(re.compile("."))
    await sam.accepts()
    facts = sam.page.locator(".facts").first
    await facts.get_by_text("Take apart…").click()
    await desk_pictures(studio, sam.page, "desk-joined")
    await facts.get_by_role("button", name="Take apart", exact=True).click()
    await expect(facts.get_by_text("Taken apart again")).to_be_visible()
    await web.reads("A colleague took this conversation")
    await desk_pictures(studio, sam.page, "desk-apart")
    await studio.take(web.page, "apart-in-chat")


async def help_pages(studio: Studio) -> None:
    """What a search finds, and an article on a phone at night."""
    page = await (await studio.browser.new_context(viewport={"width": 1000, "height": 620})).new_page()
    await page.goto(f"{studio.stack.public}/help?q=fees+abroad")
    await studio.take(page, "help-search")
    page = await (await studio.browser.new_context(viewport={"width": 390, "height": 700}, color_scheme="dark")).new_page()
    await page.goto(f"{studio.stack.public}/help")
    await page.get_by_role("link", name=re.compile("abroad")).first.click()
    await studio.take(page, "help-article")


async def desk_pictures(studio: Studio, page: Page, name: str) -> None:
    """The customer's facts alone for the page; and to look at, the whole desk."""
    await studio.take(page.locator(".facts section", has_text="Customer").first, name)
    if not studio.everything:
        return
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 800})
        if width == 390:
            await page.locator("button[data-show=facts]").click()
        await studio.take(page, f"{name}-{width}-{scheme}")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})


async def main(folder: Path | None) -> None:
    """Take all pictures; with a folder, those to look at as well."""
    everything, folder = folder is not None, folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running(Path(home), free_port(), free_port()) as stack:
        async with open_browser() as browser, Simulator.at(f"{stack.internal}/simulator") as sim:
            studio = Studio(stack, browser, sim, folder, everything)
            for scene in (step_up, texted_link, joined_and_apart, help_pages):
                await scene(studio)
                print(scene.__name__)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
