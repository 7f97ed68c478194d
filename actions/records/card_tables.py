"""What the bank keeps of cards beside their status: locks, orders of new ones, travel notices."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from actions.tables import Base


class CardLock(Base):
    """A card that nobody can pay with until it is unlocked. ``why``: ``lost`` or ``frozen``."""

    __tablename__ = "card_locks"
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id"), primary_key=True)
    since: Mapped[datetime.date]
    why: Mapped[str] = mapped_column(String(10))


class CardOrder(Base):
    """A new card that was ordered in the place of one. ``last4`` is the new one's; ``expected`` the day it should arrive."""

    __tablename__ = "card_orders"
    card_id: Mapped[str] = mapped_column(ForeignKey("cards.id"), primary_key=True)
    day: Mapped[datetime.date] = mapped_column(primary_key=True)
    last4: Mapped[str] = mapped_column(String(4))
    expected: Mapped[datetime.date]


class TravelNotice(Base):
    """Where a customer is going to use their cards, and when, in their own words; the days, where they could be read."""

    __tablename__ = "travel_notices"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(100), primary_key=True)
    dates: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime.date | None]
    until: Mapped[datetime.date | None]
