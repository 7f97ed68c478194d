"""A text to a second number of ours is answered from that number; a page that is not set up is not passed over in silence."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.model import Address, AddressKind, Author, ChannelName, OutboundMessage, Reply, new_id, now
from gateway.standing_notes import notes
from tests.gateway.conftest import OURS, House, said_in_messenger

ANA = "+12125550147"
SECOND = "+13125550199"
SM = "SM" + "0" * 31


def of_ours(words: str, author: Author = Author.AGENT) -> OutboundMessage:
    return OutboundMessage(new_id("o"), "c_1", ChannelName.SMS, Address(AddressKind.TEL, ANA), Reply(words), author, now())


async def test_it_is_answered_from_the_number_that_was_written_to(house: House) -> None:
    assert (await house.texts("hello", SM + "1", To=SECOND)).status == 200
    await house.outside.has(house.outside.texts, 1)
    assert [form["From"] for form in house.outside.texts] == [SECOND]


@pytest.mark.parametrize("author", [Author.AGENT, Author.NOTICE])
async def test_what_an_agent_or_we_say_afterwards_comes_from_there_too(house: House, author: Author) -> None:
    await house.texts("hello", SM + "1", To=SECOND)
    await house.outside.has(house.outside.texts, 1)
    await house.core.base.store.outbox.put([of_ours("Your card is here.", author)])
    await house.outside.has(house.outside.texts, 2)
    assert house.outside.texts[1]["From"] == SECOND


async def test_the_number_that_was_written_to_last_counts(house: House) -> None:
    for number, ours in enumerate((SECOND, OURS[0], SECOND, OURS[0]), 1):
        await house.texts(f"hello {number}", f"{SM}{number}", To=ours)
        await house.outside.has(house.outside.texts, number)
        assert house.outside.texts[-1]["From"] == ours
    await house.core.base.store.outbox.put([of_ours("Your card is here.")])
    await house.outside.has(house.outside.texts, 5)
    assert house.outside.texts[-1]["From"] == OURS[0]


async def test_answers_to_two_numbers_at_once_do_not_change_places(house: House) -> None:
    """The second text is there before the first is answered."""
    let_go, well = asyncio.Event(), house.core.senders()[ChannelName.SMS].send  # type: ignore[attr-defined]

    async def held(message: OutboundMessage) -> list[str]:
        await let_go.wait()
        return await well(message)

    house.core.senders()[ChannelName.SMS].send = held  # type: ignore[method-assign]
    await house.texts("one", SM + "1", To=SECOND)
    await house.texts("two", SM + "2", To=OURS[0])
    await house.outside.has(house.outside.turns, 1)
    let_go.set()
    await house.outside.has(house.outside.texts, 2)
    sent = {form["Body"]: form["From"] for form in house.outside.texts}
    assert sent == {"re one": SECOND, "re two": OURS[0]}


async def test_a_number_that_we_gave_back_does_not_keep_the_customer_from_us(house: House) -> None:
    well = house.outside.twilio

    def answer(form: dict[str, str]) -> web.Response:
        if form["From"] == SECOND:
            return web.json_response({"code": 21606, "status": 400}, status=400)
        return well(form)

    house.outside.twilio = answer
    await house.texts("hello", SM + "1", To=SECOND)
    await house.outside.has(house.outside.texts, 2)
    assert [form["From"] for form in house.outside.texts] == [SECOND, OURS[0]]


@pytest.mark.parametrize("changes", [{"MESSENGER_PAGE_ID": "1"}])
async def test_a_page_that_is_not_set_up_is_told(house: House, changes: dict[str, str]) -> None:
    body = said_in_messenger("hello", "m_1")
    body["entry"][0]["id"] = body["entry"][0]["messaging"][0]["recipient"]["id"] = "2"
    assert (await house.messages(body)).status == 200
    async with asyncio.timeout(10):
        while not (said := await notes(house.core)):  # noqa: ASYNC110 - Redis tells no event of it
            await asyncio.sleep(0.01)
    assert "a page that MESSENGER_PAGE_ID does not name" in said[0]
