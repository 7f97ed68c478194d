"""The whole gateway, whose general queue is answered by another program over signed webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain_files import DomainFileError
from gateway.standing_notes import notes
from tests.bot.test_handoff_packet import VALIDATOR
from tests.connectors.desks.chatwoot import INBOX, SECRET, Chatwoot
from tests.connectors.desks.chatwoot import TOKEN as CHATWOOT_TOKEN
from tests.connectors.desks.receiver import KEY, Receiver, signed
from tests.gateway.conftest import House, Outside, opened

SM = "SM" + "0" * 31
WANTED = {"onethread": {"do": "handoff", "reason": "Asked for a person", "tried": []}}


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    made = Receiver()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("/hook"))


@pytest.fixture
def changes(receiver: tuple[Receiver, str]) -> dict[str, str]:
    return {"HANDOFF_TARGETS": "general=webhook", "DESK_WEBHOOK_URL": receiver[1], "DESK_WEBHOOK_KEY": KEY}


def hands_over(_said: dict[str, Any]) -> web.Response:
    return web.json_response({"messages": [{"custom": WANTED}], "failed_actions": []})


async def passes(house: House) -> str:
    """A customer asks for a person; the id of their handoff."""
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1")
    await house.outside.has(house.outside.texts, 1)
    assert await house.core.other_desks.passing.look() == 1
    (one,) = await house.core.people.listing()
    return one.id


async def tells_us(house: House, kind: str, number: str, **data: str) -> int:
    body, headers = signed({"type": kind, "data": data}, number)
    async with house.http.post(f"{house.url}/desks/webhook", data=body, headers=headers) as answer:
        return answer.status


async def test_a_talk_with_somebody_at_another_desk_from_the_wish_to_the_end(
    house: House, receiver: tuple[Receiver, str]
) -> None:
    theirs, handoff_id = receiver[0], await passes(house)
    said = house.outside.texts[0]["Body"]
    assert "passed this on to my colleagues" in said and "None of our colleagues" not in said
    VALIDATOR.validate(theirs.events[0]["data"]["packet"])
    assert await tells_us(house, "agent.message", "n1", handoff_id=handoff_id, agent="Maria Lopez", text="Hello Ana") == 204
    assert await tells_us(house, "agent.message", "n1", handoff_id=handoff_id, agent="Maria Lopez", text="Hello Ana") == 204
    await house.outside.has(house.outside.texts, 3)
    joined, hello = (text["Body"] for text in house.outside.texts[1:3])
    assert "Maria Lopez" in joined and "@" not in joined and hello == "Hello Ana"
    house.outside.closed = True  # this Rasa keeps no events: lines wait for it where they are read
    await house.texts("thank you", SM + "2")
    await house.emptied()
    await house.core.other_desks.passing.look()
    assert theirs.events[-1]["data"]["text"] == "thank you"
    house.outside.closed = False
    house.outside.rasa = lambda told: web.json_response(
        {"messages": [{"text": f"re {told.get('payload')}"}], "failed_actions": []}
    )
    assert await tells_us(house, "agent.closed", "n2", handoff_id=handoff_id, agent="Maria Lopez", code="resolved") == 204
    await house.outside.has(house.outside.texts, 4)
    assert "handoff_closed" in house.outside.texts[3]["Body"]
    assert await tells_us(house, "agent.message", "n3", handoff_id="h_nobodys", agent="x", text="y") == 404


async def test_a_desk_that_does_not_answer_is_said_to_operators(house: House, receiver: tuple[Receiver, str]) -> None:
    receiver[0].answers = [(503, {})]
    handoff_id = await passes(house)
    (note,) = [one for one in await notes(house.core) if "desk" in one.lower() and "503" in one]
    assert note.startswith("The other desk does not answer as it should (The webhook was answered with 503)")
    (row,) = await house.core.other_desks.listing()
    assert (row["handoff_id"], row["state"], row["tries"]) == (handoff_id, "opening", 1) and row["next_try"]


async def test_a_queue_that_there_is_not_stops_the_start(
    redis_url: str, outside: Any, tmp_path: Any, changes: dict[str, str]
) -> None:
    wrong = changes | {"HANDOFF_TARGETS": "cards_of_nobody=webhook"}
    with pytest.raises(DomainFileError, match="names the queue 'cards_of_nobody'"):
        async with opened(redis_url, outside, tmp_path, wrong):
            pass


@pytest.fixture
async def chatwoot() -> AsyncIterator[tuple[Chatwoot, str]]:
    made = Chatwoot()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("")).rstrip("/")


async def test_chatwoot_says_that_there_is_news_and_it_is_read(
    redis_url: str, outside: tuple[Outside, str], tmp_path: Path, chatwoot: tuple[Chatwoot, str]
) -> None:
    theirs, url = chatwoot
    given = {"HANDOFF_TARGETS": "general=chatwoot", "CHATWOOT_URL": url, "CHATWOOT_ACCOUNT": "3", "CHATWOOT_INBOX": f"{INBOX}"}
    secrets = {"CHATWOOT_TOKEN": CHATWOOT_TOKEN, "CHATWOOT_SECRET": SECRET}
    async with opened(redis_url, outside, tmp_path, given | secrets) as house:
        await passes(house)
        body, headers = theirs.webhook(theirs.agent_writes(1, "Hello Ana"))
        for _ in range(2):
            async with house.http.post(f"{house.url}/desks/chatwoot", data=body, headers=headers) as answer:
                assert answer.status == 200
        await house.outside.has(house.outside.texts, 3)
        assert house.outside.texts[2]["Body"] == "Hello Ana"
        await asyncio.gather(*house.core.other_desks.looking.values())
    assert len(house.outside.texts) == 3


async def test_who_is_with_a_desk_that_is_set_no_more_comes_back(
    redis_url: str, outside: tuple[Outside, str], tmp_path: Path, changes: dict[str, str]
) -> None:
    async with opened(redis_url, outside, tmp_path, changes) as house:
        handoff_id = await passes(house)
        assert await tells_us(house, "agent.joined", "n1", handoff_id=handoff_id, agent="Maria Lopez") == 204
    async with opened(redis_url, outside, tmp_path, {}) as house:
        await house.core.other_desks.passing.look()
        (one,) = await house.core.people.listing()
        assert one.id == handoff_id and one.agent is None and one.why == "desk_lost"
        assert not await house.core.other_desks.listing()
