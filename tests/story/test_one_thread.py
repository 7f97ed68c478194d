"""The main story: chat, then phone, then a person who already has everything, then the bot again."""

from __future__ import annotations

import re

import aiohttp
import pytest
from playwright.async_api import Browser

from simulator.scripting.testing import Simulator
from tests.story.people import DeskAgent, WebCustomer
from tests.story.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

ANA, CARD = "+12125550101", "4421"
SIX_DIGITS = re.compile(r"\b\d{6}\b")


async def test_a_customer_never_repeats_themselves(stack: Stack, browser: Browser, sim: Simulator) -> None:
    # Ana cannot activate her card on web chat
    ana = await WebCustomer.opens(browser, stack)
    await ana.writes("activate my card")
    await ana.reads("first and last name")
    await ana.writes("my name is Ana Lopez")
    await ana.reads("last four digits")
    await ana.writes(CARD)
    await ana.reads("could not activate")

    # she proves her number with the code that arrives on her phone
    await sim.become(ANA)
    handset = sim.handset()
    await ana.writes("verify my number")
    await ana.reads("Which mobile number")
    await ana.writes(ANA)
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    await ana.writes(code.group())
    await ana.reads("your number is confirmed")

    # she calls: the thread is picked up, nothing is asked again
    phone = await sim.call()
    await phone.hears("could not activate your card")
    await phone.says("I want to talk to a person")
    await phone.hears("you won't have to repeat it")

    # the agent sees both channels and the facts, without a reload
    sam = await DeskAgent.signs_in(browser, stack)
    await sam.opens(re.compile("Card activation failed"))
    for words in ("activate my card", "I want to talk to a person", "Ana Lopez", CARD, "Web chat", "Phone"):
        await sam.sees(words)
    await sam.accepts()
    await sam.replies("Hello Ana, I have lifted the hold on your card.")

    # Ana hears the reply where she is: on the phone, still in the queue
    await phone.hears("I have lifted the hold on your card", within=20)
    await sam.closes("Your card is active now")
    await phone.hears("Your card is active now", within=20)
    await phone.says("where is my nearest branch")
    await phone.hears("zip code")
    await phone.hangs_up()

    # one conversation, each line with its channel, each fact with where it came from
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{ANA}")
    assert {line["channel"] for line in thread["transcript"]} == {"web", "voice"}
    assert thread["handoff"] is None
    facts = {slot["name"]: slot for slot in thread["slots"]}
    assert facts["full_name"]["value"] == "Ana Lopez" and facts["full_name"]["channel"] == "web"
    assert {a["proof"] for a in thread["contact"]["addresses"]} == {"possessed"}
    asked = [line["text"] for line in thread["transcript"] if line["author"] == "bot" and line["channel"] == "voice"]
    assert not [text for text in asked if "name" in text or "last four" in text]
    assert sim.problems() == []


async def test_an_answer_finds_the_customer_by_text_and_the_bot_goes_on(stack: Stack, browser: Browser, sim: Simulator) -> None:
    await sim.become("+12125550105")
    elodie = sim.handset()
    await elodie.texts("I want to speak to a person")
    await elodie.receives("colleague")
    sam = await DeskAgent.signs_in(browser, stack)
    await sam.opens(re.compile("person|asked", re.IGNORECASE))
    await sam.accepts()
    await sam.sees("goes to SMS")
    await elodie.texts("is anybody there?")
    await sam.sees("is anybody there?")
    await sam.replies("Yes, this is Sam.")
    await elodie.receives("this is Sam")
    await sam.closes("All answered")
    await elodie.receives("All answered")
    await elodie.texts("where is my card")
    await elodie.receives(re.compile("card|confirm"))


async def test_messenger_joins_the_same_thread_after_a_code(stack: Stack, sim: Simulator) -> None:
    number = "+16175550103"
    await sim.become(number)
    chidi, handset = sim.messenger(), sim.handset()
    await handset.texts("hello")
    await handset.receives("Harbour Bank")
    await chidi.writes("what is my balance")
    await chidi.receives("Which mobile number")
    await chidi.writes(number)
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    await chidi.writes(code.group())
    await chidi.receives(re.compile(r"\$3,102\.77"))
    async with aiohttp.ClientSession() as http:
        thread = await stack.conversation(http, f"tel:{number}")
    assert {line["channel"] for line in thread["transcript"]} == {"sms", "messenger"}
    assert sim.problems() == []


async def test_a_forged_caller_id_hears_no_balance(stack: Stack, sim: Simulator) -> None:
    await sim.become("+16175550103")
    phone = await sim.call()
    await phone.hears(re.compile("Harbour Bank"))
    await phone.says("what is my balance")
    await phone.hears("code")
    assert not [line for line in phone.heard if "$" in line or "dollars" in line]
    await phone.hangs_up()
