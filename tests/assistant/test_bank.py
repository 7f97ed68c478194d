"""The bank's records on a real SQLite file."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.bank import Activation, Bank, engine_for, miles
from actions.seed import PEOPLE, hash_pin
from actions.tables import Branch, Customer

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "last4", "proven", "outcome"),
    [
        ("ben CARTER", "1881", None, Activation.ACTIVATED),
        ("elodie martin", "6017", None, Activation.ACTIVATED),
        ("Farid Haddad", "9274", None, Activation.ACTIVATED),
        ("Farid Haddad", "3390", "+12125550106", Activation.HELD),
        ("Ana Lopez", "4421", None, Activation.HELD),
        ("Ana Lopez", "4421", "+12125550101", Activation.HELD),
        ("Chidi Okafor", "7302", None, Activation.HELD),
        ("Chidi Okafor", "7302", "+12125550101", Activation.HELD),  # somebody else's number proves nothing
        ("Chidi Okafor", "7302", "+16175550103", Activation.ACTIVATED),
        ("Dora Nielsen", "5540", None, Activation.ALREADY),
        ("Dora Nielsen", "4421", None, Activation.NOT_FOUND),
        ("Nobody Known", "4421", None, Activation.NOT_FOUND),
    ],
)
def test_activation(bank: Bank, name: str, last4: str, proven: str | None, outcome: Activation) -> None:
    assert bank.activate(name, last4, proven) is outcome


def test_an_activated_card_stays_active_when_the_bank_opens_again(tmp_path: Path) -> None:
    for outcome in (Activation.ACTIVATED, Activation.ALREADY):
        engine = engine_for(f"sqlite:///{tmp_path}/again.db")
        assert Bank(engine).activate("Ben Carter", "1881", None) is outcome
        with Session(engine) as session:
            assert session.scalar(select(func.count()).select_from(Customer)) == len(PEOPLE)
        engine.dispose()


def test_many_at_once_on_a_new_database(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/many.db")
    bank, outcomes = Bank(engine), []
    threads = [threading.Thread(target=lambda: outcomes.append(bank.activate("Ben Carter", "1881", None))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    engine.dispose()
    assert outcomes.count(Activation.ACTIVATED) == 1 and len(outcomes) == 8


def test_a_database_that_cannot_be_reached_raises(tmp_path: Path) -> None:
    with pytest.raises(SQLAlchemyError):
        Bank(engine_for(f"sqlite:///{tmp_path}/no/such/folder/bank.db")).customer("+12125550101")


def test_the_nearest_branches_are_sorted_and_nearby(bank: Bank) -> None:
    found = bank.nearest("10012")
    assert [branch.name for branch, _ in found] == ["Tribeca", "Union Square", "Midtown"]
    assert [branch.name for branch, _ in bank.nearest("02139")] == ["Back Bay", "Boston Harbor"]  # not one in New York
    assert bank.nearest("99999") == [] and not bank.knows_zip("99999")


def test_distance_in_miles() -> None:
    assert miles(40.7201, -74.0052, 42.3572, -71.0522) == pytest.approx(190, abs=3)  # Tribeca to Boston
    assert miles(40.0, -74.0, 40.0, -74.0) == 0


def test_deliveries_that_should_have_come_are_late(bank: Bank) -> None:
    farid, elodie = bank.delivery("farid"), bank.delivery("elodie")
    assert farid is not None and bank.late(farid) and farid.expected == date(2026, 11, 19)
    assert elodie is not None and not bank.late(elodie)


def test_customers_are_found_by_phone_only_exactly(bank: Bank) -> None:
    dora = bank.customer("+16175550104")
    assert dora is not None and dora.full_name == "Dora Nielsen"
    assert bank.customer("6175550104") is None
    assert [(account.kind, account.cents) for account in bank.accounts("ana")] == [("checking", 124050), ("savings", 830000)]


def test_pins_are_hashed_with_their_own_salt(bank: Bank) -> None:
    dora = bank.customer("+16175550104")
    assert dora is not None and "2648" not in dora.pin_hash
    salt = bytes.fromhex(dora.pin_hash.split("$")[0])
    assert hash_pin("2648", salt) == dora.pin_hash != hash_pin("2649", salt)


def test_a_branch_by_id(bank: Bank) -> None:
    branch = bank.branch("union")
    assert isinstance(branch, Branch) and branch.zip == "10003"
    assert bank.branch("'; drop table branches") is None
