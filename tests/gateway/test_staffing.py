"""The whole gateway: a person is asked for by text, and nobody has ever signed in at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from desk.agents import AgentDirectory
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


async def test_with_an_agent_there_the_place_in_line_is_said(house: House) -> None:
    await AgentDirectory(house.core.client).add("sam")
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    assert "You are number 1" in house.outside.texts[0]["Body"]


@pytest.mark.parametrize("changes", [{"BUSINESS_HOURS": "Mon 00:00-00:01", "BUSINESS_TIMEZONE": "UTC"}])
async def test_out_of_hours_the_next_opening_is_said(house: House) -> None:
    """Open for one minute of the week, so that this test is nearly always outside it."""
    await AgentDirectory(house.core.client).add("sam")
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    assert "colleagues are back" in house.outside.texts[0]["Body"] and "at 12 AM" in house.outside.texts[0]["Body"]
