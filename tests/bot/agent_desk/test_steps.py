"""A handoff goes from hand to hand: back in line, to a colleague, to another queue; it rests, ends, and is opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.agent_desk.returning import GRACE
from bot.agent_desk.transfers import OFFERED_FOR
from bot.agent_desk.workspace import People
from bot.model import CallState, ChannelName, Closing, ContactAddress, Handoff, HandoffState, Proof, Reply
from bot.model.agent_steps import (
    AskIn,
    Decline,
    GiveTo,
    GoOut,
    JoinIn,
    Move,
    Release,
    Reminded,
    Reopen,
    Resume,
    Snooze,
    TakeOver,
    WriteNote,
)
from bot.model.queues import Queue, Queues
from bot.ports import DialogueTurn, HandoffRefused
from bot.redis_store.client.base import connect
from bot.redis_store.handoffs import RedisHandoffs
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import ANA, ANAS_BROWSER, World

QUEUES = Queues({"general": Queue("General"), "cards": Queue("Cards")})
KEEPS = "place_kept"


class Desk:
    """Who is there; sam and kim at first."""

    def __init__(self) -> None:
        self.there = {"sam", "kim"}

    async def at_desk(self) -> Collection[str]:
        return self.there

    async def absent(self, handoffs: Sequence[Handoff]) -> Collection[str]:
        return {one.id for one in handoffs if one.agent not in self.there}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def people(world: World, desk: Desk) -> People:
    return replace(world.people, queues=QUEUES, at_desk=desk.at_desk, absent=desk.absent)


@pytest.fixture
async def sams(world: World, people: People) -> Handoff:
    """Ana's, by text; Sam has it."""
    handoff = await opened_by_text(world)
    world.clock.passes(minutes=1)
    return await people.accept(handoff.id, "sam", None)


async def now(world: World, handoff: Handoff) -> Handoff:
    return await world.people.handoffs.get(handoff.id)


async def notices(world: World) -> list[str]:
    return [one.reply.text for one in await world.sent_to(ANA) if one.author == "notice"]


# -- back in line, and to another queue --------------------------------------------------------------------------------


async def test_who_is_put_back_in_line_keeps_their_place_and_is_told_once(world: World, people: People, sams: Handoff) -> None:
    escalates(world)
    later = (await world.chats("a person", ANAS_BROWSER)).handoff
    assert later
    await people.step(sams.id, "sam", Release("needs somebody who knows loans"))
    waiting = await now(world, sams)
    assert (waiting.state, waiting.agent, waiting.why) == (HandoffState.WAITING, None, "released")
    assert await people.handoffs.place(waiting) == 1 and await people.handoffs.place(later) == 2
    assert [note.text for note in waiting.notes] == ["needs somebody who knows loans"]
    assert await notices(world) == ["agent_joined agent=Sam", f"agent_released {KEEPS}"]
    assert await people.tell_of_leaving() == 0, "it is told already"
    await people.accept(sams.id, "kim", None)
    assert (await notices(world))[-1] == "agent_joined agent=Kim"


