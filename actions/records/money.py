"""Payments, transfers, disputes and limits in SQL. Each function takes a session and commits; asked twice, it is done once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.records.alone import alone
from actions.records.money_tables import Dispute, LoweredLimit, Payment, Transfer, TransferStatus
from actions.tables import Customer, RaisedLimit

USUAL, RAISED = 50_000, 100_000
"""Cents a day."""

DECIDED = 10
"""Business days that customers are told: until a disputed sum is theirs for the time being."""

LOOKED_THROUGH = 100
"""Payments in which one is looked for."""


def payments(session: Session, customer_id: str, most: int = LOOKED_THROUGH) -> list[Payment]:
    """The customer's payments, the latest first."""
    mine = select(Payment).where(Payment.customer_id == customer_id)
    return list(session.scalars(mine.order_by(Payment.day.desc(), Payment.id).limit(most)))


def payees(session: Session) -> set[str]:
    """Everybody who was paid, or has paid, by any customer."""
    return set(session.scalars(select(Payment.payee).distinct()))


def disputes(session: Session, customer_id: str) -> list[tuple[Dispute, Payment]]:
    """The customer's disputes, the latest first, each with its payment."""
    mine = select(Dispute, Payment).join(Payment, Dispute.payment_id == Payment.id).where(Payment.customer_id == customer_id)
    return [(row[0], row[1]) for row in session.execute(mine.order_by(Dispute.day.desc(), Dispute.payment_id))]


def payment(session: Session, customer_id: str, payment_id: str) -> Payment | None:
    """That payment, when it is the customer's."""
    found = session.get(Payment, payment_id)
    return found if found is not None and found.customer_id == customer_id else None


def transfers(session: Session, customer_id: str) -> list[Transfer]:
    """The customer's transfers, those under way first, then the latest."""
    mine = session.scalars(select(Transfer).where(Transfer.customer_id == customer_id).order_by(Transfer.expected.desc()))
    return sorted(mine, key=lambda one: one.status != TransferStatus.PENDING)


def dispute(session: Session, payment_id: str, today: date) -> bool:
    """Open a dispute of this payment; False when it was open already."""
    if session.get(Dispute, payment_id) is not None:
        return False
    session.add(Dispute(payment_id=payment_id, day=today))
    try:
        session.commit()
    except IntegrityError:  # opened in the same moment
        session.rollback()
        return False
    return True


def open_disputes(session: Session) -> list[tuple[Dispute, Payment, Customer]]:
    """What no colleague has closed, the oldest first: each with the payment and whose it is."""
    every = select(Dispute, Payment, Customer).join(Payment, Dispute.payment_id == Payment.id)
    mine = every.join(Customer, Payment.customer_id == Customer.id).where(Dispute.done.is_(None))
    return [(row[0], row[1], row[2]) for row in session.execute(mine.order_by(Dispute.day, Dispute.payment_id))]


def close_dispute(session: Session, payment_id: str, today: date) -> bool:
    """A colleague has dealt with it; False when there is no such case, or it is closed."""
    found = session.get(Dispute, payment_id)
    if found is None or found.done is not None:
        return False
    found.done = today
    session.commit()
    return True


def limit(session: Session, customer_id: str, today: date) -> int:
    """What may be spent today, in cents."""
    if session.get(RaisedLimit, (customer_id, today)) is not None:
        return RAISED
    own = session.get(LoweredLimit, customer_id)
    return own.cents if own else USUAL


def spent(session: Session, customer_id: str, today: date) -> int:
    """What went out today, in cents."""
    mine = select(func.sum(Payment.cents)).where(Payment.customer_id == customer_id, Payment.day == today, Payment.cents < 0)
    return -(session.scalar(mine) or 0)


def lower(session: Session, customer_id: str, cents: int, today: date) -> bool:
    """Set a limit of one's own, which also ends what was raised for today; False when it was that already."""
    alone(session, customer_id)
    before = limit(session, customer_id, today)
    raised = session.get(RaisedLimit, (customer_id, today))
    if raised is not None:
        session.delete(raised)
    session.merge(LoweredLimit(customer_id=customer_id, cents=cents))
    session.commit()
    return before != cents
