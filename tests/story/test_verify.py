"""Codes by Twilio Verify on the whole stack: proved, wrong, too late, too many, and Verify away, with and without a fallback."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from simulator.scripting.testing import MessengerUser, Simulator
from tests.conftest import free_port
from tests.story.stack import Stack, running

pytestmark = pytest.mark.stack

VERIFY = {"TWILIO_VERIFY_SERVICE": "VA" + "5" * 32}
VERIFYS = re.compile(r"verification code is: (\d{6})")
OURS = re.compile(r"Your Harbour Bank code is (\d{6})")


@pytest.fixture(scope="module", params=["off", "on"])
def fallback(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, fallback: str) -> Iterator[Stack]:
    settings = VERIFY | {"TWILIO_VERIFY_FALLBACK": fallback}
    with running(tmp_path_factory.mktemp("verify"), free_port(), free_port(), **settings) as started:
        yield started


@pytest.fixture
async def sim(stack: Stack) -> AsyncIterator[Simulator]:
    async with Simulator.at(f"{stack.internal}/simulator") as connected:
        yield connected


async def asked(sim: Simulator, number: str) -> MessengerUser:
    """A customer on Messenger asks for a code to their number."""
    await sim.become(number)
    thread = sim.messenger()
    await thread.writes("verify my number")
    await thread.receives("Which mobile number")
    await thread.writes(number)
    return thread


async def code_by(sim: Simulator, whose: re.Pattern[str]) -> str:
    found = whose.search(await sim.handset().receives(whose))
    assert found
    return found.group(1)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def proof(stack: Stack, address: str, number: str) -> str:
    async with aiohttp.ClientSession() as http:
        shown = await stack.conversation(http, address)
    known = {one["address"]: one["proof"] for one in shown["contact"]["addresses"]}
    return str(known.get(f"tel:{number}", "unknown"))


async def test_a_number_is_proved_after_a_wrong_code(stack: Stack, sim: Simulator) -> None:
    number = "+12125550131"
    thread = await asked(sim, number)
    code = await code_by(sim, VERIFYS)
    await thread.writes(another(code))
    await thread.receives("not right")
    assert await proof(stack, f"messenger:{sim.psid}", number) != "possessed"
    await thread.writes(code)
    await thread.receives("your number is confirmed")
    assert await proof(stack, f"messenger:{sim.psid}", number) == "possessed"


async def test_a_code_that_came_too_late(stack: Stack, sim: Simulator) -> None:
    thread = await asked(sim, "+12125550132")
    code = await code_by(sim, VERIFYS)
    await sim.moves_clock(601)
    await thread.writes(code)
    await thread.receives("run out")
    assert await proof(stack, f"messenger:{sim.psid}", "+12125550132") != "possessed"


async def test_too_many_tries(stack: Stack, sim: Simulator) -> None:
    thread = await asked(sim, "+12125550133")
    code = await code_by(sim, VERIFYS)
    for _ in range(5):
        await thread.writes(another(code))
        await thread.receives("not right")
    await thread.writes(code)
    await thread.receives("one try too many")
    assert await proof(stack, f"messenger:{sim.psid}", "+12125550133") != "possessed"


async def test_verify_is_away(stack: Stack, sim: Simulator, fallback: str) -> None:
    number = "+12125550134"
    await sim.become(number)
    handset = sim.handset()
    await sim.faults(rest_next=1, rest_mode="503")  # by text, Verify is the first that is asked
    await handset.texts("verify my number")
    if fallback == "off":
        await handset.receives("could not send a code to that number")
        assert await proof(stack, f"tel:{number}", number) != "possessed"
    else:
        await handset.texts(await code_by(sim, OURS))
        await handset.receives("your number is confirmed")
        assert await proof(stack, f"tel:{number}", number) == "possessed"
