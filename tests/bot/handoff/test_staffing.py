"""A person is asked for by text when nobody is there: what is said, what is kept, and going on without."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from bot.directives import Handoff, TellWait
from bot.handoff.about_the_wait import AboutTheWait, WaitingError
from bot.handoff.availability import Staffing, own_number
from bot.handoff.wait_answers import Waiting
from bot.model import Address, AddressKind, ChannelName, HandoffState, Reply
from bot.ports import DialogueTurn, TurnResult, Understood
from bot.ports.hours import Hours
from bot.ports.phone_line import Wait
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.fakes import PlainWording

ROOT = Path(__file__).resolve().parents[3]
MESSENGER = Address(AddressKind.MESSENGER, "1000000000000001")
GO_ON = "staff_go_on"


@dataclass
class Desk:
    """How many agents are there."""

    people: int = 1
    waits: list[Wait] = field(default_factory=list)

    async def record(self, queue: str, wait: Wait) -> None:
        self.waits.append(wait)

    async def recent(self, queue: str, now: datetime) -> list[Wait]:
        return self.waits

    async def available(self, _queue: str) -> int:
        return self.people


@pytest.fixture
def desk(world: World) -> Desk:
    """Mondays to Fridays; the clock begins on a Saturday. The assistant hands over at the first word."""
    made, hours = Desk(), Hours.parse("Mon-Fri 09:00-17:00", "America/New_York")
    staffing = Staffing(hours=hours, available=made.available, wording=PlainWording(), clock=world.clock)
    waiting = Waiting(staffing, world.needs.handoffs, made, AboutTheWait.from_domain(ROOT / "domain"))
    world.rewire(staffing=staffing, waiting=waiting)
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
    assert result.replies[-1] == Reply("handoff_waiting place=1", response="utter_handoff_waiting")


async def test_a_call_says_it_in_its_own_way(world: World, desk: Desk) -> None:
    await world.calls_in("CA" + "1" * 32)
    result = await world.says("CA" + "1" * 32, "a person")
    assert all("staff" not in reply.text for reply in result.replies)


@pytest.mark.parametrize("tapped", [True, False])
async def test_the_customer_goes_on_without(world: World, desk: Desk, tapped: bool) -> None:
    waiting = await asks(world, ChannelName.SMS, ANA)
    assert waiting.handoff and waiting.menu_id
    understood = Understood(intent="handoff_closed", confidence=1.0, action="action_handoff_closed")
    world.assistant.answer = lambda said: DialogueTurn((Reply("What else?"),), understood=understood)
    message = world.message(ChannelName.SMS, ANA, "" if tapped else "1")
    result = await world.conversations.receive(replace(message, choice=f"{waiting.menu_id}:1") if tapped else message)
    assert [r.text for r in result.replies] == ["What else?"] and result.handoff is None
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": ""}'
    closed = await world.handoffs.get(waiting.handoff.id)
    assert closed and closed.outcome == "The customer went on without a person"
    assert await world.conversations.receive(message if not tapped else replace(message, choice=f"{waiting.menu_id}:1")) == result
    assert len(world.assistant.asked) == 2  # the same message again changes nothing
    ends = [fact for fact in await world.told("turn") if fact.body.get("action") == "action_handoff_closed"]
    assert [fact.body.get("intent", "") for fact in ends] == [""]  # the payload is ours, and no wish of theirs


async def test_a_worker_that_died_after_closing_or_a_second_tap_comes_to_the_same(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert waiting.handoff
    handoff = await world.handoffs.get(waiting.handoff.id)
    assert handoff
    await world.handoffs.update(handoff.id, lambda now: replace(now, state=HandoffState.CLOSED))
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


# -- being called back instead ---------------------------------------------------------------------------------------------


def calls_are_made(world: World) -> None:
    """As in an installation with a phone line."""
    staffing = world.needs.staffing
    assert staffing
    with_calls = replace(staffing, number=partial(own_number, world.needs.identity.held_for))
    world.rewire(staffing=with_calls)


async def test_who_texts_from_their_number_may_be_called_back_instead(world: World, desk: Desk) -> None:
    calls_are_made(world)
    waiting = await asks(world, ChannelName.SMS, ANA)
    assert waiting.handoff and [o.title for o in waiting.replies[-1].options] == [GO_ON, "staff_call_me"]
    message = world.message(ChannelName.SMS, ANA, "2")
    kept = await world.conversations.receive(message)
    assert [r.text for r in kept.replies] == ["staff_call_kept last2=47"]
    handoff = await world.handoffs.get(waiting.handoff.id)
    assert handoff and handoff.callback and handoff.callback.number == ANA.value and handoff.state is HandoffState.WAITING
    assert await world.conversations.receive(message) == kept  # told again, nothing changes
    said = (await world.people.view(handoff.id)).transcript
    assert [line.text for line in said[-2:]] == ["staff_call_me", "staff_call_kept last2=47"]
    assert (await world.texts("It is about my card")).replies == (), "it is a line for who calls"


async def test_a_browser_without_a_proved_number_is_not_called(world: World, desk: Desk) -> None:
    """Anybody's phone could be given."""
    calls_are_made(world)
    assert [o.title for o in (await asks(world, ChannelName.WEB, ANAS_BROWSER)).replies[-1].options] == [GO_ON]


