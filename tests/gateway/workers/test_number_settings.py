"""How our numbers are set up at Twilio is looked at, and what is wrong is said with the right value; here at the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.twilio.number_setup import faults, wanted_of
from gateway.observe.metrics import Metrics
from gateway.workers.number_settings import AGAIN, EVERY, NumberSettings
from simulator.app import create_app
from simulator.settings import SimulatorSettings
from simulator.twilio_rest.numbers import numbers_of

OURS = "https://bank.example"
SETTINGS = SimulatorSettings(
    public_url=OURS,
    own_url="http://127.0.0.1:1/simulator",
    account_sid="AC" + "0" * 32,
    auth_token="t" * 32,
    sms_number="+13125550190",
    voice_number="+13125550191",
    app_secret="a" * 32,
    verify_token="v" * 16,
    page_token="p" * 32,
)
ACCOUNT = TwilioAccount(SETTINGS.account_sid, (SETTINGS.auth_token,), "", SETTINGS.sms_number, SETTINGS.voice_number, OURS)
Looker = Callable[..., Awaitable[NumberSettings]]


@pytest.fixture
async def looker() -> AsyncIterator[Looker]:
    """A gateway's look at a simulator with these settings."""
    servers: list[TestServer] = []
    async with aiohttp.ClientSession() as http:

        async def make(settings: SimulatorSettings = SETTINGS, **ours: Any) -> NumberSettings:
            app = web.Application()
            app.add_subapp("/simulator", create_app(settings))
            servers.append(TestServer(app))
            await servers[-1].start_server()
            account = replace(ACCOUNT, api_url=str(servers[-1].make_url("/simulator/twilio")), **ours)
            return NumberSettings(account, TwilioClient(http, account), Metrics())

        yield make
        for server in servers:
            await server.close()


async def test_numbers_that_are_set_up_as_the_docs_say_give_no_note(looker: Looker) -> None:
    numbers = await looker()
    await numbers.look()
    assert numbers.notes == ()


async def test_a_number_whose_call_status_is_not_set_is_said_with_the_right_value(looker: Looker) -> None:
    numbers = await looker(replace(SETTINGS, voice_status_path=None))
    await numbers.look()
    (note,) = numbers.notes
    assert "ends in 0191" in note and "“Call status changes” is not set" in note
    assert f"{OURS}/twilio/voice/call-status, HTTP POST" in note and "four hours" in note
    assert "onethread_number_settings_wrong 1.0" in numbers._metrics.text().decode()


async def test_one_number_for_both_and_a_number_of_another_account(looker: Looker) -> None:
    both = await looker(replace(SETTINGS, voice_number=SETTINGS.sms_number), voice_number=SETTINGS.sms_number)
    await both.look()
    assert both.notes == ()
    other = await looker(sms_number="+13125550199")
    await other.look()
    assert [note.startswith("The Twilio number that ends in 0199 is none of the account") for note in other.notes] == [True]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"voice_url": ""}, "“A call comes in” is not set"),
        ({"voice_url": "https://demo.twilio.com/welcome/voice/"}, "is https://demo.twilio.com/welcome/voice/; it must be"),
        ({"voice_url": f"{OURS}/twilio/voice/"}, "it must be https://bank.example/twilio/voice, HTTP POST"),
        ({"voice_method": "GET"}, "“A call comes in” is asked by HTTP GET; it must be POST"),
        ({"voice_application_sid": "AP" + "1" * 32}, "is ruled by its voice_application_sid"),
        ({"trunk_sid": "TK" + "1" * 32}, "is ruled by its trunk_sid"),
        ({"status_callback": "http://bank.example/twilio/voice/call-status"}, "“Call status changes” is http://bank.example"),
        ({"status_callback": None}, "“Call status changes” is not set"),
        ({"status_callback_method": "get"}, "“Call status changes” is asked by HTTP get"),
        ({"voice_url": f"{OURS}/twilio/voice#rc=3&rp=ct,rt,5xx", "voice_method": None}, ""),
    ],
)
def test_each_way_of_being_wrong_is_told_apart(changed: dict[str, Any], said: str) -> None:
    (voice,) = (one for one in numbers_of(SETTINGS) if one["phone_number"] == SETTINGS.voice_number)
    found = faults(ACCOUNT, SETTINGS.voice_number, voice | changed)
    assert any(said in sentence for sentence in found) if said else found == []


def test_what_is_wanted_is_what_the_gateway_serves() -> None:
    paths = {wanted.path for number in wanted_of(ACCOUNT).values() for wanted in number}
    assert paths == {SETTINGS.voice_path, SETTINGS.voice_status_path, SETTINGS.sms_path}


async def test_a_vendor_that_does_not_tell_stops_nobody_and_is_asked_again(looker: Looker) -> None:
    numbers = await looker(replace(SETTINGS, voice_status_path=None))
    here = numbers._client.account
    object.__setattr__(numbers._client, "account", replace(here, api_url=f"http://127.0.0.1:{unused_port()}"))
    pauses: asyncio.Queue[float] = asyncio.Queue()
    go_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        await pauses.put(seconds)
        await go_on.wait()
        go_on.clear()

    numbers._pause = pause
    task = asyncio.create_task(numbers.run())
    async with asyncio.timeout(10):
        assert (await pauses.get(), numbers.notes) == (AGAIN, ())
        object.__setattr__(numbers._client, "account", here)
        go_on.set()
        assert (await pauses.get(), len(numbers.notes)) == (AGAIN, 1)
    task.cancel()
    assert EVERY > AGAIN
