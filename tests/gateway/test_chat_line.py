"""The whole gateway: who waits for a person on the web chat sees their place, and goes back to the assistant by one tap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web

from bot.model import Handoff
from bot.model import now as right_now
from bot.ports.phone_line import Wait
from tests.gateway.conftest import House
from tests.gateway.test_chat_who import hears, opens
from tests.gateway.test_staffing import at_the_desk, hands_over

LEAVES = {"type": "choice", "id": "m2", "choice": "line:1", "title": "Go on with the assistant"}


async def waits(house: House) -> tuple[aiohttp.ClientWebSocketResponse, dict[str, Any]]:
    """A new visitor who has asked for a person; what their strip says first."""
    house.outside.rasa = hands_over
    tab = await opens(house)
    await hears(tab, "welcome")
    await tab.send_json({"type": "message", "id": "m1", "text": "a person please"})
    return tab, (await hears(tab, "who"))["line"]


def answers(said: dict[str, Any]) -> web.Response:
    return web.json_response({"messages": [{"text": f"re {said.get('payload')}"}], "failed_actions": []})


async def in_line(house: House) -> list[Handoff]:
    return list(await house.core.handoff.handoffs.listing())


async def test_who_leaves_the_line_is_with_the_assistant_and_the_next_one_moves_up(house: House) -> None:
    await at_the_desk(house)
    ana, first = await waits(house)
    await house.emptied()
    ben, second = await waits(house)
    await house.emptied()
    assert (first, second) == ({"place": 1, "minutes": None, "by_phone": False}, {"place": 2, "minutes": None, "by_phone": False})
    house.outside.rasa = answers
    await ana.send_json(LEAVES)
    told = await hears(ana, "who")
    assert (told["person"], told["line"], told["rate"]) == (False, None, None)
    assert (await hears(ben, "who"))["line"] == {"place": 1, "minutes": None, "by_phone": False}, "told without asking"
    await house.emptied()
    assert "handoff_closed" in house.outside.turns[-1]["payload"]
    assert len(await in_line(house)) == 1
    await ana.send_json(LEAVES)  # the same tap again, as after a lost acknowledgement
    await hears(ana, "ack")
    await house.emptied()
    assert sum("handoff_closed" in (turn.get("payload") or "") for turn in house.outside.turns) == 1


async def test_a_page_is_told_which_question_is_open(house: House) -> None:
    """So that an old yes looks as it is; what it stands for never leaves us."""

    def asks(_said: dict[str, Any]) -> web.Response:
        yes = {"title": "Yes", "payload": "/affirm"}
        return web.json_response({"messages": [{"text": "Shall I?", "buttons": [yes]}], "failed_actions": []})

    house.outside.rasa = asks
    tab = await opens(house)
    token = (await hears(tab, "welcome"))["token"]
    await tab.send_json({"type": "message", "id": "m1", "text": "block my card"})
    while not (line := await hears(tab, "message"))["options"]:
        pass
    [option] = line["options"]
    menu = option["choice"].partition(":")[0]
    assert option["answer"] is True and "payload" not in option
    await house.emptied()
    told = (await hears(await opens(house, token), "welcome"))["options"]
    assert (told["newest"], told["asked"]) == (menu, [menu])
    house.outside.rasa = answers
    await tab.send_json({"type": "message", "id": "m2", "text": "where is my card?"})
    await hears(tab, "ack")
    await house.emptied()
    told = (await hears(await opens(house, token), "welcome"))["options"]
    assert (told["newest"], told["asked"]) == (menu, [])


async def test_the_wait_is_told_as_it_was_measured(house: House) -> None:
    await at_the_desk(house)
    for _ in range(3):
        await house.core.base.store.waits.record("general", Wait(180, 1, right_now()))
    _, line = await waits(house)
    assert line == {"place": 1, "minutes": [3, 3], "by_phone": False}


async def test_with_nobody_there_no_place_is_told(house: House) -> None:
    tab, line = await waits(house)
    assert line == {"place": None, "minutes": None, "by_phone": False}
    await house.emptied()
    house.outside.rasa = answers
    await tab.send_json(LEAVES)
    while (await hears(tab, "who"))["line"]:  # its menu of other ways is in force
        pass
    assert await in_line(house) == []


async def test_an_agent_who_was_quicker_keeps_the_conversation_and_reads_the_wish(house: House) -> None:
    """The button of a tab that does not know it yet, or a forged frame: it closes nothing that a person has."""
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    [handoff] = await in_line(house)
    await house.core.people.handoffs.accept(handoff.id, "sam")
    await tab.send_json(LEAVES)
    await hears(tab, "ack")
    await house.emptied()
    [still] = await in_line(house)
    assert still.agent == "sam" and still.open
    assert any(line.get("text") == LEAVES["title"] for line in house.outside.lines), "it stands in the thread"


async def test_who_holds_the_line_on_the_phone_leaves_it_there_alone(house: House) -> None:
    """A tap on the page of somebody whose call waits: it would hang up on them."""
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    [handoff] = await in_line(house)
    await house.core.people.handoffs.change(handoff.id, lambda now: replace(now, call_sid="CA1"))
    assert (await hears(tab, "who"))["line"]["by_phone"]
    await tab.send_json(LEAVES)
    await hears(tab, "ack")
    await house.emptied()
    [still] = await in_line(house)
    assert still.waits and still.call_sid == "CA1"


async def test_a_visitor_leaves_their_own_line_alone(house: House) -> None:
    """Nothing in the frame names a handoff: whose line it is follows from whose socket it is."""
    await at_the_desk(house)
    await waits(house)
    await house.emptied()
    [anas] = await in_line(house)
    house.outside.rasa = answers
    mallory = await opens(house)
    await hears(mallory, "welcome")
    for choice in ("line:1", f"{anas.id}:1", f"{anas.contact_id}:1", "line:2", "onethread.alone:1"):
        await mallory.send_json(
            {"type": "choice", "id": choice.replace(":", "-").replace(".", "-"), "choice": choice, "title": "go"}
        )
        await hears(mallory, "ack", "error")
    await house.emptied()
    assert [one.id for one in await in_line(house)] == [anas.id]
