"""Who is asked to take which conversation: what always holds, whatever waits and whoever is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Callback, Handoff, HandoffState, Offer, Packet
from bot.model.handoffs import HeadStart, Passed
from bot.routing.deciding import ASKED_AGAIN, Load, Loads, Worker, able, deals, is_call, overflows
from bot.routing.line import in_order
from bot.routing.rules import Overflow, QueueRules, Rules
from tests.bot.routing.test_line import CALM, START, a_handoff

PUSH = timedelta(seconds=30)
NOW = START + timedelta(hours=3)
RULES = Rules(
    {
        "general": QueueRules(offered_for=PUSH),
        "cards": QueueRules(skills=frozenset({"cards"}), offered_for=PUSH),
        "pulled": QueueRules(),
    }
)
NAMES = st.sampled_from(["ana", "bo", "kim", "sam"])


@st.composite
def handoffs(draw: st.DrawFn) -> list[Handoff]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        one = a_handoff(f"h{number}", draw(st.integers(0, 100)), queue=draw(st.sampled_from(list(RULES.by_queue))))
        one = replace(
            one, packet=Packet(language=draw(st.sampled_from(["", "es"]))), last_agent=draw(st.sampled_from(["", "sam"]))
        )
        if draw(st.booleans()):
            one = replace(one, call_sid=f"CA{number}")
        if draw(st.booleans()):
            one = replace(one, ahead=(HeadStart("signal.urgent", draw(st.integers(1, 30))),))
        state = draw(st.sampled_from(["waiting", "waiting", "offered", "assigned", "snoozed"]))
        if state == "offered":
            one = replace(one, state=HandoffState.OFFERED, offer=Offer(draw(NAMES), NOW + PUSH))
        elif state != "waiting":
            one = replace(one, state=HandoffState(state), agent=draw(NAMES), assigned_at=START)
        made.append(one)
    return made


@st.composite
def everybody(draw: st.DrawFn) -> list[Worker]:
    skills = st.frozensets(st.sampled_from(["cards", "loans"]))
    names = draw(st.lists(NAMES, unique=True))
    return [
        Worker(name, draw(skills), draw(st.frozensets(st.just("es"))), draw(st.integers(1, 3)), draw(st.booleans()))
        for name in names
    ]


@CALM
@given(handoffs(), everybody())
def test_nobody_is_given_more_than_they_can_have(open_now: list[Handoff], workers: list[Worker]) -> None:
    had = Loads.of(open_now)
    given_to = {
        one.username: [deal.handoff for deal in deals(open_now, workers, RULES, NOW) if deal.to == one.username]
        for one in workers
    }
    for one in workers:
        load, new = had.now(one.username), given_to[one.username]
        calls = sum(map(is_call, new))
        if new:
            assert not one.busy and load.calls == 0 and calls <= 1
            assert load.chats + len(new) - calls <= max(one.chats, load.chats)


@CALM
@given(handoffs(), everybody())
def test_each_is_offered_once_to_somebody_who_is_there_and_knows_enough(open_now: list[Handoff], workers: list[Worker]) -> None:
    there = {one.username: one for one in workers}
    found = deals(open_now, workers, RULES, NOW)
    assert all(n == 1 for n in Counter(deal.handoff.id for deal in found).values())
    for deal in found:
        assert deal.handoff.state is HandoffState.WAITING and deal.handoff.queue != "pulled"
        assert RULES.of(deal.handoff.queue).skills <= there[deal.to].skills
        if deal.handoff.packet.language and any("es" in one.languages for one in able(deal.handoff, workers, RULES)):
            assert "es" in there[deal.to].languages


@CALM
@given(handoffs(), everybody())
def test_nobody_waits_for_whom_somebody_is_free(open_now: list[Handoff], workers: list[Worker]) -> None:
    found = deals(open_now, workers, RULES, NOW)
    after = Loads.of(open_now)
    for deal in found:
        after.add(deal.to, deal.handoff, NOW)
    left = {one.id for one in open_now} - {deal.handoff.id for deal in found}
    for one in open_now:
        if one.id in left and one.state is HandoffState.WAITING and one.queue != "pulled":
            assert not any(after.room(worker, one) for worker in able(one, workers, RULES))


@CALM
@given(handoffs(), everybody())
def test_of_two_alike_the_one_who_stands_first_is_offered_first(open_now: list[Handoff], workers: list[Worker]) -> None:
    found = {deal.handoff.id for deal in deals(open_now, workers, RULES, NOW)}
    waiting = [one for one in open_now if one.state is HandoffState.WAITING and one.here]
    for one in waiting:
        for other in waiting:
            alike = (one.queue, one.packet.language, is_call(one)) == (other.queue, other.packet.language, is_call(other))
            if alike and in_order(one) < in_order(other) and other.id in found:
                assert one.id in found


@CALM
@given(handoffs(), everybody(), st.randoms())
def test_two_gateways_decide_the_same(open_now: list[Handoff], workers: list[Worker], chance: object) -> None:
    told = {(deal.handoff.id, deal.to) for deal in deals(open_now, workers, RULES, NOW)}
    shuffled, others = list(open_now), list(workers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(others)  # type: ignore[attr-defined]
    assert {(deal.handoff.id, deal.to) for deal in deals(shuffled, others, RULES, NOW)} == told


def offered_to(waiting: Handoff, *workers: Worker, rules: Rules = RULES) -> str:
    found = deals([waiting], workers, rules, NOW)
    return found[0].to if found else ""


def test_who_spoke_with_them_last_is_asked_first_while_they_are_there() -> None:
    sams = a_handoff("h", last_agent="sam")
    ana, sam = Worker("ana"), Worker("sam")
    assert (offered_to(sams, ana, sam), offered_to(sams, ana)) == ("sam", "ana")


def test_who_passed_is_asked_again_only_after_the_others() -> None:
    declined = a_handoff("h", passed=(Passed("ana", NOW - timedelta(minutes=1)),))
    assert (offered_to(declined, Worker("ana")), offered_to(declined, Worker("ana"), Worker("bo"))) == ("", "bo")
    long_ago = replace(declined, passed=(Passed("ana", NOW - ASKED_AGAIN),))
    assert offered_to(long_ago, Worker("ana")) == "ana"


@pytest.mark.parametrize(("languages", "to"), [(frozenset({"es"}), "bo"), (frozenset(), "ana")])
def test_a_language_is_asked_for_while_somebody_speaks_it(languages: frozenset[str], to: str) -> None:
    spanish = a_handoff("h", packet=Packet(language="es"))
    assert offered_to(spanish, Worker("ana"), Worker("bo", languages=languages)) == to


def test_who_waits_to_be_called_again_by_the_line_is_offered_to_nobody() -> None:
    called = a_handoff("h", callback=Callback("+12125550147", START, tries=1, not_before=NOW))
    assert offered_to(called, Worker("ana")) == ""
    assert offered_to(replace(called, callback=Callback("+12125550147", START)), Worker("ana")) == "ana"


def test_what_rests_takes_no_room_and_what_is_offered_does() -> None:
    rests = a_handoff("h1", state=HandoffState.SNOOZED, agent="ana")
    on_offer = a_handoff("h2", state=HandoffState.OFFERED, offer=Offer("ana", NOW + PUSH))
    assert Loads.of([rests]).now("ana") == Load() and Loads.of([on_offer]).now("ana").chats == 1


def test_overflow_counts_from_when_it_came_to_the_queue() -> None:
    rules = Rules({"cards": QueueRules(overflow=Overflow("general", timedelta(minutes=10)))})
    waits = a_handoff("h", queue="cards")
    assert [one.queue for one in overflows([waits], rules, START + timedelta(minutes=10))] == ["general"]
    assert overflows([waits], rules, START + timedelta(minutes=9)) == []
    moved = replace(waits, queued_at=START + timedelta(minutes=5))
    assert overflows([moved], rules, START + timedelta(minutes=10)) == []