async def test_an_agent_who_accepted_meanwhile_has_it_and_nobody_is_called(world: World, desk: Desk) -> None:
    calls_are_made(world)
    waiting = await asks(world, ChannelName.SMS, ANA)
    assert waiting.handoff
    await world.people.accept(waiting.handoff.id, "sam", None)
    await world.texts("2")
    handoff = await world.handoffs.get(waiting.handoff.id)
    assert handoff and handoff.callback is None and handoff.agent == "sam"


# -- how long until somebody answers? --------------------------------------------------------------------------------------

ASKED = (
    "how long until somebody answers?",
    "how many are before me",
    "when will a person be there",
    "is anybody there?",
    "are you open now",
    "How long???",
    "hello, anyone there",
    "What's my place in the queue please",
    "when will someone get back to me",
    "how much longer do I have to wait",
    "Are any agents online?",
    "is someone going to answer me",
    "has everyone gone home?",
    "hello?? still waiting",
)
A_LINE = (
    "It is about my card",
    "I ordered it when I moved",
    "When I pay, the shop says no",
    "Someone took my wallet",
    "is my account blocked",
    "How long was my card blocked?",
    "My husband and I have waited for this card for two months now and I would like to know when somebody at your bank sends it",
)


@pytest.mark.parametrize("words", ASKED)
@pytest.mark.parametrize(("channel", "sender"), CHANNELS)
async def test_who_waits_and_asks_is_told_and_the_agent_reads_it(
    world: World, desk: Desk, channel: ChannelName, sender: Address, words: str
) -> None:
    world.clock.passes(days=2, hours=3)
    desk.waits = [Wait(180, 1, world.clock())] * 3
    waiting = await asks(world, channel, sender)
    assert waiting.handoff
    told = await world.conversations.receive(world.message(channel, sender, words))
    assert [r.text for r in told.replies] == ["handoff_still_waiting place=1 wait_about minutes=3"]
    said = (await world.people.view(waiting.handoff.id)).transcript
    assert [line.text for line in said[-2:]] == [words, "handoff_still_waiting place=1 wait_about minutes=3"]
    assert len(await world.handoffs.listing()) == 1


@pytest.mark.parametrize(("channel", "sender"), CHANNELS)
@pytest.mark.parametrize("words", ["never mind", "Ok, forget it.", "nvm", "I changed my mind, thanks", "Please cancel that"])
async def test_never_mind_is_a_line_and_the_way_on_is_told(
    world: World, desk: Desk, channel: ChannelName, sender: Address, words: str
) -> None:
    world.clock.passes(days=2, hours=3)
    waiting = await asks(world, channel, sender)
    assert waiting.handoff
    told = await world.conversations.receive(world.message(channel, sender, words))
    assert [r.text for r in told.replies] == ["wait_never_mind place=1"]
    assert [o.title for o in told.replies[0].options] == [GO_ON] and told.menu_id
    said = (await world.people.view(waiting.handoff.id)).transcript
    assert [line.text for line in said[-2:]] == [words, "wait_never_mind place=1"]
    assert [one.state for one in await world.handoffs.listing()] == [HandoffState.WAITING]

    world.assistant.answer = lambda said: DialogueTurn((Reply("What else?"),))
    result = await world.conversations.receive(world.message(channel, sender, "1"))
    assert [r.text for r in result.replies] == ["What else?"] and await world.handoffs.listing() == []


@pytest.mark.parametrize(
    "words",
    ["continue without a person", "Forget it, I'd rather go on with the assistant", "ok then back to the bot please",
     "I'll go on without a colleague", "can i just talk to the bot again"],
)  # fmt: skip
async def test_the_assistant_in_the_place_of_a_person_in_words(world: World, desk: Desk, words: str) -> None:
    world.clock.passes(days=2, hours=3)
    await asks(world, ChannelName.WEB, ANAS_BROWSER)
    world.assistant.answer = lambda said: DialogueTurn((Reply("What else?"),))
    result = await world.chats(words)
    assert [r.text for r in result.replies] == ["What else?"] and await world.handoffs.listing() == []


