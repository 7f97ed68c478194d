"""What agents do is told once, step by step, also when a gateway dies in the middle and the agent tries again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from bot import directives
from bot.handoff.ratings import RATED_WITHIN, Ratings
from bot.model import Callback, ChannelName, DeliveryReport, DeliveryStatus, Fact, Handoff, HandoffState, Voicemail
from bot.ports import HandoffRefused
from bot.redis_store.queue import RedisInbox
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import ANA, World
from tests.bot.conversation.test_crashes import Died, Dies
from tests.bot.handoff.test_carrying import opened_on_web, opens_the_link
from tests.bot.identity.test_linking import linked
from tests.partitions import partition_of

HANDED = ("handoff_opened", "handoff_accepted", "handoff_returned", "handoff_transferred", "handoff_closed")


async def kinds(world: World, *wanted: str) -> list[str]:
    return [fact.kind for fact in await world.told(*wanted)]


async def test_a_handoff_is_told_from_its_opening_to_its_outcome(world: World) -> None:
    handoff = await opened_by_text(world)
    world.clock.passes(seconds=40)
    await world.people.accept(handoff.id, "sam", None)
    world.clock.passes(seconds=90)
    await world.people.close(handoff.id, "sam", "A new card is on its way")
    world.clock.passes(seconds=1)
    await world.settles()
    opened, accepted, closed, returned = await world.told(*HANDED)
    assert opened.kind == "handoff_opened" and opened.at == handoff.opened_at and opened.cause == handoff.id
    assert opened.body["words"] == "a person please" and opened.body["reason"] == "card" and opened.body["place"] == 1
    assert (accepted.body["agent"], accepted.body["waited_seconds"]) == ("sam", 40.0)
    assert closed.body["outcome"] == "agreed" and closed.body["note"] == "A new card is on its way"
    assert closed.body["talked_seconds"] == 90.0
    assert (returned.body["to"], returned.body["why"]) == ("assistant", "agreed")
    for fact in (opened, accepted, closed, returned):
        assert (fact.conversation_id, fact.contact, fact.channel) == (handoff.conversation_id, handoff.contact_id, "sms")
        assert fact.pseudonym and fact.contact and fact.contact not in fact.pseudonym


async def test_a_rating_is_told_once_with_its_handoff_and_agent_and_without_secrets(world: World) -> None:
    handoff = await opened_by_text(world)
    ratings = Ratings(world.people.handoffs, world.contacts, world.clock)
    assert not await ratings.rate(ANA, handoff.id, 5, "before anybody came")
    await world.people.accept(handoff.id, "sam", None)
    assert not await ratings.rate(ANA, handoff.id, 5, "while it goes on")
    await world.people.close(handoff.id, "sam", "A new card is on its way")
    for score in (4, 4, 1):
        await ratings.rate(ANA, handoff.id, score, "good, my PIN is 4821")
    (told,) = await world.told("survey_answer")
    assert (told.body["survey"], told.body["score"], told.body["agent"]) == ("rating", 4, "sam")
    assert told.body["handoff_id"] == handoff.id and "4821" not in str(told)


async def test_a_day_later_a_talk_is_not_rated_any_more(world: World) -> None:
    handoff = await opened_by_text(world)
    ratings = Ratings(world.people.handoffs, world.contacts, world.clock)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", "Done")
    world.clock.passes(seconds=RATED_WITHIN.total_seconds())
    assert not await ratings.rate(ANA, handoff.id, 5, "")
    assert await world.told("survey_answer") == []


async def test_the_words_of_an_agent_and_of_a_notice_are_told_with_where_they_went(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.clock.passes(seconds=1)
    await world.people.reply(handoff.id, "sam", "Your card 4111 1111 1111 1111 is well", "form-1")
    await world.people.reply(handoff.id, "sam", "Your card 4111 1111 1111 1111 is well", "form-1")
    notice, reply = await world.told("reply")
    assert (notice.body["author"], reply.body["author"]) == ("notice", "agent")
    assert reply.body["text"] == "Your card **** is well" and reply.body["address"] == str(ANA)
    (sent,) = await world.told("notice_sent")
    assert sent.body == {"notice": "utter_agent_joined", "message_id": notice.cause}


async def test_a_message_is_told_to_have_been_sent_and_delivered_once_each(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    (message,) = await world.sent_to(ANA)
    inbox, report = RedisInbox(world.client, facts=world.facts), DeliveryStatus.DELIVERED
    await world.outbox.claim(partition_of(ANA), message.id, "s1")
    for _ in range(2):
        await world.outbox.settle(message, "s1", DeliveryStatus.SENT, external_ids=["SM1"])
    for _ in range(2):
        await inbox.report(DeliveryReport(message.channel, "SM1", report, world.clock()))
    states = [(fact.body["state"], fact.cause, fact.conversation_id) for fact in await world.told("delivery")]
    assert states == [("sent", message.id, handoff.conversation_id), ("delivered", message.id, handoff.conversation_id)]


async def test_a_report_that_is_quicker_than_the_answer_is_told_as_well(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    (message,) = await world.sent_to(ANA)
    await world.outbox.claim(partition_of(ANA), message.id, "s1")
    inbox = RedisInbox(world.client, facts=world.facts)
    await inbox.report(DeliveryReport(message.channel, "SM1", DeliveryStatus.FAILED, world.clock(), "30003"))
    await world.outbox.settle(message, "s1", DeliveryStatus.SENT, external_ids=["SM1"])
    told = [(fact.body["state"], fact.body["error"]) for fact in await world.told("delivery")]
    assert sorted(told) == [("failed", "30003"), ("sent", "")]


async def test_a_message_whose_sender_died_is_told_to_be_uncertain_once(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    (message,) = await world.sent_to(ANA)
    await world.outbox.claim(partition_of(ANA), message.id, "s1")
    for _ in range(2):
        await world.outbox.doubt(message, "the gateway stopped while sending")
    assert [fact.body["state"] for fact in await world.told("delivery")] == ["uncertain"]


async def test_a_wish_to_be_called_is_told_from_asking_to_giving_up(world: World) -> None:
    handoff = await opened_by_text(world)

    async def becomes(change: Callable[[Handoff], Handoff]) -> None:
        world.clock.passes(seconds=5)
        await world.handoffs.update(handoff.id, change)

    def back(**changed: object) -> Callable[[Handoff], Handoff]:
        return lambda now: replace(now, callback=replace(now.callback, **changed))  # type: ignore[type-var, arg-type]

    await becomes(lambda now: replace(now, callback=Callback("+12125550147", world.clock())))
    rung = world.clock()
    await becomes(lambda now: replace(back(ringing_since=rung)(now), state=HandoffState.ASSIGNED, agent="sam"))
    await becomes(back(calling=True))
    await becomes(lambda now: replace(now, callback=None, call_sid="CA1"))
    steps = [(fact.body["step"], fact.body["agent"]) for fact in await world.told("callback_step")]
    assert steps == [("asked", ""), ("ringing", "sam"), ("calling", "sam"), ("reached", "sam")]
    told = await kinds(world, "handoff_offered", "handoff_accepted")
    assert told == ["handoff_offered", "handoff_accepted"], "a phone that rings is an offer; who answers it has accepted"


async def test_what_was_recorded_is_told_with_its_length(world: World) -> None:
    handoff = await opened_by_text(world)
    left = Voicemail("RE1", 0, world.clock(), "call me")
    await world.handoffs.update(handoff.id, lambda now: replace(now, voicemails=(left,)))  # its words came first
    await world.handoffs.update(handoff.id, lambda now: replace(now, voicemails=(replace(left, seconds=9),), recordings=("RE2",)))
    made = {fact.body["recording"]: fact.body.get("seconds") for fact in await world.told("recording_made")}
    assert made == {"RE1": 9, "RE2": None}


async def test_a_colleague_who_left_the_desk_gives_it_back_and_another_takes_it_over(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.clock.passes(seconds=1)
    await world.people.accept(handoff.id, "kim", None, instead_of="sam")
    world.clock.passes(seconds=1)
    gone = world.clock()
    await world.handoffs.update(handoff.id, lambda now: replace(now, state=HandoffState.WAITING, agent=None, agent_left_at=gone))
    _, _, over, given_back = await world.told(*HANDED)
    assert over.kind == "handoff_transferred" and dict(over.body)["from_agent"] == "sam" and over.body["to_agent"] == "kim"
    assert (given_back.kind, given_back.body["agent"], given_back.body["why"]) == ("handoff_returned", "kim", "agent_left")


async def test_two_handoffs_that_become_one_are_told_as_joined(world: World) -> None:
    await opened_by_text(world)
    await opened_on_web(world)
    await opens_the_link(world)
    (closed,) = await world.told("handoff_closed")
    assert closed.body["outcome"] == "joined"
    assert await kinds(world, "handoff_returned") == [], "nobody got it back"
    assert len(await world.told("identity_linked")) == 1


async def test_a_link_and_its_undoing_are_told_with_both_sides(world: World) -> None:
    link, _, contacts = await linked(world)
    world.clock.passes(seconds=1)
    await world.chats("unlink")
    made, undone = await world.told("identity_linked", "identity_undone")
    phone, browser = contacts.values()
    assert (made.body["into"], made.body["part"]) == (phone.conversation_id, browser.conversation_id)
    assert made.body["part_contact"] == browser.id and made.body["how"] == "code"
    assert undone.kind == "identity_undone" and undone.body["link_id"] == link.id
    assert undone.body["linked_at"] == made.at.isoformat()
    now = await world.contacts.find(ANA)
    assert now is not None and undone.body["restored"] == now.conversation_id


async def test_a_call_is_told_from_its_beginning_to_the_networks_last_word(world: World) -> None:
    await world.calls_in("CA1")
    world.clock.passes(seconds=1)
    await world.calls.update("CA1", lambda now: replace(now, step=1, last_prompt="How can I help?"))
    world.clock.passes(seconds=20)
    await world.conversations.call_ended("CA1")
    await world.conversations.call_ended("CA1")
    world.clock.passes(seconds=1)
    await world.calls.update("CA1", lambda now: replace(now, status="completed", seconds=21, effort=2))
    steps = [(fact.body["step"], fact.body.get("seconds")) for fact in await world.told("call_step")]
    assert steps == [("began", None), ("asked", None), ("ended", None), ("over", 21)]
    assert [fact.body["score"] for fact in await world.told("survey_answer")] == [2]


async def works(world: World, handoff: Handoff) -> None:
    """An agent's whole work with one conversation; what is done already is refused, and passed over."""
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: world.people.accept(handoff.id, "sam", None),
        lambda: world.people.reply(handoff.id, "sam", "Hello Ana", "form-1"),
        lambda: world.people.close(handoff.id, "sam", "A new card"),
        world.settles,
    ]
    for step in steps:
        world.clock.passes(seconds=1)
        with suppress(HandoffRefused):
            await step()


