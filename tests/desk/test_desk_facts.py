"""What is told of the desk: who signed in, from where, who signed out or was, who read a conversation, who was changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model import Fact
from bot.redis_store.client.base import connect
from bot.redis_store.facts import RedisFacts
from desk.agents import AgentDirectory
from desk.sessions import IDLE
from tests.bot.conftest import facts_on
from tests.desk.conftest import PASSWORD, Browser, House, cheap_passwords, opened_house
from tests.desk.fake_people import FakeClock


@pytest.fixture
async def house(redis_url: str, clock: FakeClock) -> AsyncIterator[House]:
    """A desk of which is told."""
    client = connect(redis_url)
    facts = RedisFacts(client)
    agents = AgentDirectory(client, cheap_passwords(), facts=facts, clock=clock)
    async with opened_house(client, agents, clock, facts=facts) as opened:
        yield opened
    await client.aclose()


async def told(house: House, kind: str) -> list[Fact]:
    return [fact for fact in await facts_on(house.redis) if fact.kind == kind]


async def test_a_sign_in_and_a_sign_out_are_told(house: House, browser: Browser) -> None:
    await house.agent()
    assert (await browser.sign_in("ana", "not it")).status == 401
    await browser.sign_in("ana", PASSWORD)
    token = browser.cookie()
    house.clock.forward(minutes=5)
    await browser.post("/desk/sign-out", {})
    (came,), (left,) = await told(house, "agent_signed_in"), await told(house, "agent_signed_out")
    assert (came.body["agent"], came.body["network"]) == ("ana", "127.0.0.1") and came.cause == left.cause
    assert (left.body["agent"], left.body["by"]) == ("ana", "ana") and left.at - came.at == timedelta(minutes=5)
    assert token and token not in repr(came), "what is told opens nothing"


async def test_who_says_nothing_for_an_hour_is_signed_out_by_the_clock_and_told_once(house: House) -> None:
    await house.agent()
    await house.signed_in("ana")
    house.clock.forward(seconds=IDLE.total_seconds() + 1)
    for _ in range(2):
        assert await house.sessions.live() == []
    assert [fact.body["by"] for fact in await told(house, "agent_signed_out")] == ["clock"]


async def test_a_conversation_that_is_opened_is_told_as_read_and_its_refreshes_are_not(house: House, browser: Browser) -> None:
    await house.agent()
    await browser.sign_in("ana", PASSWORD)
    handoff = house.people.open("card")
    await browser.get(f"/desk/handoffs/{handoff.id}")
    await browser.get(f"/desk/parts?handoff={handoff.id}", **{"X-Desk": "1"})
    (read,) = await told(house, "transcript_read")
    assert (read.body["reader"], read.body["where"], read.body["handoff_id"]) == ("ana", "desk", handoff.id)
    assert read.conversation_id == handoff.conversation_id and read.body["lines"] == len(
        house.people.views[handoff.id].transcript
    )


async def test_what_a_supervisor_or_the_clock_changes_of_an_agent_is_told_as_theirs(house: House, browser: Browser) -> None:
    await house.agent()
    await house.agent("bo", "Bo Lind")
    await house.agents.set_role("ana", "supervisor")
    await browser.sign_in("ana", PASSWORD)
    await browser.post("/desk/supervisor/agents/bo/skills", {"skills": "cards", "languages": "", "chats": ""})
    await browser.post("/desk/supervisor/agents/bo/away", {})
    await house.agents.set_available("bo", True)
    await house.agents.missed("bo")
    changes = [(one.body["change"], one.body["by"]) for one in await told(house, "agent_changed") if one.body["agent"] == "bo"]
    assert changes[-4:] == [("skills", "ana"), ("away", "ana"), ("available", "bo"), ("away", "clock")]


async def test_each_change_of_an_agent_is_told_with_who_made_it(house: House) -> None:
    await house.agent(phone="+12025550100")
    await house.agents.set_role("ana", "supervisor")
    await house.agents.disable("ana")
    await house.agents.enable("ana")
    await house.agents.reset("ana")
    await house.agents.remove("ana")
    changes = [(fact.body["change"], fact.body["by"]) for fact in await told(house, "agent_changed")]
    by_operator = ["added", "supervisor", "disabled", "enabled", "reset", "removed"]
    assert sorted(changes) == sorted([("password", "ana"), ("profile", "ana"), *((change, "operator") for change in by_operator)])
