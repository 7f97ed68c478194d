"""One browser proves two numbers, one after the other: nobody is ever told of a number that is not theirs."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import jwt
import pytest

from bot.model import Address, AddressKind, ContactAddress, Proof
from tests.attacks.bank import ANA, BALANCE, EVE, SECRET_LINE, SIGNING, Bank
from tests.attacks.test_links import link

EVES_LINE = "i moved to elm street"


async def proves(bank: Bank, browser: object, tel: str) -> None:
    """The code that is sent to this number comes back in the browser."""
    known = len(bank.twilio.to(tel))
    await browser.says(f"prove {tel}")  # type: ignore[attr-defined]
    assert "code accepted" in await browser.says(await bank.twilio.code(tel, known))  # type: ignore[attr-defined]


async def asks(bank: Bank, sender: str, words: str) -> str:
    """A text, and what it is answered."""
    known = len(bank.twilio.to(sender))
    await bank.texts(sender, words)
    return await bank.twilio.texted(sender, ".", known)


@pytest.fixture
async def passed_on(bank: Bank, ana: str) -> str:
    """The browser in which Ana proved her number, and later Eve hers; Eve has told us something in it."""
    await bank.texts(EVE, "hello")
    async with bank.browser(ana) as browser:
        await proves(bank, browser, EVE)
        assert "UNLINK" in await browser.reads()
        await browser.says(EVES_LINE)
    return ana


async def test_a_text_from_the_first_number_is_told_of_that_number_alone(bank: Bank, passed_on: str) -> None:
    assert await asks(bank, ANA, "balance") == f"{BALANCE} of {ANA}"
    assert await asks(bank, EVE, "balance") == f"{BALANCE} of {EVE}"


async def test_the_browser_is_told_of_the_number_that_it_proved_last(bank: Bank, passed_on: str) -> None:
    async with bank.browser(passed_on) as browser:
        assert await browser.says("balance") == f"{BALANCE} of {EVE}"
        await proves(bank, browser, ANA)
        await browser.reads()
        assert await browser.says("balance") == f"{BALANCE} of {ANA}"
    assert await asks(bank, EVE, "balance") == f"{BALANCE} of {EVE}"


async def test_neither_sees_what_the_other_wrote(bank: Bank, passed_on: str) -> None:
    eves, anas = await asks(bank, EVE, "what did i say"), await asks(bank, ANA, "what did i say")
    assert EVES_LINE in eves and SECRET_LINE not in eves
    assert SECRET_LINE in anas and EVES_LINE not in anas
    async with bank.browser(passed_on) as browser:
        assert SECRET_LINE not in await browser.says("what did i say")


async def test_another_browser_of_the_first_number_does_not_follow(bank: Bank, ana: str) -> None:
    """Ana's second browser proved Ana's number, and never Eve's."""
    async with bank.browser() as second:
        await proves(bank, second, ANA)
        await second.reads()
        async with bank.browser(ana) as first:
            await proves(bank, first, EVE)
        assert await second.says("balance") == f"{BALANCE} of {ANA}"


async def test_taking_it_apart_gives_the_browser_back_to_nobody(bank: Bank, passed_on: str) -> None:
    await asks(bank, EVE, "UNLINK")
    async with bank.browser(passed_on) as browser:
        assert BALANCE not in (told := await browser.says("what did i say")) and SECRET_LINE not in told
    assert await asks(bank, ANA, "balance") == f"{BALANCE} of {ANA}"


async def test_a_texted_link_takes_the_browser_along_and_nothing_else(bank: Bank, ana: str) -> None:
    await bank.texts(EVE, EVES_LINE)
    async with bank.browser(ana, identity=f"open.{await link(bank, EVE)}") as browser:
        assert await browser.says("balance") == f"{BALANCE} of {EVE}"
        assert SECRET_LINE not in await browser.says("what did i say")
    assert await asks(bank, ANA, "balance") == f"{BALANCE} of {ANA}"


async def test_a_signed_in_page_takes_the_browser_along_and_nothing_else(bank: Bank, ana: str) -> None:
    now = int(time.time())
    claims = {"aud": bank.public, "tel": EVE, "iat": now, "exp": now + 60, "jti": uuid4().hex, "level": "proven"}
    async with bank.browser(ana, identity=jwt.encode(claims, SIGNING, "HS256")) as browser:
        assert await browser.says("balance") == f"{BALANCE} of {EVE}"
        assert SECRET_LINE not in await browser.says("what did i say")
    assert await asks(bank, ANA, "balance") == f"{BALANCE} of {ANA}"
    assert await asks(bank, ANA, "limit") != "limit raised"


async def test_a_call_that_came_with_a_chats_code_proves_no_other_number(bank: Bank, ana: str) -> None:
    """Eve calls, keys the code from Ana's chat, and asks there for a code to her own phone: the thread stays Ana's."""
    async with bank.browser(ana) as browser:
        shown = re.search(r"\b(\d{6})\b", await browser.says("i call you"))
        assert shown
        call = await bank.calls(EVE)
        await call.presses(shown[1] + "#")
        assert "no code could be sent" in await call.says(f"prove {EVE}")
        assert bank.twilio.to(EVE) == []
    assert await asks(bank, ANA, "balance") == f"{BALANCE} of {ANA}"


async def test_the_pin_of_one_number_raises_nothing_on_a_call_from_the_other(bank: Bank, passed_on: str) -> None:
    """The PIN is checked for the number that calls."""
    call = await bank.calls(EVE)
    known = len(bank.twilio.to(EVE))
    await call.says("balance")
    await call.presses(await bank.twilio.code(EVE, known))
    await call.says("limit")
    assert "pin wrong" in await call.presses("4821")  # Ana's
    assert bank.assistant.pins_asked == [(EVE, "4821")]


@pytest.fixture
async def doubled(bank: Bank, ana: str) -> str:
    """A contact with two numbers, as an older version made it: Ana's, a browser's, and Eve's, which was proved last."""
    contacts, eve = bank.core.base.store.contacts, Address(AddressKind.TEL, EVE)
    await bank.texts(EVE, EVES_LINE)
    await bank.twilio.texted(EVE, EVES_LINE)
    anas = await contacts.find(Address(AddressKind.TEL, ANA))
    assert anas is not None
    proved = ContactAddress(eve, Proof.POSSESSED, datetime.now(UTC))
    old = await contacts.update(anas.id, lambda now: replace(now, addresses=(*now.addresses, proved)))
    assert old is not None
    await bank.core.base.store.client.set(f"ot:address:{eve}", old.id)
    return ana


async def test_a_contact_with_two_numbers_answers_each_with_its_own(bank: Bank, doubled: str) -> None:
    """Whoever did not prove the number that holds the contact begins anew; nobody hears of the other's money."""
    assert EVE not in await asks(bank, ANA, "balance")
    assert ANA not in await asks(bank, EVE, "balance")
    async with bank.browser(doubled) as browser:
        assert BALANCE not in await browser.says("balance")
    heard = [turn["metadata"] for turn in bank.assistant.heard]
    for meta in heard:
        assert not meta["sender"].startswith("tel:+") or meta["tel"] == meta["sender"].removeprefix("tel:")


async def test_a_code_of_a_contact_with_two_numbers_opens_the_callers_own(bank: Bank, doubled: str) -> None:
    call = await bank.calls(ANA)
    known = len(bank.twilio.to(ANA))
    await call.says("balance")
    await call.presses(await bank.twilio.code(ANA, known))
    assert f"of {EVE}" not in await call.says("balance")
    assert bank.assistant.heard[-1]["metadata"]["tel"] == ANA
