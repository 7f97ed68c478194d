"""What designers write of a queue's routing is read, or refused with a sentence that names the queue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain_files import DomainFileError
from bot.model import Proof
from bot.ports.hours import Hours
from bot.routing.reading import rules_in
from bot.routing.rules import CHATS, Overflow, Rules

DOMAIN = Path(__file__).parents[3] / "domain"


def read(tmp_path: Path, routing: Any, **more: Any) -> Rules:
    (tmp_path / "general").mkdir(exist_ok=True)
    content = {"queues": {"general": {}, "cards": {"title": "Cards", "routing": routing}}, **more}
    (tmp_path / "general" / "_queues.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return rules_in(tmp_path)


def test_all_of_it(tmp_path: Path) -> None:
    routing = {
        "skills": ["cards"],
        "priority": {"proof": {"proven": 2}, "signals": {"urgent": 5}, "slots": {"value": {"gold": 9}}, "most": 20},
        "hours": "Mon-Fri 09:00-17:00",
        "holidays": ["2026-12-25"],
        "overflow": {"to": "general", "after_minutes": 10},
        "offer_seconds": 30,
        "wrap_up_seconds": 90,
    }
    rules = read(tmp_path, routing, capacity={"chats": 5})
    cards = rules.of("cards")
    assert (cards.skills, cards.weights.proof, cards.weights.most) == ({"cards"}, {Proof.PROVEN: 2}, 20)
    assert cards.overflow == Overflow("general", timedelta(minutes=10)) and cards.offered_for == timedelta(seconds=30)
    assert cards.hours is not None and cards.hours.holidays == {date(2026, 12, 25)}
    assert (rules.chats, rules.of("nobody has heard of it").skills) == (5, frozenset())


def test_nothing_at_all_is_as_before(tmp_path: Path) -> None:
    rules = read(tmp_path, None)
    assert rules.of("cards") == rules.of("general") and rules.chats == CHATS
    business = Hours.parse("Mon 09:00-10:00", "UTC")
    assert rules.hours("cards", business) is business


@pytest.mark.parametrize(
    ("routing", "why"),
    [
        ({"skill": ["cards"]}, "no setting skill"),
        ({"skills": "cards"}, "a list is expected"),
        ({"priority": {"proof": {"sure": 2}}}, "no level sure"),
        ({"priority": {"signals": {"urgent": "very"}}}, "a number from 0"),
        ({"hours": "nine to five"}, "cannot be read"),
        ({"holidays": ["Christmas"]}, "Christmas"),
        ({"overflow": {"to": "general"}}, "after_minutes"),
        ({"overflow": {"to": "loans", "after_minutes": 5}}, "to no queue: loans"),
        ({"overflow": {"to": "cards", "after_minutes": 5}}, "back to itself"),
        ({"offer_seconds": 1}, "from 5 to 600"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, routing: Any, why: str) -> None:
    with pytest.raises(DomainFileError, match=rf"_queues.yml: cards: .*{why}"):
        read(tmp_path, routing)


def test_the_files_of_the_sample_are_read() -> None:
    assert {"general", "cards"} <= rules_in(DOMAIN).by_queue.keys()


def test_hours_are_the_businesss_own(tmp_path: Path) -> None:
    hours = read(tmp_path, {"hours": "Mon-Fri 09:00-17:00"}).in_business(Hours(zone="America/New_York")).of("cards").hours
    assert hours is not None
    assert not hours.open_at(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) and hours.open_at(datetime(2026, 11, 23, 15, tzinfo=UTC))


@pytest.mark.parametrize(("text", "opens"), [("Mon-Fri 09:00-17:00", 28), ("", 26)])
def test_nobody_works_on_a_holiday(text: str, opens: int) -> None:
    """Christmas 2026 is a Friday."""
    hours = Hours(Hours.parse(text, "UTC").spans, "UTC", frozenset({date(2026, 12, 25)}))
    there = datetime(2026, 12, 25, 10, tzinfo=UTC)
    assert not hours.open_at(there) and hours.open_at(there + timedelta(days=3))
    assert hours.next_opening(there).day == opens
