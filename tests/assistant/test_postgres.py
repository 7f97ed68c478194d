"""The bank's records on a real PostgreSQL server, as an operator would run them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError

from actions.bank import Activation, Bank, engine_for
from actions.records import cards, money, trips
from actions.records.card_tables import TravelNotice
from launch.processes.postgres import FORGETFUL
from launch.processes.postgres import postgres as running_postgres
from tests.conftest import free_port

pytestmark = pytest.mark.slow
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of this test alone, on loopback. Gives its URL."""
    with running_postgres(free_port(), *FORGETFUL) as server:
        yield server.url().replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def bank_on(url: str) -> Iterator[Bank]:
    engine = engine_for(url)
    try:
        yield Bank(engine, today=lambda: TODAY)
    finally:
        engine.dispose()


def test_the_bank_is_made_seeded_read_and_changed(postgres: str) -> None:
    with bank_on(postgres) as bank:
        assert bank.activate("Ben Carter", "1881", None) is Activation.ACTIVATED
    with bank_on(postgres) as again:
        assert again.activate("ben carter", "1881", None) is Activation.ALREADY


def test_cards_and_money_are_kept_and_done_once(postgres: str) -> None:
    with bank_on(postgres) as bank:
        (mine,) = [one.card for one in bank.work(lambda session, _: cards.held(session, "dora"))]
        assert [bank.work(lambda session, day: cards.lock(session, [mine], "lost", day)) for _ in range(2)] == [True, False]
        ordered, new = bank.work(lambda session, day: cards.order(session, mine, day, new_number=True))
        way = bank.work(lambda session, day: cards.on_its_way(session, "dora", day))
        assert new and way is not None and way.expected == ordered.expected
        assert bank.work(lambda session, day: cards.order(session, mine, day, new_number=True))[1] is False
        trip = {"customer_id": "dora", "place": "Italy", "dates": "June"}
        assert [bank.work(lambda session, _: trips.note(session, TravelNotice(**trip))) for _ in range(2)] == [True, False]
        assert [bank.work(lambda session, day: money.dispute(session, "dora-p2", day)) for _ in range(2)] == [True, False]
        assert [bank.work(lambda session, day: money.lower(session, "dora", 20_000, day)) for _ in range(2)] == [True, False]
        assert bank.work(lambda session, _: money.transfers(session, "dora"))[0].party == "M. Berg"


def test_a_server_that_is_away_is_an_error_within_seconds_not_a_hang() -> None:
    with (
        bank_on(f"postgresql+psycopg://bank@127.0.0.1:{free_port()}/postgres") as bank,
        pytest.raises(OperationalError),
    ):
        bank.activate("Ben Carter", "1881", None)
