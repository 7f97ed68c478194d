"""The trained assistant, and a fresh bank for each test."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from actions.bank import Bank
from actions.tables import Card, CardStatus, Hold
from tests.talking.fixtures import bank, clock, loaded, names, talk, trained_model

__all__ = ["bank", "clock", "loaded", "names", "talk", "trained_model"]


@pytest.fixture
def two_cards(bank: Bank) -> Bank:
    """Dora has another card."""

    def issued(session: Session, _: date) -> None:
        session.add(Card(id="dora-8812", customer_id="dora", last4="8812", status=CardStatus.ACTIVE, hold=Hold.NONE))
        session.commit()

    bank.work(issued)
    return bank
