"""What makes a loop of answers, and what a person may say as often as they like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.measures.load import MESSAGES
from benchmarks.traffic import line
from bot.door.robots import QUIET, Said, Talk, countable
from bot.model import Address, AddressKind, ChannelName, InboundMessage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = Address(AddressKind.TEL, "+12125550147")


def message(words: str, at: datetime, channel: ChannelName = ChannelName.SMS) -> InboundMessage:
    return InboundMessage(id="sms:1", channel=channel, sender=ANA, text=words, received_at=at)


def answered(said: Iterable[str], seconds: float, answer: str = "Sorry?") -> int:
    """How many of these are answered by the assistant itself, each said so long after the answer before it."""
    talk, moment, count = Talk(), NOON, 0
    for words in said:
        moment += timedelta(seconds=seconds)
        one = message(words, moment)
        if not countable(one):
            count += 1
            continue
        talk = Talk.read(talk.written())
        if talk.of_a_robot(one):
            continue
        talk = talk.after(one, answer, moment)
        count += not talk.said[0].robot
    return count


@pytest.mark.parametrize(
    ("seconds", "answers"),
    [(2, 4), (19, 4), (60, 20)],
)
def test_the_same_text_after_each_answer_is_a_loop_sooner_or_later(seconds: float, answers: int) -> None:
    assert answered(["I am away. Call my office."] * 30, seconds) == answers


def test_a_ticket_number_makes_it_later_but_no_less_sure() -> None:
    assert answered((f"Ticket {n} was opened." for n in range(100)), 2) == 20


@pytest.mark.parametrize("seconds", [3, 30])
def test_a_dozen_orders_or_amounts_are_a_persons(seconds: float) -> None:
    assert answered((f"where is order {5000 + n}" for n in range(12)), seconds) == 12
    assert answered((f"send ${n}.50 to Ben" for n in range(12)), seconds) == 12


def test_a_persons_question_every_minute_is_answered_all_morning() -> None:
    said = [words for _ in range(10) for words in ("any news of my card", "ok", "thanks")]
    assert answered(said, 60) == len(said)


def test_after_a_rest_the_same_words_are_answered_again() -> None:
    talk = Talk()
    for _ in range(5):
        talk = talk.after(message("hello", NOON), "Hi.", NOON)
    assert talk.said[0].robot and talk.of_a_robot(message("Hello", NOON + timedelta(seconds=30)))
    later = NOON + timedelta(seconds=QUIET + 1)
    assert not talk.of_a_robot(message("hello", later))
    assert not talk.after(message("hello", later), "Hi.", later).said[0].robot


def test_other_answers_are_another_talk() -> None:
    talk = Talk()
    for number in range(12):
        talk = talk.after(message("yes", NOON), f"Question {'abcdefghijkl'[number]}?", NOON)
        assert not talk.said[0].robot


def test_a_customer_of_the_benchmarks_gets_every_answer() -> None:
    assert answered((line(n) for n in range(MESSAGES)), 0.1) == MESSAGES


def test_only_where_something_may_answer_by_itself() -> None:
    assert not countable(message("hello", NOON, ChannelName.WEB)) and not countable(message("hello", NOON, ChannelName.VOICE))


def test_what_an_older_version_kept_is_forgotten() -> None:
    assert Talk.read('[["ab", [], 1, 1, false]]') == Talk()


def test_what_was_kept_under_long_names_is_read() -> None:
    kept = '[{"words": "ab", "answers": ["cd"], "text": "ab", "at": 1.5, "count": 0, "row": 0, "robot": false}]'
    talk = Talk.read(kept)
    assert talk == Talk((Said("ab", ("cd",), "ab", 1.5),)) and Talk.read(talk.written()) == talk
    assert len(talk.written()) * 2 < len(kept)
