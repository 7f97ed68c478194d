"""The sample bank's payments and transfers: invented, by days before the first start (docs/sample-bank.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.records.money_tables import Payment, Transfer, TransferStatus
from actions.tables import Base, Customer

USUAL = (
    (1, "Corner Market", -2_315),
    (2, "City Power", -8_420),
    (4, "Blue Finch Outfitters", -24_000),
    (6, "Northway Payroll", 215_000),
    (9, "Elm Street Rent", -140_000),
    (12, "Streamly", -1_599),
    (15, "Harbour Bank cash machine", -20_000),
)
"""Everybody's payments: days ago, payee, cents. Those of the last day are pending."""

_PENDING, _ARRIVED, _RETURNED = TransferStatus.PENDING, TransferStatus.ARRIVED, TransferStatus.RETURNED
TRANSFERS = {
    "ana": (("J. Ortiz", -50_000, _PENDING, 1), ("K. Lopez", 12_000, _PENDING, 2)),
    "ben": (("Northway Inc", 35_000, _PENDING, 2),),
    "chidi": (("Lakeside Title", -1_200_000, _ARRIVED, -1),),
    "dora": (("M. Berg", -80_000, _RETURNED, -2),),
    "elodie": (("K. Martin", 26_000, _PENDING, -3),),
}
"""By customer: to or from whom, cents (negative: sent), status, days from the first start until it is expected."""


def seed(session: Session, today: date) -> None:
    """Add the samples where there are none at all. Does not commit."""
    if session.scalar(select(Payment.id).limit(1)) is None:
        session.add_all(_samples(session, today))
        session.flush()


def _samples(session: Session, today: date) -> Iterator[Base]:
    for who in ("ana", "ben", "chidi", "dora", "elodie", "farid"):
        if session.get(Customer, who) is None:
            continue
        yield from payments_of(who, who, today)
        for number, (party, cents, status, days) in enumerate(TRANSFERS.get(who, ())):
            expected = today + timedelta(days=days)
            yield Transfer(id=f"{who}-t{number}", customer_id=who, party=party, cents=cents, status=status, expected=expected)


def payments_of(customer_id: str, prefix: str, today: date) -> Iterator[Payment]:
    """The samples as this customer's, with ids that begin so."""
    for number, (days, payee, cents) in enumerate(USUAL):
        day = today - timedelta(days=days)
        yield Payment(
            id=f"{prefix}-p{number}", customer_id=customer_id, day=day, payee=payee, cents=cents, pending=days < 2 and cents < 0
        )
