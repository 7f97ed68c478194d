"""What was paid and transferred, what is disputed, and lowered limits. Money is in cents; what went out is negative."""

from __future__ import annotations

import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from actions.tables import Base


class TransferStatus(StrEnum):
    """Where a transfer stands."""

    PENDING = "pending"
    ARRIVED = "arrived"
    RETURNED = "returned"


class Payment(Base):
    """One line of an account: a purchase, a withdrawal, a deposit. ``payee`` is whom it went to or came from."""

    __tablename__ = "payments"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    day: Mapped[datetime.date]
    payee: Mapped[str] = mapped_column(String(60))
    cents: Mapped[int]
    pending: Mapped[bool]


class Transfer(Base):
    """Money to or from another account. ``cents`` is negative for what was sent; ``expected``: when it should be there."""

    __tablename__ = "transfers"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    party: Mapped[str] = mapped_column(String(60))
    cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    expected: Mapped[datetime.date]


class Dispute(Base):
    """A payment that the customer disputes; its own id is the case. ``done``: when a colleague closed it."""

    __tablename__ = "disputes"
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    day: Mapped[datetime.date]
    done: Mapped[datetime.date | None]


class LoweredLimit(Base):
    """A customer's own limit a day, below the usual one."""

    __tablename__ = "lowered_limits"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    cents: Mapped[int]
