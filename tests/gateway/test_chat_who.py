"""The whole gateway: a web chat is told who has its conversation at each moment, whatever was said and wherever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web

from bot.model import HandoffState
from bot.ports import DeskEvent
from tests.gateway.conftest import House
from tests.gateway.test_staffing import at_the_desk, hands_over

ASSISTANT = (False, None)


async def hears(socket: aiohttp.ClientWebSocketResponse, *kinds: str) -> dict[str, Any]:
    while (frame := await socket.receive_json(timeout=5))["type"] not in kinds:
        pass
    assert isinstance(frame, dict)
    return frame


async def who(socket: aiohttp.ClientWebSocketResponse) -> tuple[bool, str | None]:
    """The next that the tab is told of it."""
    frame = await hears(socket, "who", "welcome")
    return frame["person"], frame["agent"]


async def opens(house: House, token: str = "") -> aiohttp.ClientWebSocketResponse:
    socket = await house.http.ws_connect(house.url.replace("http", "ws") + "/chat", headers={"Origin": house.url})
    await socket.send_json({"type": "hello", **({"token": token} if token else {})})
    return socket


async def test_accepted_passed_on_released_and_closed(house: House) -> None:
    """Each without a word in the chat: a transfer and a hand back to the line are told to nobody there."""
    await at_the_desk(house)
    await house.core.desk.agents.add("kim", "Kim Lee")
    house.outside.rasa = hands_over
    tab = await opens(house)
    welcome = await hears(tab, "welcome")
    assert (welcome["person"], welcome["agent"]) == ASSISTANT
    await tab.send_json({"type": "message", "id": "m1", "text": "a person please"})
    await hears(tab, "ack")
    assert await who(tab) == ASSISTANT, "in line: no person has it yet (test_chat_line.py)"
    await house.emptied()
    [waiting] = await house.core.handoff.handoffs.listing()
    book = house.core.people.handoffs
    await book.accept(waiting.id, "sam")
    sam = await house.core.desk.agents.display_name("sam")
    assert await who(tab) == (True, sam)
    other = await opens(house, welcome["token"])
    assert await who(other) == (True, sam), "a tab that is opened now"
    await book.change(waiting.id, lambda now: replace(now, agent="kim"))
    assert await who(tab) == await who(other) == (True, "Kim Lee")
    await book.change(waiting.id, lambda now: replace(now, agent=None, state=HandoffState.WAITING))
    assert await who(tab) == await who(other) == ASSISTANT
    await book.accept(waiting.id, "kim")
    assert await who(tab) == await who(other) == (True, "Kim Lee")
    house.outside.rasa = lambda _said: web.json_response({"messages": [{"text": "You're back."}], "failed_actions": []})
    await house.core.people.close(waiting.id, "kim", "All done")
    assert await who(tab) == await who(other) == ASSISTANT
    await tab.close()
    await other.close()


async def test_a_conversation_that_a_person_has_shows_no_typing_of_the_assistant(house: House) -> None:
    await at_the_desk(house)
    house.outside.rasa = hands_over
    tab = await opens(house)
    await hears(tab, "welcome")
    await tab.send_json({"type": "message", "id": "m1", "text": "a person please"})
    assert (await hears(tab, "typing"))["on"] is True, "the assistant thinks"
    await house.emptied()
    [waiting] = await house.core.handoff.handoffs.listing()
    assert not (await who(tab))[0]
    await house.core.people.handoffs.accept(waiting.id, "sam")
    assert (await who(tab))[0]
    await tab.send_json({"type": "message", "id": "m2", "text": "it is about my card"})
    await hears(tab, "ack")
    await house.emptied()
    await tab.send_json({"type": "ping"})
    seen = []
    while (frame := await tab.receive_json(timeout=5))["type"] != "pong":
        seen.append(frame)
    assert not any(frame.get("on") for frame in seen if frame["type"] == "typing")
    await tab.close()


async def test_a_person_is_shown_that_the_visitor_writes_and_nobody_while_the_assistant_has_it(house: House) -> None:
    await at_the_desk(house)
    house.outside.rasa = hands_over
    tab = await opens(house)
    await hears(tab, "welcome")
    told: list[DeskEvent] = []
    watching = asyncio.Event()

    async def watch() -> None:
        async for event in house.core.people.watch():
            told.append(event)
            watching.set()

    task = asyncio.create_task(watch())
    while not watching.is_set():  # until the subscription stands
        await house.core.desk.bulletin.post(DeskEvent("queue", None))
        await asyncio.sleep(0.01)
    await tab.send_json({"type": "typing"})
    await tab.send_json({"type": "message", "id": "m1", "text": "a person please"})
    await hears(tab, "ack")
    await house.emptied()
    [waiting] = await house.core.handoff.handoffs.listing()
    await house.core.people.handoffs.accept(waiting.id, "sam")
    await hears(tab, "who")
    typing = DeskEvent("typing", waiting.id)
    assert typing not in told
    async with asyncio.timeout(10):
        while typing not in told:  # what comes within two seconds of the last is dropped
            await tab.send_json({"type": "typing"})
            await asyncio.sleep(0.25)
    task.cancel()
