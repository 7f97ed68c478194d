"""Doubles of the sample bank's people, for journeys and demonstrations: the same records under another number and card."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.bank import engine_for
from actions.days import clock
from actions.records.money_tables import Transfer
from actions.records.samples import payments_of
from actions.seed import PEOPLE, seed
from actions.tables import Account, Base, Card, Customer, Delivery


def make(home: Path, like: str, number: str, last4: str) -> str:
    """Add a double of the person ``like`` (``ana``, ``ben`` ...) with this number (E.164) and the card ``last4``.

    Their newest card gets the new digits; others keep theirs. Gives the full name. KeyError for an unknown person.
    """
    person = {one.id: one for one in PEOPLE}[like]
    engine = engine_for(f"sqlite:///{home / 'bank.sqlite'}")
    try:
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            seed(session, clock.today())
            if session.scalar(select(Customer.id).where(Customer.phone == number)) is None:
                _copy(session, like, number, person.cards[-1][0], last4)
            session.commit()
    finally:
        engine.dispose()
    return person.name


def _copy(session: Session, like: str, number: str, old: str, new: str) -> None:
    original = session.get_one(Customer, like)
    mine = f"{like}-{number[-9:]}"
    double = Customer(id=mine, full_name=original.full_name, name_key=original.name_key, phone=number, pin_hash=original.pin_hash)
    session.add(double)
    session.flush()
    for card in session.scalars(select(Card).where(Card.customer_id == like)):
        digits = new if card.last4 == old else card.last4
        session.add(Card(id=f"{number[-9:]}-{digits}", customer_id=mine, last4=digits, status=card.status, hold=card.hold))
    for account in session.scalars(select(Account).where(Account.customer_id == like)):
        session.add(Account(id=f"{number[-9:]}-{account.kind}", customer_id=mine, kind=account.kind, cents=account.cents))
    for sent in session.scalars(select(Delivery).where(Delivery.customer_id == like)):
        copied = {"carrier": sent.carrier, "status": sent.status, "expected": sent.expected}
        session.add(Delivery(id=f"{number[-9:]}-{new}", customer_id=mine, last4=new, **copied))
    session.add_all(payments_of(mine, number[-9:], clock.today()))
    for one in session.scalars(select(Transfer).where(Transfer.customer_id == like)):
        moved = {"party": one.party, "cents": one.cents, "status": one.status, "expected": one.expected}
        session.add(Transfer(id=f"{number[-9:]}-{one.id[-2:]}", customer_id=mine, **moved))