async def test_to_whom_it_comes_back_is_told_anew(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", Release())
    world.clock.passes(seconds=30)
    await people.accept(sams.id, "sam", None)
    assert (await notices(world)).count("agent_joined agent=Sam") == 2


async def test_it_is_moved_to_another_queue_with_its_place(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", Move("cards", "a new card"))
    moved = await now(world, sams)
    assert (moved.queue, moved.state, moved.opened_at) == ("cards", HandoffState.WAITING, sams.opened_at)
    assert (await notices(world))[-1] == f"agent_moved {KEEPS}"
    (told,) = await world.told("handoff_transferred")
    assert (told.body["from_agent"], told.body["to_queue"]) == ("sam", "cards")


@pytest.mark.parametrize(("step", "why"), [(Move("nowhere"), "no such queue"), (Move("general"), "in that queue already")])
async def test_no_other_queue_is_taken(people: People, sams: Handoff, step: Move, why: str) -> None:
    with pytest.raises(HandoffRefused, match=why):
        await people.step(sams.id, "sam", step)


@pytest.mark.parametrize("step", [Release(), Move("cards"), GiveTo("kim"), Snooze(), Resume()])
async def test_only_who_has_it_gives_it_away(
    world: World, people: People, sams: Handoff, step: Release | Move | GiveTo | Snooze | Resume
) -> None:
    with pytest.raises(HandoffRefused):
        await people.step(sams.id, "bo", step)
    assert await now(world, sams) == sams


@pytest.mark.parametrize("step", [Release(), Move("cards"), GiveTo("kim")])
async def test_who_is_on_the_phone_is_transferred_by_phone(world: World, people: People, step: Release | Move | GiveTo) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    assert handoff
    await people.accept(handoff.id, "sam", "+12125550199")
    await world.calls.update("CA1", lambda call: replace(call, state=CallState.BRIDGED, handoff_id=handoff.id))
    with pytest.raises(HandoffRefused, match="on the phone"):
        await people.step(handoff.id, "sam", step)


# -- to a colleague ----------------------------------------------------------------------------------------------------


async def test_a_colleague_takes_what_is_offered_and_the_customer_hears_one_sentence(
    world: World, people: People, sams: Handoff
) -> None:
    await people.step(sams.id, "sam", GiveTo("kim", "she wants a mortgage"))
    offered = await now(world, sams)
    assert offered.state is HandoffState.OFFERED and offered.offer and offered.offer.to == "kim"
    assert await people.reply(sams.id, "sam", "One moment", "1"), "until then it is Sam's"
    with pytest.raises(HandoffRefused, match="Sam has"):
        await people.accept(sams.id, "bo", None)
    await people.accept(sams.id, "kim", None)
    assert ((await now(world, sams)).agent, (await now(world, sams)).offer) == ("kim", None)
    assert await notices(world) == ["agent_joined agent=Sam", "agent_joined agent=Kim"]
    told = [fact.kind for fact in await world.told("handoff_offered", "handoff_transferred")]
    assert told == ["handoff_offered", "handoff_transferred"]
    with pytest.raises(HandoffRefused, match="Kim has this conversation"):
        await people.reply(sams.id, "sam", "too late", "2")


async def test_who_declines_gives_it_back_and_the_customer_hears_nothing(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", GiveTo("kim"))
    before = await notices(world)
    with pytest.raises(HandoffRefused, match="not offered to you"):
        await people.step(sams.id, "bo", Decline())
    await people.step(sams.id, "kim", Decline("I am on my break"))
    back = await now(world, sams)
    assert (back.state, back.agent, back.why) == (HandoffState.ASSIGNED, "sam", "declined")
    assert (back.notes[-1].agent, back.notes[-1].text) == ("kim", "I am on my break") and await notices(world) == before


async def test_an_offer_that_nobody_takes_in_time_comes_back(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", GiveTo("kim"))
    world.clock.passes(seconds=OFFERED_FOR.total_seconds() - 1)
    assert await people.look() == 0
    world.clock.passes(seconds=1)
    assert (await people.look(), await people.look()) == (1, 0)
    back = await now(world, sams)
    assert (back.state, back.agent, back.why) == (HandoffState.ASSIGNED, "sam", "late")


async def test_when_who_gave_it_has_left_it_goes_to_the_line_and_the_customer_is_told(
    world: World, people: People, desk: Desk, sams: Handoff
) -> None:
    await people.step(sams.id, "sam", GiveTo("kim"))
    desk.there.remove("sam")
    await people.step(sams.id, "kim", Decline())
    assert (await now(world, sams)).state is HandoffState.WAITING
    assert (await notices(world))[-1] == f"agent_left {KEEPS}"


@pytest.mark.parametrize(("to", "why"), [("bo", "Bo is not at the desk"), ("sam", "have this conversation already")])
async def test_it_is_offered_to_nobody_else(people: People, sams: Handoff, to: str, why: str) -> None:
    with pytest.raises(HandoffRefused, match=why):
        await people.step(sams.id, "sam", GiveTo(to))


async def test_it_is_taken_over_from_who_is_there_and_who_had_it_sees_that(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "kim", TakeOver("sam"))
    taken = await now(world, sams)
    assert (taken.agent, taken.taken_from, taken.notes[-1].about) == ("kim", "sam", "taken")
    assert (await notices(world))[-1] == "agent_joined agent=Kim"
    with pytest.raises(HandoffRefused, match="Kim has this conversation"):
        await people.step(sams.id, "bo", TakeOver("sam"))


async def test_of_all_who_do_something_at_once_one_has_it(world: World, people: People, sams: Handoff, redis_url: str) -> None:
    """Two gateways and a store that decides; nobody waits for a lock of the other's, so a page is never torn."""
    others = [connect(redis_url) for _ in range(2)]
    houses = [
        replace(people, handoffs=replace(people.handoffs, handoffs=RedisHandoffs(one, world.facts, world.clock)))
        for one in others
    ]
    steps = [GiveTo("kim"), Release(), Move("cards"), TakeOver("sam"), Snooze(), TakeOver("sam")]
    agents = ["sam", "sam", "sam", "kim", "sam", "bo"]
    doing = [houses[n % 2].step(sams.id, who, step) for n, (who, step) in enumerate(zip(agents, steps, strict=True))]
    closing = houses[1].close(sams.id, "sam", "", Closing("resolved"))
    done = await asyncio.gather(*doing, closing, return_exceptions=True)
    assert not [one for one in done if isinstance(one, BaseException) and not isinstance(one, HandoffRefused)]
    kept = await now(world, sams)
    owner = await world.handoffs.open_for(sams.conversation_id)
    assert (owner == kept) is kept.open
    for one in others:
        await one.aclose()


# -- it rests ----------------------------------------------------------------------------------------------------------


async def test_what_is_snoozed_wakes_when_its_time_has_come(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", Snooze(world.clock() + timedelta(hours=2)))
    assert (await now(world, sams)).state is HandoffState.SNOOZED
    world.clock.passes(hours=1)
    assert await people.look() == 0
    world.clock.passes(hours=1)
    assert await people.look() == 1
    awake = await now(world, sams)
    assert (awake.state, awake.agent, awake.why) == (HandoffState.ASSIGNED, "sam", "due")


@pytest.mark.parametrize("hours", [None, 2])
async def test_or_when_the_customer_answers_and_the_assistant_is_silent_all_the_while(
    world: World, people: People, sams: Handoff, hours: int | None
) -> None:
    await people.step(sams.id, "sam", Snooze(world.clock() + timedelta(hours=hours) if hours else None))
    resting = await now(world, sams)
    assert resting.state is (HandoffState.SNOOZED if hours else HandoffState.FOR_CUSTOMER)
    asked = len(world.assistant.asked)
    result = await world.texts("here is the number you asked for")
    assert (result.replies, len(world.assistant.asked)) == ((), asked)
    awake = await now(world, sams)
    assert (awake.state, awake.agent, awake.why) == (HandoffState.ASSIGNED, "sam", "answered")


async def test_its_agent_may_go_on_before(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "sam", Snooze())
    await people.step(sams.id, "sam", Resume())
    assert (await now(world, sams)).state is HandoffState.ASSIGNED


@pytest.mark.parametrize("hours", [-1, 0, 24 * 31])
async def test_no_other_time_is_taken(world: World, people: People, sams: Handoff, hours: int) -> None:
    with pytest.raises(HandoffRefused, match="next 30 days"):
        await people.step(sams.id, "sam", Snooze(world.clock() + timedelta(hours=hours)))


# -- it ends, and is opened again --------------------------------------------------------------------------------------


async def test_it_is_closed_with_how_it_ended_and_nothing_agreed(world: World, people: People, sams: Handoff) -> None:
    closing = Closing("resolved", intent="order_card", note="was cross", remind_at=world.clock() + timedelta(days=1))
    await people.close(sams.id, "sam", "", closing)
    await world.settles()
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": ""}'
    (told,) = await world.told("handoff_wrapped_up")
    wanted = {"code": "resolved", "intent": "order_card", "note": "was cross", "agent": "sam"}
    assert {name: told.body[name] for name in wanted} == wanted
    assert await people.to_do("sam") == []
    world.clock.passes(days=1)
    (due,) = await people.to_do("sam")
    assert due.id == sams.id and await people.to_do("kim") == []
    await people.step(sams.id, "sam", Reminded())
    assert await people.to_do("sam") == []


@pytest.mark.parametrize("closing", [None, Closing(), Closing("no such code")])
async def test_how_it_ended_is_on_the_queues_list(people: People, sams: Handoff, closing: Closing | None) -> None:
    with pytest.raises(HandoffRefused, match="Choose how it ended"):
        await people.close(sams.id, "sam", "", closing)


async def test_what_is_closed_is_opened_again_by_an_agent_who_is_named_with_their_first_words(
    world: World, people: People, sams: Handoff
) -> None:
    await people.close(sams.id, "sam", "A new card is on its way", Closing("resolved", note="check the address"))
    await world.settles()
    assert [one.id for one in await people.over(10)] == [sams.id]
    before = await notices(world)
    await people.step(sams.id, "kim", Reopen())
    opened = await now(world, sams)
    assert (opened.state, opened.agent, opened.outcome, opened.reopened) == (HandoffState.ASSIGNED, "kim", None, 1)
    assert "check the address" in opened.notes[-1].text and await people.over(10) == []
    assert await notices(world) == before, "nobody has written yet"
    assert (await world.texts("hello?")).handoff, "and the assistant is silent"
    await people.reply(sams.id, "kim", "One more thing", "1")
    await people.reply(sams.id, "kim", "And another", "2")
    assert (await notices(world))[len(before) :] == ["agent_joined agent=Kim"]
    world.clock.passes(seconds=1)
    await people.close(sams.id, "kim", "The address is right", Closing("resolved"))
    await world.settles()
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": "The address is right"}'
    assert (await now(world, sams)).handed_back


async def test_what_is_opened_again_before_the_assistant_has_it_back_stays_open(
    world: World, people: People, sams: Handoff
) -> None:
    asked = len(world.assistant.asked)
    await people.close(sams.id, "sam", "done", Closing("resolved"))
    await people.step(sams.id, "sam", Reopen())
    await world.settles()
    assert (await now(world, sams)).open and len(world.assistant.asked) == asked


async def test_it_is_not_opened_again_while_another_is_open(world: World, people: People, sams: Handoff) -> None:
    with pytest.raises(HandoffRefused, match="open already"):
        await people.step(sams.id, "kim", Reopen())
    await people.close(sams.id, "sam", "done")
    await world.settles()
    second = await opened_by_text(world)
    with pytest.raises(HandoffRefused, match="asked for a person again"):
        await people.step(sams.id, "sam", Reopen())
    assert [one.id for one in await people.listing()] == [second.id]


async def test_a_talk_whose_phone_was_hung_up_is_written_up_later(world: World, people: People) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    assert handoff
    await people.accept(handoff.id, "sam", "+12125550199")
    await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    over = await now(world, handoff)
    assert (over.state, over.agent, over.open) == (HandoffState.WRAP_UP, "sam", False)
    assert [one.id for one in await people.to_do("sam")] == [handoff.id]
    await people.close(handoff.id, "sam", "", Closing("resolved"))
    assert (await now(world, handoff)).state is HandoffState.CLOSED and await people.to_do("sam") == []
    assert [one.body["outcome"] for one in await world.told("handoff_closed")] == ["talked"]


async def test_or_closed_without_when_nobody_does(world: World, people: People, sams: Handoff) -> None:
    await people.handoffs.close(sams.id, "")
    world.clock.passes(minutes=31)
    assert (await people.look(), await people.look()) == (1, 0)
    assert (await now(world, sams)).state is HandoffState.CLOSED


# -- agents who are gone -----------------------------------------------------------------------------------------------


async def test_who_is_gone_longer_than_the_grace_has_it_no_more_and_the_customer_is_told_once(
    world: World, people: People, desk: Desk, sams: Handoff
) -> None:
    desk.there.remove("sam")
    assert await people.look() == 0
    world.clock.passes(seconds=GRACE.total_seconds() - 1)
    assert await people.look() == 0 and (await now(world, sams)).agent == "sam"
    world.clock.passes(seconds=1)
    assert (await people.look(), await people.look(), await people.tell_of_leaving()) == (1, 0, 0)
    waiting = await now(world, sams)
    assert (waiting.state, waiting.agent, waiting.why) == (HandoffState.WAITING, None, "left")
    assert (await notices(world))[1:] == [f"agent_left {KEEPS}"]


async def test_who_comes_back_in_time_keeps_it(world: World, people: People, desk: Desk, sams: Handoff) -> None:
    desk.there.remove("sam")
    await people.look()
    world.clock.passes(minutes=9)
    desk.there.add("sam")
    await people.look()
    desk.there.remove("sam")
    world.clock.passes(minutes=5)
    await people.look()
    assert (await now(world, sams)).agent == "sam", "the grace begins anew"


async def test_what_rests_is_nobodys_absence(world: World, people: People, desk: Desk, sams: Handoff) -> None:
    await people.step(sams.id, "sam", Snooze())
    desk.there.clear()
    await people.look()
    world.clock.passes(hours=10)
    assert await people.look() == 0 and (await now(world, sams)).state is HandoffState.FOR_CUSTOMER


# -- notes -------------------------------------------------------------------------------------------------------------

NOTE = "NOT FOR HER EYES"


@pytest.mark.parametrize("channel", ChannelName)
async def test_no_note_reaches_a_customer_on_any_channel(world: World, people: People, channel: ChannelName) -> None:
    """Each step that takes a note, and the close: nothing is sent, spoken, kept in the thread, or given to the assistant."""
    escalates(world)
    if channel is ChannelName.VOICE:
        await world.calls_in("CA1")
        handoff = (await world.says("CA1", "a person")).handoff
        await world.calls.update("CA1", lambda call: replace(call, state=CallState.WAITING))
    elif channel is ChannelName.SMS:
        handoff = (await world.texts("a person")).handoff
    else:
        handoff = (await world.conversations.receive(world.message(channel, ANAS_BROWSER, "a person"))).handoff
    assert handoff
    await people.accept(handoff.id, "sam", None)
    await people.step(handoff.id, "sam", WriteNote(f"{NOTE} 1"))
    await people.step(handoff.id, "kim", WriteNote(f"{NOTE} 2"))
    await people.step(handoff.id, "sam", GiveTo("kim", f"{NOTE} 3"))
    await people.step(handoff.id, "kim", Decline(f"{NOTE} 4"))
    await people.step(handoff.id, "sam", Move("cards", f"{NOTE} 5"))
    world.clock.passes(seconds=1)
    await people.accept(handoff.id, "sam", None)
    await people.step(handoff.id, "sam", Release(f"{NOTE} 6"))
    world.clock.passes(seconds=1)
    await people.accept(handoff.id, "sam", None)
    await people.reply(handoff.id, "sam", "Hello", "1")
    world.assistant.answer = lambda said: DialogueTurn((Reply(f"back {said['said']}"),))
    await people.close(handoff.id, "sam", "agreed", Closing("resolved", note=f"{NOTE} 7"))
    await world.settles()
    await people.step(handoff.id, "sam", Reopen())
    await people.reply(handoff.id, "sam", "Hello again", "2")
    kept = await people.handoffs.get(handoff.id)
    assert len([note for note in kept.notes if NOTE in note.text]) == 7, "colleagues have them all"
    spoken = await world.calls.to_say("CA1") if channel is ChannelName.VOICE else []
    view = await people.view(handoff.id)
    sent = [
        value
        for key in [key async for key in world.client.scan_iter("ot:*") if "out" in str(key)]
        for value in [await _raw(world, str(key))]
    ]
    assert sent, "what goes out is looked through"
    everywhere = [spoken, sent, view.transcript, world.assistant.asked, world.assistant.trackers]
    assert NOTE not in repr(everywhere)


async def _raw(world: World, key: str) -> str:
    kind = await world.client.type(key)
    reads = {"stream": world.client.xrange, "hash": world.client.hgetall, "string": world.client.get}
    return repr(await reads[kind](key)) if kind in reads else ""


async def test_what_a_note_holds_of_a_card_is_not_kept(world: World, people: People, sams: Handoff) -> None:
    await people.step(sams.id, "kim", WriteNote("her card 4111 1111 1111 1111"))
    assert (await now(world, sams)).notes[-1].text == "her card ****"


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001])
async def test_empty_and_endless_notes_are_refused(people: People, sams: Handoff, text: str) -> None:
    with pytest.raises(HandoffRefused):
        await people.step(sams.id, "sam", WriteNote(text))


# -- whoever has it: what supervisors do -------------------------------------------------------------------------------


async def test_a_supervisor_moves_what_a_colleague_has_and_the_customer_is_told(
    world: World, people: People, sams: Handoff
) -> None:
    await people.step(sams.id, "bo", Move("cards", "theirs", anyhow=True))
    moved = await now(world, sams)
    assert (moved.queue, moved.state, moved.agent, moved.notes[-1].agent) == ("cards", HandoffState.WAITING, None, "bo")
    assert (await notices(world))[-1] == f"agent_moved {KEEPS}"
    with pytest.raises(HandoffRefused, match="waits in line already"):
        await people.step(sams.id, "bo", Release(anyhow=True))


async def test_what_waits_is_moved_without_a_word_and_given_to_an_agent(world: World, people: People) -> None:
    handoff = await opened_by_text(world)
    before = await notices(world)
    await people.step(handoff.id, "bo", Move("cards", anyhow=True))
    await people.step(handoff.id, "bo", GiveTo("kim", anyhow=True))
    offered = await now(world, handoff)
    assert offered.offer and (offered.offer.to, offered.offer.by, offered.agent) == ("kim", None, None)
    await people.accept(handoff.id, "kim", None)
    assert await notices(world) == [*before, "agent_joined agent=Kim"]


@pytest.mark.parametrize("step", [Release(anyhow=True), Move("cards", anyhow=True), GiveTo("kim", anyhow=True)])
async def test_what_is_closed_stays_where_it_is(
    world: World, people: People, sams: Handoff, step: Release | Move | GiveTo
) -> None:
    await people.close(sams.id, "sam", "", Closing("resolved"))
    with pytest.raises(HandoffRefused):
        await people.step(sams.id, "bo", step)


# -- colleagues beside its agent ----------------------------------------------------------------------------------------


async def test_a_colleague_is_asked_in_and_the_customer_is_told_who_it_is_with_their_first_words(
    world: World, people: People, sams: Handoff
) -> None:
    before = await notices(world)
    await people.step(sams.id, "sam", AskIn("kim", "is this a fee of ours?"))
    asked = await now(world, sams)
    assert (asked.agent, asked.helpers, asked.notes[-1].text) == ("sam", ("kim",), "is this a fee of ours?")
    assert await notices(world) == before, "a whisper is no word to the customer"
    await people.reply(sams.id, "kim", "It is ours, and it comes back", "1")
    await people.reply(sams.id, "kim", "Within a day", "2")
    assert await notices(world) == [*before, "agent_joined agent=Kim"]
    await people.reply(sams.id, "sam", "Sorted", "3")
    await people.step(sams.id, "kim", GoOut())
    with pytest.raises(HandoffRefused, match="Sam has this conversation"):
        await people.reply(sams.id, "kim", "one more thing", "4")


async def test_a_colleague_comes_in_by_themselves_and_who_is_in_it_gives_nothing_away(
    world: World, people: People, sams: Handoff
) -> None:
    await people.step(sams.id, "kim", JoinIn())
    await people.step(sams.id, "kim", JoinIn())
    assert (await now(world, sams)).helpers == ("kim",)
    for step in (Release(), Move("cards"), Snooze(), GiveTo("kim")):
        with pytest.raises(HandoffRefused):
            await people.step(sams.id, "kim", step)
    with pytest.raises(HandoffRefused, match="in it already"):
        await people.step(sams.id, "sam", JoinIn())
    with pytest.raises(HandoffRefused, match="not at the desk"):
        await people.step(sams.id, "sam", AskIn("bo"))


@pytest.mark.parametrize("end", [Release(), Move("cards"), TakeOver("sam"), None])
async def test_nobody_stays_in_what_is_not_its_agents_any_more(
    world: World, people: People, sams: Handoff, end: Release | Move | TakeOver | None
) -> None:
    await people.step(sams.id, "sam", AskIn("kim"))
    if end is None:
        await people.close(sams.id, "sam", "", Closing("resolved"))
    else:
        await people.step(sams.id, "kim" if isinstance(end, TakeOver) else "sam", end)
    assert (await now(world, sams)).helpers == ()


async def test_a_waiting_customer_has_nobody_to_be_joined(world: World, people: People) -> None:
    handoff = await opened_by_text(world)
    with pytest.raises(HandoffRefused, match="accept it instead"):
        await people.step(handoff.id, "kim", JoinIn())


# -- the channel of a reply ---------------------------------------------------------------------------------------------


async def test_a_reply_goes_by_the_way_that_its_agent_chose(world: World, people: People) -> None:
    """Ana chats, and her phone is proved: a text reaches her, too."""
    contact = await world.contacts.find_or_create(ANAS_BROWSER)
    proved = ContactAddress(ANA, Proof.POSSESSED, world.clock())
    await world.contacts.update(contact.id, lambda was: replace(was, addresses=(*was.addresses, proved)))
    escalates(world)
    handoff = (await world.chats("a person")).handoff
    assert handoff
    await people.accept(handoff.id, "sam", None)
    assert (await people.view(handoff.id)).ways == (ChannelName.WEB, ChannelName.SMS)
    assert await people.reply(handoff.id, "sam", "By text", "1", ChannelName.SMS) is ChannelName.SMS
    assert await people.reply(handoff.id, "sam", "Here", "2") is ChannelName.WEB
    assert "By text" in [one.reply.text for one in await world.sent_to(ANA)]
    await world.contacts.update(contact.id, lambda was: was.refusing(world.clock()))
    with pytest.raises(HandoffRefused, match="that way any more"):
        await people.reply(handoff.id, "sam", "By text again", "3", ChannelName.SMS)


async def test_a_number_that_is_not_proved_is_no_way(world: World, people: People) -> None:
    contact = await world.contacts.find_or_create(ANAS_BROWSER)
    claimed = ContactAddress(ANA, Proof.CLAIMED, world.clock())
    await world.contacts.update(contact.id, lambda was: replace(was, addresses=(*was.addresses, claimed)))
    escalates(world)
    handoff = (await world.chats("a person")).handoff
    assert handoff
    await people.accept(handoff.id, "sam", None)
    assert (await people.view(handoff.id)).ways == (ChannelName.WEB,)
    with pytest.raises(HandoffRefused, match="that way any more"):
        await people.reply(handoff.id, "sam", "By text", "1", ChannelName.SMS)
