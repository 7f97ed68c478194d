"""A customer by text goes from one agent to another, is told so once, and never reads what the two wrote to each other."""

from __future__ import annotations

import re

import aiohttp
import pytest
from playwright.async_api import Browser

from simulator.scripting.testing import Simulator
from tests.story.people import DeskAgent
from tests.story.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

ELODIE, NOTE = "+12125550105", "cross since Monday, be kind"


async def test_from_one_agent_to_another_and_opened_again_after_the_close(stack: Stack, browser: Browser, sim: Simulator) -> None:
    await sim.become(ELODIE)
    elodie = sim.handset()
    await elodie.texts("I want to speak to a person")
    await elodie.receives("number 1 in the queue")
    sam = await DeskAgent.signs_in(browser, stack)
    kim = await DeskAgent.signs_in_as(browser, stack, "kim", "Kim Ode")
    await sam.opens(re.compile("person|asked", re.IGNORECASE))
    await sam.accepts()
    await elodie.receives("is with you now")
    await sam.page.reload()  # Kim has come to the desk meanwhile
    await sam.offers("Kim Ode", NOTE)
    await sam.sees("offered to Kim Ode until")

    await kim.takes()
    await kim.sees(NOTE)
    await elodie.receives("Kim Ode from Harbour Bank is with you now")
    await kim.replies("Hello, this is Kim.")
    await elodie.receives("this is Kim")
    await sam.sees("with Kim Ode")

    await kim.page.locator("#close").click()
    await kim.page.get_by_role("button", name="Close conversation").click()
    await elodie.receives("the automated helper")
    await kim.page.locator("#reopen").click()
    await kim.replies("One more thing: bring your passport.")
    await elodie.receives("bring your passport")
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{ELODIE}")
    assert NOTE not in repr(thread["transcript"]) and NOTE not in repr(elodie.inbox)
    assert sim.problems() == []
