"""Agents do not wait for the assistant: accept, reply and what they read are there while Rasa hangs and holds every slot."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.model import Address, AddressKind, HandoffState
from tests.gateway.conftest import House
from tests.gateway.test_staffing import SM, at_the_desk, hands_over

ANA = "+12125550147"


async def ana_waits(house: House) -> str:
    """Ana has asked for a person; the handoff's id."""
    house.outside.rasa = hands_over
    await house.texts("a person", SM + "1", sender=ANA)
    await house.outside.has(house.outside.texts, 1)
    contact = await house.core.base.store.contacts.find(Address(AddressKind.TEL, ANA))
    handoff = contact and await house.core.handoff.handoffs.open_for(contact.conversation_id)
    assert handoff
    return handoff.id


async def test_an_agent_answers_within_a_second_while_rasa_hangs(house: House) -> None:
    await at_the_desk(house)
    handoff_id, people = await ana_waits(house), house.core.people
    house.outside.hangs = asyncio.Event()
    try:
        async with asyncio.timeout(1):
            accepted = await people.accept(handoff_id, "sam", None)
            await people.reply(handoff_id, "sam", "Hello, this is Sam", "first")
            view = await people.view(handoff_id)
        assert accepted.state is HandoffState.ASSIGNED and view.transcript[-1].text == "Hello, this is Sam"
        assert house.outside.asked_while_hanging == 0, "Rasa is not in an agent's way"
    finally:
        house.outside.hangs.set()


async def test_a_customers_words_to_an_agent_take_no_slot_of_a_slow_assistant(house: House) -> None:
    await at_the_desk(house)
    handoff_id, people = await ana_waits(house), house.core.people
    await people.accept(handoff_id, "sam", None)
    house.outside.hangs = asyncio.Event()
    try:
        for number in range(20):  # more than there are slots
            await house.texts("my balance", f"SM{number + 100:032d}", sender=f"+1212555{number + 200:04d}")
        await house.texts("Are you there?", SM + "2", sender=ANA)

        async def last() -> Any:
            return (await people.view(handoff_id)).transcript[-1].text

        async with asyncio.timeout(3):
            while await last() != "Are you there?":  # noqa: ASYNC110 - Redis tells no event of it
                await asyncio.sleep(0.02)
    finally:
        house.outside.hangs.set()


async def test_what_was_said_to_a_person_is_known_to_the_assistant_afterwards(house: House) -> None:
    """Kept meanwhile, and written before the next turn."""
    await at_the_desk(house)
    handoff_id, people = await ana_waits(house), house.core.people
    await people.accept(handoff_id, "sam", None)
    await people.reply(handoff_id, "sam", "Hello, this is Sam", "first")
    house.outside.rasa = lambda said: web.json_response({"messages": [{"text": "back"}], "failed_actions": []})
    await people.close(handoff_id, "sam", "All done")
    await house.outside.has(house.outside.texts, 4)
    assert "Hello, this is Sam" in [event.get("text") for event in house.outside.lines]
