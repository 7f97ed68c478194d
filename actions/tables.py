"""The bank's tables (SQLAlchemy 2). Money is in cents, dates are calendar days, phones are E.164."""

from __future__ import annotations

import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class CardStatus(StrEnum):
    """Where a card stands."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    BLOCKED = "blocked"


class Hold(StrEnum):
    """Why a card cannot be activated by name and digits alone."""

    NONE = "none"
    VERIFY = "verify"  # the customer's number must be proved first
    REVIEW = "review"  # a colleague must look at it, whatever is proved


class DeliveryStatus(StrEnum):
    """Where a card in the post is."""

    PRINTING = "printing"
    POSTED = "posted"
    OUT = "out"
    DELIVERED = "delivered"
    RETURNED = "returned"


class Base(DeclarativeBase):
    """The bank's records."""


class Customer(Base):
    """A customer. ``name_key`` is the name as it is compared (``bot.skills.parsing.names.key``)."""

    __tablename__ = "customers"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    full_name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), index=True)
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))


class Card(Base):
    """A card: only its last four digits are kept here."""

    __tablename__ = "cards"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    last4: Mapped[str] = mapped_column(String(4))
    status: Mapped[str] = mapped_column(String(10))
    hold: Mapped[str] = mapped_column(String(10))


class Account(Base):
    """An account: ``kind`` is what the customer calls it."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    cents: Mapped[int]


class Delivery(Base):
    """A card on its way. ``expected`` is the day it should arrive, or arrived."""

    __tablename__ = "deliveries"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    last4: Mapped[str] = mapped_column(String(4))
    carrier: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(10))
    expected: Mapped[datetime.date]


class RaisedLimit(Base):
    """A day on which a customer's card has a higher limit."""

    __tablename__ = "raised_limits"
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    day: Mapped[datetime.date] = mapped_column(primary_key=True)


class CardGuesses(Base):
    """How often a name was tried with a card's digits on a day: ``about`` a customer, or a place that tries came from."""

    __tablename__ = "card_guesses"
    about: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[datetime.date] = mapped_column(primary_key=True)
    count: Mapped[int]


class Branch(Base):
    """A branch with its place (degrees) and hours, which are the bank's own words."""

    __tablename__ = "branches"
    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    street: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(60))
    zip: Mapped[str] = mapped_column(String(5))
    latitude: Mapped[float]
    longitude: Mapped[float]
    weekdays: Mapped[str] = mapped_column(String(40))
    saturday: Mapped[str] = mapped_column(String(40))


class ZipCode(Base):
    """The middle of a zip code's area (degrees, about a mile exact)."""

    __tablename__ = "zip_codes"
    zip: Mapped[str] = mapped_column(String(5), primary_key=True)
    place: Mapped[str] = mapped_column(String(60))
    latitude: Mapped[float]
    longitude: Mapped[float]