def essence(facts: list[Fact]) -> list[tuple[object, ...]]:
    """What must not differ between a life without a death and one with: what happened, how often, by whom."""
    kept = ("agent", "outcome", "to", "why", "reason")
    return sorted((fact.kind, *(str(fact.body.get(name, "")) for name in kept)) for fact in facts)


@pytest.mark.parametrize("after", [False, True])
async def test_a_gateway_that_dies_anywhere_leaves_nothing_out_and_tells_nothing_twice(world: World, after: bool) -> None:
    await works(world, await opened_by_text(world))
    life = essence(await world.told(*HANDED))
    for at in range(1, 120):
        await world.client.flushall()
        handoff = await opened_by_text(world)
        died = False
        with Dies(world, at, after=after):
            try:
                await works(world, handoff)
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await works(world, handoff)
        assert essence(await world.told(*HANDED)) == life, f"death {at}"
        sent = [(m.id, m.author.value, m.reply.text) for m in await world.sent_to(ANA)]
        told = [(fact.cause, fact.body["author"], fact.body["text"]) for fact in await world.told("reply")]
        assert sorted(told) == sorted(sent), f"death {at}: what was sent is what was told"
        if not died:
            break
    else:
        pytest.fail("there are more steps than were tried")
    assert at > 20


@pytest.mark.parametrize("after", [False, True])
async def test_a_handoff_whose_opening_died_is_told_once_when_its_message_is_worked_on_again(world: World, after: bool) -> None:
    escalates(world)
    asked = {"event": "bot", "text": None, "data": {"custom": directives.to_json(directives.Handoff("card"))}}
    for at in range(1, 60):
        await world.client.flushall()
        world.assistant.trackers.clear()
        message = world.message(ChannelName.SMS, ANA, "a person please")
        world.assistant.after[message.id] = [asked]
        with Dies(world, at, after=after):
            try:
                await world.conversations.receive(message)
                died = False
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await world.conversations.receive(message)
        assert await kinds(world, "handoff_opened") == ["handoff_opened"], f"death {at}"
        if not died:
            break
    assert at > 8


@pytest.mark.parametrize("after", [False, True])
async def test_a_link_whose_making_died_is_told_once(world: World, after: bool) -> None:
    for at in range(1, 80):
        await world.client.flushall()
        world.assistant.trackers.clear()
        await world.texts("hello")
        with Dies(world, at, after=after):
            try:
                await opens_the_link(world)
                died = False
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await opens_the_link(world)
        assert await kinds(world, "identity_linked") == ["identity_linked"], f"death {at}"
        if not died:
            break
    assert at > 8
