"""The whole gateway: a person is asked for by text, and nobody has ever signed in at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.gateway.conftest import House

SM = "SM" + "0" * 31
DIRECTIVE = {"onethread": {"do": "handoff", "reason": "Asked for a person", "queue": "general", "tried": []}}


def hands_over(_said: dict[str, Any]) -> web.Response:
    return web.json_response({"messages": [{"custom": DIRECTIVE}], "failed_actions": []})


async def test_it_is_said_that_nobody_is_there_and_the_customer_may_go_on_without(house: House) -> None:
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    said = house.outside.texts[0]["Body"]
    assert "None of our colleagues is at the desk" in said and "1" in said and "Go on without a colleague" in said
    house.outside.rasa = lambda said: web.json_response(
        {"messages": [{"text": f"re {said.get('payload')}"}], "failed_actions": []}
    )
    await house.texts("1", SM + "2")
    await house.outside.has(house.outside.texts, 2)
    assert "handoff_closed" in house.outside.texts[1]["Body"]


async def at_the_desk(house: House, username: str = "sam") -> str:
    """An agent with a desk open; the session's token."""
    agents = house.core.desk.agents
    await agents.add(username)
    return await house.core.desk.presence.sessions.begin(await agents.set_password(username, "a long password of my own"))


async def test_with_an_agent_there_the_place_in_line_is_said(house: House) -> None:
    await at_the_desk(house)
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    assert "You are number 1" in house.outside.texts[0]["Body"]


async def test_an_agent_who_has_signed_out_holds_nobody_in_line(house: House) -> None:
    """*Available* was left on, as it always is."""
    await house.core.desk.presence.sessions.end(await at_the_desk(house))
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    said = house.outside.texts[0]["Body"]
    assert "You are number" not in said and "None of our colleagues is at the desk" in said


@pytest.mark.parametrize("changes", [{"BUSINESS_HOURS": "Mon 00:00-00:01", "BUSINESS_TIMEZONE": "UTC"}])
async def test_out_of_hours_the_next_opening_is_said(house: House) -> None:
    """Open for one minute of the week, so that this test is nearly always outside it."""
    await at_the_desk(house)
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    assert "colleagues are back" in house.outside.texts[0]["Body"] and "at 12 AM" in house.outside.texts[0]["Body"]


ASKS = {"onethread": {"do": "tell_wait"}}


async def test_the_wait_is_told_and_nobody_is_put_in_line(house: House) -> None:
    """With an agent there, then with nobody: the truth at each moment, by text, and no handoff either time."""
    session = await at_the_desk(house)
    house.outside.rasa = lambda _said: web.json_response({"messages": [{"custom": ASKS}], "failed_actions": []})
    await house.texts("how long until somebody answers?", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    said = house.outside.texts[0]["Body"]
    assert "number 1 in the queue" in said and "can't say how long" in said and "Speak to a person" in said
    await house.core.desk.presence.sessions.end(session)
    await house.texts("is anybody there?", SM + "2")
    await house.outside.has(house.outside.texts, 2)
    assert "None of our colleagues" in house.outside.texts[1]["Body"]
    assert await house.core.handoff.handoffs.listing() == []
