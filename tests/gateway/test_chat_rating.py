"""The whole gateway: a talk with a person is ended by its customer, and rated once, by them alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.model import Callback, Handoff, HandoffState
from bot.model import now as right_now
from bot.ports.handoff_target import agent_at
from tests.gateway.conftest import House
from tests.gateway.test_chat_line import answers, in_line, waits
from tests.gateway.test_chat_who import hears, opens
from tests.gateway.test_staffing import at_the_desk

Tab = aiohttp.ClientWebSocketResponse
ENDS = {"type": "choice", "id": "m9", "choice": "chat:1", "title": "End the chat"}


async def talks(house: House) -> tuple[Tab, Handoff]:
    """A visitor whom an agent has answered."""
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    [handoff] = await in_line(house)
    await house.core.people.handoffs.accept(handoff.id, "sam")
    assert (await hears(tab, "who"))["person"]
    return tab, handoff


async def over(house: House) -> tuple[Tab, dict[str, Any]]:
    """The agent has closed it; what the tab is offered to rate."""
    tab, handoff = await talks(house)
    house.outside.rasa = answers
    await house.core.people.close(handoff.id, "sam", "All done")
    told = await hears(tab, "who")
    await house.emptied()
    assert not told["person"] and told["rate"]["handoff"] == handoff.id
    return tab, told["rate"]


async def rates(tab: Tab, handoff: str, score: int = 4, text: str = "", client_id: str = "r1") -> bool:
    await tab.send_json({"type": "rate", "id": client_id, "handoff": handoff, "score": score, "text": text})
    return bool((await hears(tab, "rated"))["kept"])


async def kept(house: House, handoff: str) -> tuple[int, str] | None:
    rating = (await house.core.people.handoffs.get(handoff)).rating
    return (rating.score, rating.words) if rating else None


async def test_a_talk_is_rated_once_and_the_same_rating_again_changes_nothing(house: House) -> None:
    tab, offered = await over(house)
    assert offered["agent"] == await house.core.desk.agents.display_name("sam")
    words = "Quick & kind <b>thank you</b> 4111 1111 1111 1111"
    assert await rates(tab, offered["handoff"], 5, words)
    assert (await hears(tab, "who"))["rate"] is None, "told to every open tab"
    assert await kept(house, offered["handoff"]) == (5, "Quick & kind <b>thank you</b> ****"), "as written, but for a secret"
    assert await rates(tab, offered["handoff"], 5, words), "a lost answer is asked for again"
    assert not await rates(tab, offered["handoff"], 1, "changed my mind"), "the first one stands"
    assert (await kept(house, offered["handoff"]) or (0,))[0] == 5


async def test_nobody_rates_what_is_not_theirs_or_not_over(house: House) -> None:
    """Another's talk, one that goes on, one that nobody answered, and none at all: one answer for all of them."""
    tab, handoff = await talks(house)
    assert not await rates(tab, handoff.id), "it goes on"
    house.outside.rasa = answers
    await house.core.people.close(handoff.id, "sam", "All done")
    assert (await hears(tab, "who"))["rate"]
    mallory = await opens(house)
    assert (await hears(mallory, "welcome"))["rate"] is None
    assert not await rates(mallory, handoff.id, 1, "forged"), "without a conversation of their own"
    await mallory.send_json({"type": "message", "id": "m1", "text": "hello"})
    await hears(mallory, "ack")
    await house.emptied()
    assert not await rates(mallory, handoff.id, 1, "forged", "r2"), "with one"
    assert not await rates(mallory, "h_0", 1, "forged", "r3")
    assert not await rates(mallory, handoff.conversation_id, 1, "forged", "r4")
    assert await kept(house, handoff.id) is None
    assert await rates(tab, handoff.id, 3)


async def test_who_was_never_answered_has_nothing_to_rate(house: House) -> None:
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    [handoff] = await in_line(house)
    house.outside.rasa = answers
    await tab.send_json({"type": "choice", "id": "m2", "choice": "line:1", "title": "go on"})
    assert (await hears(tab, "who"))["rate"] is None
    assert not await rates(tab, handoff.id)


async def test_a_talk_at_another_desk_is_not_ours_to_rate(house: House) -> None:
    tab, offered = await over(house)
    await house.core.people.handoffs.change(offered["handoff"], lambda now: replace(now, agent=agent_at("Dana", "zammad")))
    assert not await rates(tab, offered["handoff"])


async def test_the_next_one_at_this_browser_is_not_asked_for_the_last_ones_talk(house: House) -> None:
    _, offered = await over(house)
    visitors, web_ids = house.core.desk.visitors, house.core.base.store.client
    [key] = await web_ids.keys("ot:wt:*")
    web_id = str(await web_ids.get(key))
    assert await visitors.served(web_id) == offered["handoff"]
    await visitors.leave(web_id, await visitors.last(web_id))
    assert await visitors.served(web_id) is None


async def test_who_ends_a_talk_is_told_so_and_the_agent_writes_it_up(house: House) -> None:
    tab, handoff = await talks(house)
    house.outside.rasa = answers
    await tab.send_json(ENDS)
    ended = await hears(tab, "who")
    assert not ended["person"] and ended["rate"]["handoff"] == handoff.id
    while (line := await hears(tab, "message"))["author"] == "customer" or "number 1" in line["text"]:
        pass
    assert line["text"].startswith("You ended the chat."), "the assistant is silent"
    await house.emptied()
    over = await house.core.people.handoffs.get(handoff.id)
    assert over.state is HandoffState.WRAP_UP and over.lacks_outcome("sam")
    assert "handoff_closed" in house.outside.turns[-1]["payload"], "the assistant knows"


async def test_who_ends_the_wait_is_out_of_the_line(house: House) -> None:
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    house.outside.rasa = answers
    await tab.send_json(ENDS)
    assert (await hears(tab, "who"))["line"] is None
    await house.emptied()
    assert await in_line(house) == []


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("change", [{"callback": Callback("+12125550147", right_now())}, {"call_sid": "CA" + "1" * 32}])
async def test_a_page_ends_no_call_and_no_wish_for_one(house: House, change: dict[str, Any], accepted: bool) -> None:
    await at_the_desk(house)
    tab, _ = await waits(house)
    await house.emptied()
    [handoff] = await in_line(house)
    book = house.core.people.handoffs
    await book.change(handoff.id, lambda now: replace(now, **change))
    if accepted:
        await book.accept(handoff.id, "sam")
    await tab.send_json(ENDS)
    await hears(tab, "ack")
    await house.emptied()
    assert (await book.get(handoff.id)).open
    assert any(line.get("text") == ENDS["title"] for line in house.outside.lines), "whoever has it reads the wish"


@pytest.mark.parametrize("again", [False, True])
async def test_with_the_assistant_the_end_is_said_too(house: House, again: bool) -> None:
    tab = await opens(house)
    await hears(tab, "welcome")
    house.outside.rasa = answers
    for _ in range(1 + again):  # the same tap twice is one
        await tab.send_json(ENDS)
    while (line := await hears(tab, "message"))["author"] == "customer":
        pass
    assert line["text"].startswith("You ended the chat.")
    await house.emptied()
    assert len(house.outside.turns) == 1
