"""An agent takes a link apart at the desk: what they see before and after, and what both customers get back."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from simulator.scripting.testing import Simulator
from tests.story.people import DeskAgent, WebCustomer
from tests.story.stack import Stack
from tests.story.test_unlinking import facts

pytestmark = [pytest.mark.stack, pytest.mark.browser]

FARID, SIX_DIGITS = "+12125550106", re.compile(r"\b\d{6}\b")


async def threads(stack: Stack, *addresses: str) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as http:
        return [await stack.conversation(http, address) for address in addresses]


async def test_an_agent_takes_two_conversations_apart(stack: Stack, browser: Browser, sim: Simulator) -> None:
    # two people: Farid with his phone, and somebody else who had that phone in the hand for a moment
    await sim.become(FARID)
    handset, web = sim.handset(), await WebCustomer.opens(browser, stack)
    await handset.texts("activate my card")
    await handset.receives("first and last name")
    await handset.texts("farid haddad")
    await handset.receives("last four")
    await web.writes("activate my card")
    await web.reads("first and last name")
    await web.writes("my name is mallory stranger")
    await web.reads("last four")
    (before_tel,) = await threads(stack, f"tel:{FARID}")
    await web.writes("verify my number")
    await web.reads("Which mobile number")
    await web.writes(FARID)
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    await web.writes(code.group())
    await web.reads("are one from now on")
    await handset.receives("Reply UNLINK")
    (joined,) = await threads(stack, f"tel:{FARID}")
    web_address = next(a["address"] for a in joined["contact"]["addresses"] if a["address"].startswith("web:"))

    # the agent sees the link, by which proof and when
    await handset.texts("somebody else is in my conversation, I want to talk to a person")
    await handset.receives("queue")
    sam = await DeskAgent.signs_in(browser, stack)
    await sam.opens(re.compile("."))
    await sam.accepts()
    side = sam.page.get_by_role("complementary").or_(sam.page.locator(".facts")).first
    await expect(side.get_by_text("by a code to the phone")).to_be_visible()
    await expect(side.locator(".links time").first).to_have_attribute("datetime", re.compile(r"^20\d\d-"))
    await expect(side.get_by_text("mallory stranger", exact=False).first).to_be_visible()

    # one click opens what it does, the second does it
    await side.get_by_text("Take apart…").click()
    await expect(side.get_by_text("The customer is told on both sides")).to_be_visible()
    await handset.texts("please hurry")  # the page goes on being live, and the box stays open
    await sam.sees("please hurry")
    await side.get_by_role("button", name="Take apart", exact=True).click()
    await expect(side.get_by_text(re.compile("Taken apart again by .*"))).to_be_visible()
    await expect(side.get_by_text("mallory stranger", exact=False)).to_have_count(0)

    # both customers are told, and both have back what was theirs
    await web.reads("A colleague took this conversation and the one on the phone apart again")
    await handset.receives("taken apart again")
    tel, other = await threads(stack, f"tel:{FARID}", web_address)
    assert tel["id"] != other["id"]
    lines, slots = facts(tel)
    assert lines[: len(facts(before_tel)[0])] == facts(before_tel)[0] and slots == facts(before_tel)[1]
    assert not [line for line in tel["transcript"] if "mallory" in line["text"]]
    assert not [line for line in other["transcript"] if "farid" in line["text"] or "hurry" in line["text"]]
    assert [known["address"] for known in tel["contact"]["addresses"]] == [f"tel:{FARID}"]
    assert [(link["how"], link["undone_by"]) for link in tel["links"]] == [("code", stack.first_agent[0])]
    assert [link["undone_by"] for link in other["links"]] == [stack.first_agent[0]]
    await sam.closes("The two are apart again")
    await web.writes("1881")  # the browser's own form goes on where it was
    await web.reads(re.compile("activate|active"))
