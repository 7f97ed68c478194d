"""Twilio Verify against the simulator's own: right and wrong codes, too many, too late, and when it does not answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import aiohttp.web
import pytest

from bot.identity.one_time_codes import CodeCheck
from bot.ports import DialogueUnavailable
from connectors.twilio.verify_codes import TwilioVerify
from simulator.app import create_app
from simulator.scripting.testing import Simulator
from simulator.settings import SimulatorSettings
from tests.conftest import free_port

ACCOUNT, TOKEN, SERVICE = "AC" + "1" * 32, "twilio-token-of-this-test", "VA" + "2" * 32
ANA = "+12125550101"
SIX = re.compile(r"\d{6}")


@dataclass
class Vendor:
    verify: TwilioVerify
    sim: Simulator
    http: aiohttp.ClientSession
    url: str

    async def code(self) -> str:
        found = SIX.search(await self.sim.handset(ANA).receives(SIX))
        assert found
        return found.group()


@pytest.fixture
async def vendor(aiohttp_server: Callable[..., Any]) -> AsyncIterator[Vendor]:
    settings = SimulatorSettings(
        "http://127.0.0.1:1", "http://127.0.0.1:1/simulator", ACCOUNT, TOKEN, "+13125550190", "+13125550191", "a", "v", "p",
        pace=0.0, frozen_clock=True,
    )  # fmt: skip
    outer = aiohttp.web.Application()
    outer.add_subapp("/simulator", create_app(settings))
    server = await aiohttp_server(outer)
    url = str(server.make_url("/simulator"))
    async with aiohttp.ClientSession() as http, Simulator.at(url) as sim:
        yield Vendor(TwilioVerify(http, ACCOUNT, TOKEN, SERVICE, f"{url}/verify"), sim, http, url)


async def test_a_code_is_sent_and_counts_once(vendor: Vendor) -> None:
    assert await vendor.verify.start(ANA, "203.0.113.7")
    code = await vendor.code()
    wrong = "000000" if code != "000000" else "111111"
    assert await vendor.verify.check(ANA, wrong) is CodeCheck.WRONG
    assert await vendor.verify.check(ANA, code) is CodeCheck.ACCEPTED
    assert await vendor.verify.check(ANA, code) is CodeCheck.EXPIRED  # it is gone: 404


async def test_five_checks_and_five_sends_are_all(vendor: Vendor) -> None:
    assert await vendor.verify.start(ANA, None)
    code = await vendor.code()
    wrong = "000000" if code != "000000" else "111111"
    answers = [await vendor.verify.check(ANA, wrong) for _ in range(5)]
    assert answers == [CodeCheck.WRONG] * 5
    assert await vendor.verify.check(ANA, code) is CodeCheck.LOCKED
    assert [await vendor.verify.start(ANA, None) for _ in range(5)] == [True] * 4 + [False]


async def test_a_code_ends_after_ten_minutes(vendor: Vendor) -> None:
    assert await vendor.verify.start(ANA, None)
    code = await vendor.code()
    await vendor.sim.moves_clock(601)
    assert await vendor.verify.check(ANA, code) is CodeCheck.EXPIRED


async def test_without_the_right_account_nothing_is_sent_and_nothing_is_decided(vendor: Vendor) -> None:
    stranger = TwilioVerify(vendor.http, ACCOUNT, "another", SERVICE, f"{vendor.url}/verify")
    assert not await stranger.start(ANA, None)
    with pytest.raises(DialogueUnavailable):
        await stranger.check(ANA, "123456")


async def test_an_absent_vendor_neither_sends_nor_decides() -> None:
    async with aiohttp.ClientSession() as http:
        away = TwilioVerify(http, ACCOUNT, TOKEN, SERVICE, f"http://127.0.0.1:{free_port()}")
        with pytest.raises(DialogueUnavailable):
            await away.start(ANA, None)
        with pytest.raises(DialogueUnavailable):
            await away.check(ANA, "123456")
