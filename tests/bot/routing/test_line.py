"""Who stands where in line: by their coming, and by a head start that is data, bounded and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.place_in_line import place_in_line, places
from bot.model import ChannelName, Handoff, HandoffState, Packet, Proof, SlotFact
from bot.model.handoffs import HeadStart
from bot.routing.head_start import head_start
from bot.routing.line import in_order
from bot.routing.rules import Weights
from tests.bot.conftest import World
from tests.bot.fakes import FakeClock

START = FakeClock()()
MOST = 30
CALM = settings(deadline=None, max_examples=25)
WEIGHTS = Weights(
    proof={Proof.PROVEN: 2},
    signals={"fraud": 10, "urgent": 5, "angry": 2},
    slots={"customer_value": {"gold": 40}},
    most=MOST,
)


def slot(name: str, value: object) -> SlotFact:
    return SlotFact(name, value, ChannelName.WEB, START)


def a_handoff(name: str, minute: int = 0, **more: object) -> Handoff:
    made = Handoff(name, f"c_{name}", f"p_{name}", HandoffState.WAITING, "card", "general", ChannelName.SMS, START)
    return replace(made, opened_at=START + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


def test_each_reason_is_so_many_minutes_and_the_greatest_stands_first() -> None:
    packet = Packet(slots=(slot("signals", 'angry ("useless"), urgent ("right now", "asap")'),), proof=Proof.PROVEN)
    assert head_start(packet, WEIGHTS) == (
        HeadStart("signal.urgent", 5),
        HeadStart("proof.proven", 2),
        HeadStart("signal.angry", 2),
    )
    assert head_start(Packet(), WEIGHTS) == () == head_start(packet, Weights())


def test_no_words_of_a_customer_are_a_sign_by_themselves() -> None:
    """The evidence is quoted in the slot: a customer who writes ``fraud ("`` gains nothing."""
    packet = Packet(slots=(slot("signals", 'angry ("fraud")'),))
    assert [one.why for one in head_start(packet, WEIGHTS)] == ["signal.angry"]


def test_all_together_they_are_bounded() -> None:
    packet = Packet(slots=(slot("customer_value", "gold"), slot("signals", 'fraud ("x")')), proof=Proof.PROVEN)
    assert head_start(packet, WEIGHTS) == (HeadStart("slot.customer_value", MOST),)


waiting = st.builds(
    lambda minute, ahead, left, state: a_handoff(
        "h",
        minute,
        ahead=(HeadStart("signal.urgent", ahead),) if ahead else (),
        left_at=START if left else None,
        state=state,
    ),
    st.integers(0, 120),
    st.integers(0, MOST),
    st.booleans(),
    st.sampled_from([HandoffState.WAITING, HandoffState.OFFERED]),
)
lines = st.lists(waiting, min_size=1, max_size=8).map(lambda found: [replace(h, id=f"h{n}") for n, h in enumerate(found)])


@CALM
@given(lines)
def test_those_who_are_there_have_the_places_from_one_without_a_gap(line: list[Handoff]) -> None:
    here = sorted((one for one in line if one.here), key=in_order)
    assert [place_in_line(one, line) for one in here] == list(range(1, len(here) + 1))


@CALM
@given(lines)
def test_all_places_at_once_are_the_same(line: list[Handoff]) -> None:
    assert places(line) == {one.id: place_in_line(one, line) for one in line}


@CALM
@given(lines)
def test_who_left_holds_no_place_before_those_who_are_there(line: list[Handoff]) -> None:
    there = [one for one in line if one.here]
    assert all(place_in_line(one, line) == place_in_line(one, there) for one in there)


@CALM
@given(lines)
def test_nobody_is_overtaken_by_who_came_much_later(line: list[Handoff]) -> None:
    for one in line:
        for other in line:
            if other.opened_at - one.opened_at > timedelta(minutes=MOST):
                assert in_order(one) < in_order(other)


@CALM
@given(lines, st.randoms())
def test_the_line_is_the_same_however_it_is_read(line: list[Handoff], chance: object) -> None:
    shuffled = list(line)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(line, key=in_order) == sorted(shuffled, key=in_order)


@CALM
@given(lines)
def test_another_queue_is_another_line(line: list[Handoff]) -> None:
    others = [replace(one, id=f"x{one.id}", queue="cards") for one in line]
    assert all(place_in_line(one, line) == place_in_line(one, [*others, *line]) for one in line)


async def test_a_customer_is_told_the_place_that_the_head_start_gives(world: World) -> None:
    first = await world.handoffs.create(a_handoff("first"))
    urgent = await world.handoffs.create(a_handoff("urgent", 1, ahead=(HeadStart("signal.urgent", 5),)))
    book = world.people.handoffs
    assert (await book.place(urgent), await book.place(first)) == (1, 2)
