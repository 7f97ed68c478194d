"""A branch, a day or a card that is named in the first sentence, or between two questions, is not asked for again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.bank import Bank
from actions.visits import appointments
from actions.visits.wished_times import joined, wished
from tests.talking.fixtures import TODAY
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN = "+12125550102"
Start = Callable[..., Talk]


@pytest.mark.parametrize("channel", ["voice", "sms", "web"])
async def test_the_branch_of_the_wish_is_known_after_the_code(talk: Start, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN)
    await ben.says("i'd like to make an appointment at the union square branch")
    assert "free at Union Square" in await ben.proves(BEN)


async def test_day_and_hour_that_are_said_instead_of_the_branch_are_kept(talk: Start, bank: Bank) -> None:
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    assert "Which branch do you mean" in await ben.says("i would like to make an appointment")
    for words in ("next monday maybe", "ten o'clock"):
        asked = await ben.says(words)
        assert "I'll look for that time" in asked and "Which branch do you mean" in asked
    offered = await ben.says("the one in union square")
    assert "Monday, November 30, 10 am, is free at Union Square" in offered
    await ben.says("yes please")
    held = appointments.of(bank, "ben")
    assert held is not None and (held.branch_id, held.hour) == ("union", 10)


async def test_two_wishes_with_an_appointment_come_one_after_the_other(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    asked = await ben.says("i want to make an appointment and what is my balance")
    assert "Which branch do you mean" in asked and "86" not in asked
    assert "Union Square" in await ben.says("union square")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("at the Union Square branch", "Union Square"),
        ("somewhere near 10003", "Union Square"),
        ("in Astoria please", "Astoria"),
        ("in Queens", "Astoria"),
        ("Tribeca or Midtown", None),
        ("in Boston", None),
        ("next to my home", None),
    ],
)
def test_branches_in_words(bank: Bank, words: str, name: str | None) -> None:
    found = bank.branch_named(words)
    assert (found.name if found else None) == name


def test_what_a_later_turn_leaves_open_is_the_earlier_ones() -> None:
    monday, ten, tuesday = (wished(words, TODAY, moving=True) for words in ("monday", "ten o'clock", "tuesday afternoon"))
    both = joined(monday, ten)
    assert both is not None and monday is not None and both.target.first == monday.target.first and both.exact is not None
    assert joined(both, tuesday) == tuesday and joined(None, ten) == ten and joined(both, None) == both
