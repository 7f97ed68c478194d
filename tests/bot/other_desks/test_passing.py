"""A conversation at another desk: both ways, once each, in order; and ours again when they cannot be reached."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.model import ChannelName, Closing, HandoffState
from bot.other_desks.passing import AT_ONCE
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Joined, PassedState, PutBack, Wrote
from tests.bot.conftest import ANA
from tests.bot.other_desks.conftest import AWAY, MAYBE, Desk, Elsewhere, made

REFUSED = SendError("answered with 422", SendFailure.REFUSED)
GONE = SendError("answered with 404", SendFailure.ACCOUNT)


async def said_to_ana(elsewhere: Elsewhere) -> list[str]:
    return [one.reply.text for one in await elsewhere.world.sent_to(ANA)]


async def test_it_goes_there_with_its_packet_and_what_the_customer_writes_follows_in_order(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    assert await elsewhere.passing.look() == 1
    await elsewhere.world.texts("are you there?")
    await elsewhere.world.texts("it is urgent")
    await elsewhere.passing.look()
    await elsewhere.passing.look()
    assert elsewhere.desk.got == [("open", handoff_id), ("say", "are you there?"), ("say", "it is urgent")]
    assert elsewhere.desk.packets == [{"handoff": {"id": handoff_id}}]
    (note,) = (await elsewhere.handoff(handoff_id)).notes
    assert note.text == f"Passed on to Acme (ref-{handoff_id})."
    assert [fact.body["step"] for fact in await elsewhere.world.told("handoff_passed")] == ["opened"]


async def test_what_was_written_before_they_have_it_is_in_the_packet_alone(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.world.texts("my card is lost")
    await elsewhere.passing.look()
    assert elsewhere.desk.got == [("open", handoff_id)]


async def test_their_agents_words_reach_the_customer_once_and_stand_in_the_transcript(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    wrote = Wrote("m1", "maria lopez", "Hello, I can help.")
    for _ in range(2):  # a webhook that comes twice
        assert await elsewhere.comes(handoff_id, wrote) == ""
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.agent == "maria lopez @ acme" and handoff.state is HandoffState.ASSIGNED
    said = await said_to_ana(elsewhere)
    assert said == ["agent_joined agent=Maria Lopez", "Hello, I can help."]
    view = await elsewhere.world.people.view(handoff_id)
    assert [line.text for line in view.transcript if line.agent == "maria lopez @ acme"][-1] == "Hello, I can help."


async def test_two_deliveries_at_the_same_moment_send_once(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    wrote = Wrote("m1", "maria", "Hello")
    await asyncio.gather(*(elsewhere.comes(handoff_id, wrote) for _ in range(3)))
    assert (await said_to_ana(elsewhere)).count("Hello") == 1


async def test_closing_there_hands_back_to_the_assistant_with_the_outcome(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.comes(handoff_id, Joined("j", "maria"))
    await elsewhere.comes(handoff_id, Ended("e", "maria", "callback", "We call you on Monday", "seems fine"))
    await elsewhere.world.settles()
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.CLOSED and handoff.outcome == "We call you on Monday"
    assert handoff.closing == Closing("callback", "", "seems fine")
    assert "handoff_closed" in str(elsewhere.world.assistant.asked[-1]["said"])
    await elsewhere.passing.look()
    assert elsewhere.desk.got[-1] == ("end", "closed")
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER


async def test_an_ending_that_our_queue_has_not_is_refused_with_those_that_it_has(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    told = await elsewhere.comes(handoff_id, Ended("e", "maria", "whatever"))
    assert told == "There is no ending 'whatever'; known are resolved, callback, no_answer, elsewhere, spam."
    assert (await elsewhere.handoff(handoff_id)).open


async def test_put_back_there_it_waits_again_and_the_customer_is_told(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.comes(handoff_id, Joined("j", "maria"))
    await elsewhere.comes(handoff_id, PutBack("p"))
    assert (await elsewhere.handoff(handoff_id)).state is HandoffState.WAITING
    assert (await said_to_ana(elsewhere))[-1].startswith("agent_released")


async def test_a_colleague_of_ours_takes_it_and_both_sides_are_told_the_truth(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.world.people.accept(handoff_id, "bo", None)
    told = await elsewhere.comes(handoff_id, Wrote("m1", "maria", "Hello"))
    assert told == "Bo answers this customer in Onethread now: this was not sent."
    assert "Hello" not in await said_to_ana(elsewhere)
    await elsewhere.passing.look()
    assert elsewhere.desk.got[-1] == ("end", "taken_back")
    steps = [fact.body["step"] for fact in await elsewhere.world.told("handoff_passed")]
    assert steps == ["opened", "refused", "over"]


async def test_words_that_come_after_the_end_are_refused_with_a_sentence(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.comes(handoff_id, Ended("e", "maria"))
    assert "this was not sent" in await elsewhere.comes(handoff_id, Wrote("late", "maria", "One more thing"))
    assert await elsewhere.comes(handoff_id, Ended("e2", "maria")) == ""


async def test_what_failed_is_tried_again_later_and_is_there_once(elsewhere: Elsewhere) -> None:
    """The second answer was lost on its way: whether it arrived is asked (``again``) before it is given once more."""
    handoff_id = await elsewhere.asks()
    elsewhere.desk.fails = [AWAY, MAYBE]
    await elsewhere.passing.look()
    await elsewhere.passing.look()  # not due yet
    assert len(elsewhere.desk.agains) == 1 and (await elsewhere.record(handoff_id)).error == "no connection"
    elsewhere.world.clock.passes(seconds=3)
    await elsewhere.passing.look()
    elsewhere.world.clock.passes(seconds=6)
    elsewhere.desk.fails = [MAYBE]
    await elsewhere.world.texts("hello?")
    await elsewhere.passing.look()
    elsewhere.world.clock.passes(seconds=60)
    await elsewhere.passing.look()
    assert elsewhere.desk.agains[1:3] == [True, True]
    assert elsewhere.desk.got.count(("say", "hello?")) <= 1
    assert (await elsewhere.record(handoff_id)).tries == 0


@pytest.mark.parametrize("joined", [False, True])
async def test_a_desk_that_stays_away_loses_it_to_ours_and_nobody_is_told_anything_false(
    elsewhere: Elsewhere, joined: bool
) -> None:
    handoff_id = await elsewhere.asks()
    if joined:
        await elsewhere.passing.look()
        await elsewhere.comes(handoff_id, Joined("j", "maria"))
        await elsewhere.world.texts("are you there?")
    elsewhere.desk.fails = [AWAY] * 30
    for _ in range(10):
        await elsewhere.passing.look()
        elsewhere.world.clock.passes(seconds=20)
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.WAITING and handoff.agent is None and handoff.why == "desk_lost"
    assert handoff.notes[-1].text == "Acme could not be reached (no connection). This conversation is answered here now."
    assert await elsewhere.world.people.tell_of_leaving() == 1
    assert (await said_to_ana(elsewhere))[-1].startswith("desk_lost place_kept")
    assert [fact.body["step"] for fact in await elsewhere.world.told("handoff_passed")][-1] == "lost"
    await elsewhere.world.people.accept(handoff_id, "bo", None)
    view = await elsewhere.world.people.view(handoff_id)
    assert not joined or "are you there?" in [line.text for line in view.transcript]  # nothing is lost


async def test_they_are_told_of_the_loss_when_they_are_back(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    elsewhere.desk.fails = [GONE]
    await elsewhere.world.texts("hello?")
    await elsewhere.passing.look()
    assert (await elsewhere.record(handoff_id)).state is PassedState.ENDING
    elsewhere.world.clock.passes(hours=2)
    await elsewhere.passing.look()
    assert elsewhere.desk.got[-1] == ("end", "lost") and (await elsewhere.record(handoff_id)).state is PassedState.OVER


async def test_one_message_that_they_do_not_take_is_left_to_our_agents_and_the_next_goes_there(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    elsewhere.desk.fails = [REFUSED]
    await elsewhere.world.texts("too much for them")
    await elsewhere.world.texts("and this")
    await elsewhere.passing.look()
    assert elsewhere.desk.got[1:] == [("say", "and this")]
    note = (await elsewhere.handoff(handoff_id)).notes[-1]
    assert note.text.startswith("Acme did not take the customer's message of 12:00 UTC (answered with 422)")


async def test_a_customer_who_goes_on_alone_is_not_passed_on_any_more(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.world.people.handoffs.close(handoff_id, "The customer went on without a person")
    await elsewhere.passing.look()
    assert elsewhere.desk.got == [("open", handoff_id), ("end", "closed")]


async def test_what_happened_there_is_read_in_its_order_where_it_can_be_asked_for(elsewhere: Elsewhere) -> None:
    read = made(elsewhere.world, Desk(polls=True))
    handoff_id = await read.asks()
    read.desk.happened = [Wrote("1", "maria", "One"), Wrote("2", "maria", "Two")]
    await read.passing.look()
    await read.passing.advance(handoff_id, news=True)
    assert (await said_to_ana(read))[-2:] == ["One", "Two"]
    assert (await read.record(handoff_id)).seen == "2"
    await read.world.people.handoffs.change(handoff_id, lambda now: replace(now, agent="bo"))
    read.desk.happened.append(Wrote("3", "maria", "Three"))
    await read.passing.advance(handoff_id, news=True)
    assert read.desk.told == ["Bo answers this customer in Onethread now: this was not sent."]


@pytest.mark.parametrize("told", [False, True])
async def test_what_comes_from_a_desk_that_has_lost_it_is_refused(elsewhere: Elsewhere, told: bool) -> None:
    """Also while it is yet to hear so: nobody there can have a customer whose words do not go there."""
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.comes(handoff_id, Joined("j", "maria"))
    elsewhere.desk.fails = [GONE]
    await elsewhere.world.texts("hello?")
    await elsewhere.passing.look()
    if told:
        elsewhere.world.clock.passes(hours=2)
        await elsewhere.passing.look()
    sent = await said_to_ana(elsewhere)
    ours = "This customer is answered in Onethread now: this was not sent."
    assert await elsewhere.comes(handoff_id, Joined("j2", "maria")) == ""
    assert await elsewhere.comes(handoff_id, Wrote("m", "maria", "Here I am")) == ours
    assert await elsewhere.comes(handoff_id, Ended("e", "maria")) == ours
    assert await elsewhere.comes(handoff_id, PutBack("p")) == ""
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.WAITING and handoff.agent is None
    assert await said_to_ana(elsewhere) == sent


async def test_an_agent_there_who_joined_in_the_moment_of_the_loss_does_not_keep_it(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    elsewhere.desk.fails = [GONE]
    await elsewhere.world.texts("hello?")
    await elsewhere.passing.look()
    await elsewhere.world.people.accept(handoff_id, "maria @ acme", None)
    elsewhere.world.clock.passes(hours=2)
    await elsewhere.passing.look()
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.WAITING and handoff.agent is None


@pytest.mark.parametrize("other", [True, False])
async def test_a_desk_that_is_not_set_any_more_loses_it_once(elsewhere: Elsewhere, other: bool) -> None:
    """Another is behind the queue, or none."""
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.comes(handoff_id, Joined("j", "maria"))
    changed = replace(elsewhere.passing, by_queue={"general": Desk("zeta", "Zeta")} if other else {})
    for _ in range(3):
        await changed.look()
        await elsewhere.world.people.tell_of_leaving()
        elsewhere.world.clock.passes(seconds=5)
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.WAITING and handoff.agent is None
    assert [note.text for note in handoff.notes][1:] == [
        "acme could not be reached (it is not among the settings any more). This conversation is answered here now."
    ]
    assert [one for one in await said_to_ana(elsewhere) if one.startswith("desk_lost")] == ["desk_lost place_kept"]
    assert [one.body["step"] for one in await elsewhere.world.told("handoff_passed")] == ["opened", "lost"]
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER and not await elsewhere.passed.live()


async def test_words_that_came_while_the_wish_was_still_answered_are_not_lost(elsewhere: Elsewhere) -> None:
    """They were received before the handoff was opened, and had their turn after it."""
    world = elsewhere.world
    second = world.message(ChannelName.SMS, ANA, "my card was stolen")
    world.clock.passes(seconds=1)
    handoff_id = await elsewhere.asks()
    assert second.received_at < (await elsewhere.handoff(handoff_id)).opened_at
    await elsewhere.passing.look()
    await world.conversations.receive(second)
    await elsewhere.passing.look()
    assert elsewhere.desk.got == [("open", handoff_id), ("say", "my card was stolen")]


async def test_words_for_whoever_had_an_earlier_handoff_are_not_passed_on(elsewhere: Elsewhere) -> None:
    await elsewhere.world.people.handoffs.close(await elsewhere.asks(), "Answered")
    other = made(elsewhere.world, Desk("zeta", "Zeta"))
    handoff_id = await other.asks()
    await other.passing.look()
    await other.world.texts("for the second")
    await other.passing.look()
    assert other.desk.got == [("open", handoff_id), ("say", "for the second")]


async def test_what_was_written_between_the_tries_of_opening_is_given_there(elsewhere: Elsewhere) -> None:
    """The first try arrived with its packet, its answer did not: a repeat is passed over by who knows its id."""
    handoff_id = await elsewhere.asks()
    elsewhere.desk.fails = [MAYBE]
    await elsewhere.passing.look()
    await elsewhere.world.texts("my card was stolen")
    elsewhere.world.clock.passes(seconds=3)
    await elsewhere.passing.look()
    assert elsewhere.desk.got[0] == ("open", handoff_id) and elsewhere.desk.got[-1] == ("say", "my card was stolen")


async def test_who_asks_us_to_come_back_in_an_hour_is_not_waited_for(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    elsewhere.desk.fails = [SendError("answered with 429", SendFailure.RETRY, after=3600)] * 2
    await elsewhere.passing.look()
    elsewhere.world.clock.passes(seconds=89)
    await elsewhere.passing.look()
    assert len(elsewhere.desk.agains) == 1 and (await elsewhere.handoff(handoff_id)).why == ""
    elsewhere.world.clock.passes(seconds=1)
    await elsewhere.passing.look()
    assert (await elsewhere.handoff(handoff_id)).why == "desk_lost"


async def test_an_agent_there_who_answers_before_our_request_is_over_is_heard(elsewhere: Elsewhere) -> None:
    async def joins(handoff_id: str) -> None:
        passed = await elsewhere.passed.by_ref("acme", handoff_id)
        assert passed is not None and passed.state is PassedState.OPENING
        assert await elsewhere.arriving.take(passed, Wrote("m", "maria", "Hello")) == ""

    elsewhere.desk.same_ref, elsewhere.desk.meanwhile = True, joins
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    assert (await said_to_ana(elsewhere))[-1] == "Hello"
    kept = await elsewhere.record(handoff_id)
    assert kept.state is PassedState.THERE and kept.heard == ("m",)


async def test_what_was_refused_is_refused_again_when_the_answer_was_lost(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await elsewhere.world.people.accept(handoff_id, "bo", None)
    for _ in range(2):
        told = await elsewhere.comes(handoff_id, Wrote("m1", "maria", "Hello"))
        assert told == "Bo answers this customer in Onethread now: this was not sent."
    assert [one.body["step"] for one in await elsewhere.world.told("handoff_passed")] == ["opened", "refused"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_who_goes_on_alone_while_it_is_opened_leaves_nothing_open_there(elsewhere: Elsewhere, arrived: bool) -> None:
    handoff_id = await elsewhere.asks()
    elsewhere.desk.fails = [MAYBE if arrived else AWAY]
    await elsewhere.passing.look()
    await elsewhere.world.people.handoffs.close(handoff_id, "The customer went on without a person")
    elsewhere.world.clock.passes(seconds=3)
    await elsewhere.passing.look()
    assert elsewhere.desk.got == ([("open", handoff_id), ("end", "closed")] if arrived else [])
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER


async def test_a_desk_lost_before_its_first_answer_is_told_what_may_be_there(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    elsewhere.desk.fails = [MAYBE] + [AWAY] * 6
    for _ in range(8):
        await elsewhere.passing.look()
        elsewhere.world.clock.passes(seconds=20)
    elsewhere.world.clock.passes(hours=1)
    await elsewhere.passing.look()
    assert elsewhere.desk.got == [("open", handoff_id), ("end", "lost")]


async def test_the_end_is_told_with_what_was_agreed(elsewhere: Elsewhere) -> None:
    """Closed between our look at it and the end there: what is told is how it is now."""
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()

    async def closes(_ref: str) -> None:
        await elsewhere.world.people.handoffs.close(handoff_id, "We call you")

    elsewhere.desk.meanwhile = closes
    await elsewhere.world.texts("thank you")
    await elsewhere.passing.look()
    assert elsewhere.desk.got[-1] == ("end", "closed") and elsewhere.desk.ended[-1].outcome == "We call you"


async def test_many_looks_at_one_handoff_keep_nobody_else_waiting(elsewhere: Elsewhere) -> None:
    handoff_id = await elsewhere.asks()
    async with elsewhere.passing.locks.hold(f"passed:{handoff_id}"):
        looks = [asyncio.create_task(elsewhere.passing.advance(handoff_id)) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)  # each has begun
        await elsewhere.passing.advance("another")
    await asyncio.gather(*looks)
