"""Somebody who is paid for each text makes us send codes: to other countries, to services, to ever new numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attacks.bank import ANA, Bank, opened

ABROAD = ("+442079460123", "+4915123456789", "+14165550123", "+8613800138000", "+18765550123", "+23276123456")
SERVICES = ("+19005551212", "+18005551212", "+979123456789", "+811045000", "+15555555555", "+10000000000")


@pytest.fixture
async def capped(redis_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """At most three codes in an hour."""
    async with opened(redis_url, tmp_path, CODES_PER_HOUR="3") as running:
        yield running


async def prove(bank: Bank, tel: str) -> str:
    """A new visitor each time asks for a code to this number."""
    async with bank.browser() as browser:
        return await browser.says(f"prove {tel}")


def counted(bank: Bank, outcome: str) -> float:
    found = bank.core.base.observed.metrics.registry.get_sample_value("onethread_codes_total", {"outcome": outcome})
    assert found is not None
    return found


@pytest.mark.parametrize("tel", [*ABROAD, *SERVICES])
async def test_codes_go_to_phones_of_the_countries_that_are_allowed(bank: Bank, tel: str) -> None:
    """By default that is the country of the number that texts."""
    assert "no code could be sent" in await prove(bank, tel)
    assert bank.twilio.texts == [] and counted(bank, "country") == 1
    assert "on its way" in await prove(bank, ANA) and counted(bank, "sent") == 1


async def test_after_the_cap_nobody_gets_a_code_and_people_see_it(capped: Bank) -> None:
    numbers = [f"+12125550{n}" for n in range(150, 156)]
    answers = [await prove(capped, tel) for tel in numbers]
    assert ["on its way" in answer for answer in answers] == [True] * 3 + [False] * 3
    await capped.twilio.code(numbers[2])
    assert len(capped.twilio.texts) == 3 and counted(capped, "cap") == 3
    async with capped.http.get(f"{capped.internal}/health") as answer:
        assert "CODES_PER_HOUR" in await answer.text()


async def test_whoever_is_refused_uses_nothing_up(capped: Bank) -> None:
    """Else a flood of wishes that get nothing would stop the codes of everybody."""
    for tel in (*ABROAD, *SERVICES):
        await prove(capped, tel)
    assert "on its way" in await prove(capped, ANA)
