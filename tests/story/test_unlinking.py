"""Two threads are joined by a code and taken apart by a word, with the real Rasa: history and slots as they were."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest

from simulator.scripting.testing import Simulator
from tests.story.stack import Stack

pytestmark = pytest.mark.stack

NUMBER, SIX_DIGITS = "+12125550106", re.compile(r"\b\d{6}\b")


def facts(thread: dict[str, Any]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    lines = [(line["author"], line["text"]) for line in thread["transcript"]]
    return lines, {slot["name"]: slot["value"] for slot in thread["slots"]}


async def test_an_undo_gives_both_threads_back(stack: Stack, sim: Simulator) -> None:
    await sim.become(NUMBER)
    handset, thread = sim.handset(), sim.messenger()
    await handset.texts("activate my card")
    await handset.receives("first and last name")
    await handset.texts("farid haddad")
    await handset.receives("last four")
    await thread.writes("activate my card")
    await thread.receives("first and last name")
    await thread.writes("my name is mallory stranger")
    await thread.receives("last four")
    await thread.writes("verify my number")
    await thread.receives("Which mobile number")
    await thread.writes(NUMBER)
    code = SIX_DIGITS.search(await handset.receives(SIX_DIGITS))
    assert code
    async with aiohttp.ClientSession() as http:
        phone, other = [facts(await stack.conversation(http, a)) for a in (f"tel:{NUMBER}", f"messenger:{sim.psid}")]
        await thread.writes(code.group())
        await thread.receives("UNLINK")
        await handset.receives("Reply UNLINK")
        joined = await stack.conversation(http, f"tel:{NUMBER}")
        assert len(joined["contact"]["addresses"]) == 2 and len(joined["links"]) == 1

        await handset.texts("UNLINK")
        await handset.receives("apart again")
        apart = [await stack.conversation(http, a) for a in (f"tel:{NUMBER}", f"messenger:{sim.psid}")]
    assert apart[0]["id"] != apart[1]["id"]
    for before, now in zip((phone, other), map(facts, apart), strict=True):
        lines, slots = now
        assert lines[: len(before[0])] == before[0] and slots == before[1]
    assert not [line for line in apart[0]["transcript"] if "mallory" in line["text"]]
    await handset.texts("9274")  # the form goes on where it was
    await handset.receives("9274 is active")
