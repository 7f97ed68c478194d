"""A person is asked for by text when nobody is there: what is said, what is kept, and going on without."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from bot.directives import Handoff
from bot.hours import Hours
from bot.model import Address, AddressKind, ChannelName, HandoffState, Reply
from bot.ports import DialogueTurn, TurnResult
from bot.staffing import Staffing
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.fakes import PlainWording

MESSENGER = Address(AddressKind.MESSENGER, "1000000000000001")
GO_ON = "staff_go_on"


@dataclass
class Desk:
    """How many agents are there."""

    people: int = 1

    async def available(self) -> int:
        return self.people


@pytest.fixture
def desk(world: World) -> Desk:
    """Mondays to Fridays; the clock begins on a Saturday. The assistant hands over at the first word."""
    made, hours = Desk(), Hours.parse("Mon-Fri 09:00-17:00", "America/New_York")
    staffing = Staffing(hours, made.available, PlainWording(), world.clock)
    world.conversations = replace(world.conversations, staffing=staffing)
    world.people = replace(world.people, conversations=world.conversations)
    world.assistant.answer = lambda said: DialogueTurn((Reply("Of course."),), (Handoff("asked"),))
    return made


async def asks(world: World, channel: ChannelName, sender: Address) -> TurnResult:
    return await world.conversations.receive(world.message(channel, sender, "a person"))


CHANNELS = [(ChannelName.WEB, ANAS_BROWSER), (ChannelName.MESSENGER, MESSENGER), (ChannelName.SMS, ANA)]


@pytest.mark.parametrize(("channel", "sender"), CHANNELS)
async def test_out_of_hours_the_next_opening_is_said(world: World, desk: Desk, channel: ChannelName, sender: Address) -> None:
    result = await asks(world, channel, sender)
    assert [r.text for r in result.replies] == ["Of course.", "staff_closed opens=Monday at 9 AM"]
    assert [o.title for o in result.replies[-1].options] == [GO_ON] and result.menu_id
    assert result.handoff and result.handoff.state is HandoffState.WAITING
    assert (await world.conversations.receive(world.message(channel, sender, "It is about my card"))).replies == ()
    said = (await world.people.view(result.handoff.id)).transcript
    assert [line.text for line in said[-2:]] == ["staff_closed opens=Monday at 9 AM", "It is about my card"]


async def test_with_everybody_away_in_business_hours(world: World, desk: Desk) -> None:
    world.clock.passes(days=2, hours=3)  # Monday, ten in the morning in New York
    desk.people = 0
    result = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert result.replies[-1].text == "staff_away" and result.replies[-1].options


async def test_with_somebody_there_the_place_is_said_as_ever(world: World, desk: Desk) -> None:
    world.clock.passes(days=2, hours=3)
    result = await asks(world, ChannelName.SMS, ANA)
    assert result.replies[-1] == Reply("handoff_waiting place=1")


async def test_a_call_says_it_in_its_own_way(world: World, desk: Desk) -> None:
    await world.calls_in("CA" + "1" * 32)
    result = await world.says("CA" + "1" * 32, "a person")
    assert all("staff" not in reply.text for reply in result.replies)


@pytest.mark.parametrize("tapped", [True, False])
async def test_the_customer_goes_on_without(world: World, desk: Desk, tapped: bool) -> None:
    waiting = await asks(world, ChannelName.SMS, ANA)
    assert waiting.handoff and waiting.menu_id
    world.assistant.answer = lambda said: DialogueTurn((Reply("What else?"),))
    message = world.message(ChannelName.SMS, ANA, "" if tapped else "1")
    result = await world.conversations.receive(replace(message, choice=f"{waiting.menu_id}:1") if tapped else message)
    assert [r.text for r in result.replies] == ["What else?"] and result.handoff is None
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": ""}'
    closed = await world.handoffs.get(waiting.handoff.id)
    assert closed and closed.outcome == "The customer went on without a person"
    assert await world.conversations.receive(message if not tapped else replace(message, choice=f"{waiting.menu_id}:1")) == result
    assert len(world.assistant.asked) == 2  # the same message again changes nothing


async def test_a_worker_that_died_after_closing_or_a_second_tap_comes_to_the_same(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert waiting.handoff
    handoff = await world.handoffs.get(waiting.handoff.id)
    assert handoff
    await world.handoffs.save(replace(handoff, state=HandoffState.CLOSED))
    world.assistant.answer = lambda said: DialogueTurn((Reply("What else?"),))
    result = await world.chats(choice=f"{waiting.menu_id}:1")
    assert [r.text for r in result.replies] == ["What else?"]
    assert all("onethread" not in asked["said"] for asked in world.assistant.asked)  # payloads of ours stay with us


async def test_nobody_takes_it_back_from_an_agent_by_an_old_button(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.SMS, ANA)
    assert waiting.handoff
    await world.people.accept(waiting.handoff.id, "sam", None)
    result = await world.conversations.receive(world.message(ChannelName.SMS, ANA, "1"))
    assert result.replies == () and result.handoff and result.handoff.agent == "sam"


async def test_words_to_the_colleagues_are_no_choice(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.SMS, ANA)
    result = await world.conversations.receive(world.message(ChannelName.SMS, ANA, "1 card is lost, please go on with the fee"))
    assert result.handoff and waiting.handoff and result.handoff.id == waiting.handoff.id