@pytest.mark.parametrize(
    "words",
    ["don't send me back to the bot", "I can't go on without a card", "will you go on without me?",
     "is this going back to the bot?", "the person said to go on with my card"],
)  # fmt: skip
async def test_what_only_sounds_like_it_is_a_line(world: World, desk: Desk, words: str) -> None:
    world.clock.passes(days=2, hours=3)
    await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert (await world.chats(words)).replies == () and len(await world.handoffs.listing()) == 1


async def test_an_agent_who_has_it_keeps_it(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert waiting.handoff
    await world.people.accept(waiting.handoff.id, "sam", None)
    assert (await world.chats("go on without a person")).replies == ()
    assert [one.agent for one in await world.handoffs.listing()] == ["sam"]


async def test_never_mind_with_nobody_there_or_with_an_agent(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert waiting.handoff
    assert [r.text for r in (await world.chats("never mind")).replies] == ["staff_closed opens=Monday at 9 AM"]
    await world.people.accept(waiting.handoff.id, "sam", None)
    assert (await world.chats("never mind")).replies == ()


@pytest.mark.parametrize("words", A_LINE)
async def test_other_words_of_who_waits_are_a_line_and_nothing_else(world: World, desk: Desk, words: str) -> None:
    world.clock.passes(days=2, hours=3)
    await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert (await world.chats(words)).replies == ()


async def test_once_an_agent_has_it_the_question_is_the_agents(world: World, desk: Desk) -> None:
    waiting = await asks(world, ChannelName.WEB, ANAS_BROWSER)
    assert waiting.handoff
    await world.people.accept(waiting.handoff.id, "sam", None)
    assert (await world.chats("is anybody there?")).replies == ()


async def test_when_the_last_agent_has_left_who_asks_is_told_so_and_no_place(world: World, desk: Desk) -> None:
    world.clock.passes(days=2, hours=3)
    await asks(world, ChannelName.WEB, ANAS_BROWSER)
    desk.people = 0
    told = await world.chats("how long until somebody answers?")
    assert [r.text for r in told.replies] == ["staff_away"] and [o.title for o in told.replies[0].options] == [GO_ON]


async def test_out_of_hours_the_opening_is_told_to_who_waits(world: World, desk: Desk) -> None:
    await asks(world, ChannelName.SMS, ANA)
    assert [r.text for r in (await world.texts("are you open now")).replies] == ["staff_closed opens=Monday at 9 AM"]


@pytest.mark.parametrize(
    ("days", "people", "waits", "told"),
    [
        (0, 1, (), "wait_closed opens=Monday at 9 AM"),
        (2, 0, (), "wait_away"),
        (2, 1, (), "wait_there place=1 wait_unknown"),
        (2, 1, (30, 30, 30), "wait_there place=1 wait_short"),
    ],
)
async def test_who_asks_before_asking_for_a_person_is_told_and_put_in_no_line(
    world: World, desk: Desk, days: int, people: int, waits: tuple[float, ...], told: str
) -> None:
    world.clock.passes(days=days, hours=3)
    desk.people, desk.waits = people, [Wait(seconds, 1, world.clock()) for seconds in waits]
    world.assistant.answer = lambda said: DialogueTurn((), (TellWait(),))
    result = await world.chats("how long until somebody answers?")
    assert [r.text for r in result.replies] == [told] and [o.title for o in result.replies[0].options] == ["offer_person"]
    assert result.handoff is None and await world.handoffs.listing() == []
    opened = await world.chats(choice=f"{result.menu_id}:1")
    assert opened.handoff and opened.handoff.state is HandoffState.WAITING, "one tap, and they wait"


async def test_in_the_middle_of_a_form_its_question_comes_last_with_its_own_options(world: World, desk: Desk) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply("Your name?"),), (TellWait(),))
    result = await world.chats("how long until somebody answers?")
    assert [(r.text, r.options) for r in result.replies] == [("wait_closed opens=Monday at 9 AM", ()), ("Your name?", ())]


@pytest.mark.parametrize(
    "written", ["waiting: [", "waiting:", "waiting: {phrases: [a]}", "waiting: {longest: 9, pairs: [{first: [a]}]}"]
)
def test_a_file_of_words_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path, written: str) -> None:
    (tmp_path / "_waiting.yml").write_text(written)
    with pytest.raises(WaitingError, match=r"_waiting\.yml: cannot be read"):
        AboutTheWait.from_domain(tmp_path)


def test_without_the_file_nothing_is_taken_for_such_a_question(tmp_path: Path) -> None:
    assert not AboutTheWait.from_domain(tmp_path).asks("how long?")
