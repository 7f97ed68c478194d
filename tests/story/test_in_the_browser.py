"""Who somebody is, in a real browser on the whole stack: signed-in pages, one-time links, and what attackers prepare."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import redis
from playwright.async_api import Browser, BrowserContext, Page, expect

from simulator.scripting.testing import Simulator
from tests.conftest import free_port
from tests.story.people import WebCustomer
from tests.story.signed_site import SECRET, SignedSite, signed_site
from tests.story.stack import Stack, running

pytestmark = [pytest.mark.stack, pytest.mark.browser]

BEN, DORA, EVE, ELODIE = "+12125550102", "+16175550104", "+12125550166", "+12125550105"
BENS, DORAS = "$86.15", "$941.33"
LINK = re.compile(r"http\S+/#t=([A-Za-z0-9_-]{32})")
OVER, WHOSE = "does not open anything any more", "sent to the phone number ending in"


@dataclass(frozen=True)
class Signed:
    """The installation, and the port where a signed-in site may embed its chat."""

    stack: Stack
    port: int


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    port = free_port()
    more = {"WEB_IDENTITY_SECRET": SECRET, "CHAT_ORIGINS": f"http://127.0.0.1:{port}"}
    with running(tmp_path_factory.mktemp("signed"), free_port(), free_port(), **more) as started:
        yield Signed(started, port)


@pytest.fixture
def stack(signed: Signed) -> Stack:
    return signed.stack


@pytest.fixture
async def site(signed: Signed) -> AsyncIterator[SignedSite]:
    async with signed_site(signed.stack.public, signed.port) as served:
        yield served


@pytest.fixture
async def sim(stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{stack.internal}/simulator") as connected:
        yield connected


async def thread(stack: Stack, address: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http:
        return await stack.conversation(http, address)


def said_in(shown: dict[str, Any]) -> str:
    return json.dumps(shown["transcript"])


def proofs(shown: dict[str, Any]) -> dict[str, str]:
    """By kind of address."""
    return {known["address"].partition(":")[0]: known["proof"] for known in shown["contact"]["addresses"]}


async def chat_on(page: Page) -> WebCustomer:
    """The chat of the page, opened."""
    dialog = page.get_by_role("dialog")
    if not await dialog.is_visible():
        await page.locator("onethread-chat button.launcher").click()
    await expect(page.locator("onethread-chat")).to_have_attribute("data-connection", "online")
    return WebCustomer(page)


async def link_for(sim: Simulator, number: str) -> str:
    """A customer asks for a link by text; the address in it."""
    await sim.become(number)
    await sim.handset().texts("continue on the web")
    found = LINK.search(await sim.handset().receives(LINK))
    assert found
    return found.group()


async def follows(context: BrowserContext, link: str) -> Page:
    page = await context.new_page()
    await page.goto(link)
    await expect(page.locator("onethread-chat")).to_have_attribute("data-connection", "online")
    return page


async def says_yes(page: Page) -> None:
    await page.get_by_role("button", name="Yes, go on there").click()
    await expect(page.get_by_role("log").get_by_text("You are in the conversation on your phone now")).to_be_visible()


# -- signed-in pages -------------------------------------------------------------------------------------------------


async def test_a_signed_in_page_needs_no_code(signed: Signed, site: SignedSite, browser: Browser) -> None:
    site.identity = site.word(DORA)
    page = await (await browser.new_context()).new_page()
    await page.goto(site.url)
    dora = await chat_on(page)
    await dora.writes("what is my balance")
    await dora.reads(DORAS)
    assert proofs(await thread(signed.stack, f"tel:{DORA}"))["web"] == "possessed"


async def test_who_signs_in_later_goes_on_where_they_were(signed: Signed, site: SignedSite, browser: Browser) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(site.url)
    ben = await chat_on(page)
    await ben.writes("what is my balance")
    await ben.reads("Which mobile number")
    await page.locator("onethread-chat").evaluate("(chat, word) => chat.vouch(word)", site.word(BEN))
    await ben.writes("what is my balance")
    await ben.reads(BENS)
    await page.locator("onethread-chat").evaluate("(chat, word) => chat.vouch(word)", site.word(BEN, level="proven"))
    await ben.writes("please raise my limit")
    await ben.reads("until midnight")  # the site asked for the second factor, nobody asks again


async def test_a_word_that_is_worth_nothing_is_said_in_a_sentence(signed: Signed, site: SignedSite, browser: Browser) -> None:
    used = site.word(BEN)
    first = await (await browser.new_context()).new_page()
    site.identity = used
    await first.goto(site.url)
    await chat_on(first)
    await first.reload()  # the page is the same and so is its word: nothing to complain of
    await (await chat_on(first)).writes("what is my balance")
    await WebCustomer(first).reads(BENS)
    await expect(first.get_by_role("log").get_by_text("could not confirm")).to_have_count(0)
    for worthless in (used, site.word(BEN, age=600), site.word(BEN, key="z" * 60), "no.word.atall"):
        site.identity = worthless
        page = await (await browser.new_context()).new_page()
        await page.goto(site.url)
        stranger = await chat_on(page)
        await stranger.reads("could not confirm that you are signed in")
        await stranger.writes("what is my balance")
        await stranger.reads("Which mobile number")  # an ordinary chat that knows nobody
        await page.close()


async def test_a_pin_that_is_written_in_the_chat_is_nowhere(signed: Signed, site: SignedSite, browser: Browser) -> None:
    site.identity = site.word(ELODIE)
    page = await (await browser.new_context()).new_page()
    await page.goto(site.url)
    elodie = await chat_on(page)
    await elodie.writes("please raise my limit")
    await elodie.reads(re.compile("PIN"))
    await elodie.writes("9037")
    await elodie.reads("Please don't write your PIN here")
    await elodie.reads("****")
    shown = await thread(signed.stack, f"tel:{ELODIE}")
    texts = [line["text"] for line in shown["transcript"]] + [str(slot["value"]) for slot in shown["slots"]]
    assert "****" in texts and not [text for text in texts if "9037" in text]
    site.identity = None
    await page.reload()
    await (await chat_on(page)).reads("****")
    assert "9037" not in await page.locator("onethread-chat").evaluate("(chat) => chat.shadowRoot.textContent")
    assert "9037" not in await page.evaluate("JSON.stringify({...localStorage})")
    with valkey(signed.stack) as client:
        logs = [line for key in client.scan_iter("ot:{w:*}:log") for _, line in client.xrange(key)]
    assert logs and not [line for line in logs if b"9037" in line[b"line"]]


# -- one-time links --------------------------------------------------------------------------------------------------


async def test_a_link_opens_the_thread_once_and_leaves_no_trace(
    signed: Signed, site: SignedSite, browser: Browser, sim: Simulator
) -> None:
    link = await link_for(sim, DORA)
    token = link.rpartition("=")[2]
    context = await browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.extend([request.url, *request.headers.values()]))
    page = await follows(context, link)
    await expect(page.get_by_text(f"{WHOSE} {DORA[-2:]}")).to_be_visible()
    assert token not in page.url
    await says_yes(page)
    dora = WebCustomer(page)
    await dora.writes("what is my balance")
    await dora.reads(DORAS)
    assert proofs(await thread(signed.stack, f"tel:{DORA}"))["web"] == "possessed"
    # no trace: not in storage, not in what was asked of any server, not behind the back button, not in a referrer
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])")
    assert token not in kept and not [told for told in asked if token in told]
    await page.evaluate("(url) => { location.href = url }", f"{site.url}/away")
    await page.wait_for_url(f"{site.url}/away")
    assert token not in "".join(site.referrers) and site.referrers
    await page.go_back()
    assert token not in page.url
    # used up: for a thief, and for the customer's own next visit
    for again in (await browser.new_context(), context):
        late = await follows(again, link)
        await expect(late.get_by_role("log").get_by_text(OVER)).to_be_visible()
        assert token not in late.url and await late.get_by_role("button", name="Yes, go on there").count() == 0
    thief = WebCustomer(await follows(await browser.new_context(), link))
    await thief.writes("what is my balance")
    await thief.reads("Which mobile number")


@pytest.mark.parametrize("forged", ["A" * 32, "A" * 31, "../../chat", "x" * 500])
async def test_a_forged_link_opens_an_ordinary_chat(stack: Stack, browser: Browser, forged: str) -> None:
    stranger = WebCustomer(await follows(await browser.new_context(), f"{stack.public}/#t={forged}"))
    await stranger.reads(OVER)
    assert stranger.page.url == f"{stack.public}/#chat"
    await stranger.writes("what is my balance")
    await stranger.reads("Which mobile number")


async def test_an_old_link_says_so(stack: Stack, browser: Browser, sim: Simulator) -> None:
    link = await link_for(sim, DORA)
    let_links_expire(stack)
    page = await follows(await browser.new_context(), link)
    await WebCustomer(page).reads(OVER)


async def test_a_link_tapped_where_the_page_is_open_already(stack: Stack, browser: Browser, sim: Simulator) -> None:
    link = await link_for(sim, DORA)
    dora = await WebCustomer.opens(browser, stack)
    await dora.page.evaluate("(link) => { location.hash = new URL(link).hash }", link)
    await expect(dora.page.get_by_text(WHOSE)).to_be_visible()
    assert "#t=" not in dora.page.url
    await says_yes(dora.page)


# -- fixation --------------------------------------------------------------------------------------------------------


async def test_an_attackers_link_never_gets_the_victims_words(stack: Stack, browser: Browser, sim: Simulator) -> None:
    victim = await WebCustomer.opens(browser, stack)
    await victim.writes("activate my card")
    await victim.reads("first and last name")
    prepared = await link_for(sim, EVE)
    page = await follows(victim.page.context, prepared)
    await expect(page.get_by_text(f"{WHOSE} {EVE[-2:]}")).to_be_visible()
    tapped = WebCustomer(page)
    await tapped.writes("my name is Vera Victim")  # not even an answer: whoever ignores the question is not joined
    await tapped.reads("last four digits")
    await page.get_by_role("button", name="No", exact=True).click()
    await tapped.reads("this chat stays your own")
    await tapped.writes("my password is swordfish")
    await expect(tapped.log.get_by_text("swordfish")).to_be_visible()
    await page.reload()  # and the link is not asked about again
    await expect(page.get_by_text(WHOSE)).to_have_count(0)
    eves = await thread(stack, f"tel:{EVE}")
    assert "Vera" not in said_in(eves) and "swordfish" not in said_in(eves) and "activate" not in said_in(eves)
    assert [known["address"] for known in eves["contact"]["addresses"]] == [f"tel:{EVE}"]
    # the link was not used up by being looked at, and works for her whose phone it is
    await says_yes(await follows(await browser.new_context(), prepared))


def valkey(stack: Stack) -> redis.Redis:
    """The installation's own server."""
    config = dict(line.split(" ", 1) for line in next(stack.home.rglob("valkey.conf")).read_text().splitlines() if " " in line)
    password = json.loads((stack.home / "secrets.json").read_text())["valkey_password"]
    return redis.Redis(port=int(config["port"]), password=password)


def let_links_expire(stack: Stack) -> None:
    """As if the minutes that a link lives had passed."""
    with valkey(stack) as client:
        for key in client.scan_iter("ot:note:link:*"):
            client.delete(key)
