"""A code to a number that takes no texts: whoever waits for it is told within seconds, where they wait, and once."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import OutboundMessage
from tests.attacks.bank import ANA, EVE, Bank

TOLD = "could not get the code to that number"


async def report(bank: Bank, sid: str, status: str, code: str = "") -> None:
    """As Twilio tells what became of a text."""
    form = {"MessageSid": sid, "MessageStatus": status, "SmsStatus": status, **({"ErrorCode": code} if code else {})}
    assert (await bank.webhook("/twilio/status", form))[0] in (200, 204)


@pytest.mark.parametrize("code", [21614, 21211])
async def test_a_number_that_is_refused_at_once(bank: Bank, code: int) -> None:
    bank.twilio.textless[EVE] = code
    async with bank.browser() as browser:
        assert "on its way" in await browser.says(f"prove {EVE}")
        assert TOLD in await browser.reads()
        assert "code none" in await browser.says("123456")  # there is none under way any more
        assert "on its way" in await browser.says(f"prove {ANA}")
        assert "code accepted" in await browser.says(await bank.twilio.code(ANA))


async def test_a_code_that_is_found_undelivered_later_is_told_once(bank: Bank) -> None:
    async with bank.browser() as browser:
        await browser.says(f"prove {EVE}")
        await bank.twilio.code(EVE)
        sid = f"SM{len(bank.twilio.texts):032x}"
        for _ in range(2):
            await report(bank, sid, "undelivered", "30006")
        assert TOLD in await browser.reads()
        assert "proof claimed" in await browser.says("hello")  # the next line: it was told once


async def test_a_code_that_came_back_is_not_called_lost_afterwards(bank: Bank) -> None:
    async with bank.browser() as browser:
        await browser.says(f"prove {EVE}")
        assert "code accepted" in await browser.says(await bank.twilio.code(EVE))
        await report(bank, f"SM{len(bank.twilio.texts):032x}", "undelivered", "30006")
        assert "proof possessed" in await browser.says("hello")


async def test_nobody_is_told_that_a_number_refuses_our_texts(bank: Bank) -> None:
    bank.twilio.textless[EVE] = 21610
    async with bank.browser() as browser:
        assert "on its way" in await browser.says(f"prove {EVE}")
        assert "code wrong" in await browser.says("123456")


async def test_a_caller_hears_it_with_the_next_step_also_when_they_only_wait(bank: Bank) -> None:
    lost = asyncio.Event()

    async def seen(_message: OutboundMessage, _why: str) -> None:
        lost.set()

    bank.core.queues.undelivered.told.append(seen)  # after those who act on it
    bank.twilio.textless[ANA] = 21614
    call = await bank.calls(ANA)
    assert "on its way" in await call.says("balance")
    await asyncio.wait_for(lost.wait(), 8)
    assert "no code could be sent" in await call.posts(f"/twilio/voice/answer?step={call.step}")
    assert "proof claimed" in await call.says("hello")
