"""The bank's records in SQL: what the assistant may look up and the one thing it may change (activate a card).

Every method blocks for as long as the database takes (a few seconds at most): call them in a thread. Each raises
``sqlalchemy.exc.SQLAlchemyError`` when the database cannot be reached; Rasa then reports the action as failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from sqlite3 import OperationalError
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from actions import guesses
from actions.days import clock
from actions.records.card_tables import CardLock
from actions.records.growing import grow
from actions.seed import NOBODYS_PIN, pin_matches, seed
from actions.tables import Account, Base, Branch, Card, CardStatus, Customer, Delivery, DeliveryStatus, Hold, RaisedLimit, ZipCode
from bot.skills.parsing.digits import zip_code
from bot.skills.parsing.keypad import keys_in, spelled
from bot.skills.parsing.matching import same
from bot.skills.parsing.names import key

Found = TypeVar("Found")
DATABASE = "sqlite:///harbour_bank.db"
TIMEOUT = 3  # seconds, for connecting and for a statement
EARTH = 3958.8  # miles
NEARBY = 25.0  # miles; the nearest one is always told, however far


class Activation(StrEnum):
    """What came of an activation. HELD says no more on purpose: the reason is for a colleague."""

    ACTIVATED = "activated"
    ALREADY = "already"
    HELD = "held"
    NOT_FOUND = "not_found"


def engine_for(url: str) -> Engine:
    """An engine with short timeouts. ``sqlite:///...`` or ``postgresql+psycopg://...``."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": TIMEOUT})
        event.listen(engine, "connect", _prepared)
        return engine
    arguments: dict[str, Any] = {"connect_timeout": TIMEOUT}
    if url.startswith("postgresql"):
        arguments["options"] = f"-c statement_timeout={TIMEOUT * 1000}"
    return create_engine(url, connect_args=arguments, pool_pre_ping=True, pool_timeout=TIMEOUT)


def _prepared(connection: Any, _: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")  # SQLite checks them only when told to
    with suppress(OperationalError):  # a file that may only be read stays as it is
        connection.execute("PRAGMA journal_mode = WAL")  # who looks something up waits for nobody who writes
        connection.execute("PRAGMA synchronous = NORMAL")


class Pair(StrEnum):
    """What a name with a card's digits is: PROVE when it was not even compared, as it was tried too often."""

    RIGHT = "right"
    WRONG = "wrong"
    PROVE = "prove"


class Bank:
    """Customers, cards, accounts, deliveries and branches. Tables and samples are made on first use."""

    def __init__(self, engine: Engine, today: Callable[[], date] = clock.today) -> None:
        self._engine = engine
        self._today = today
        self._ready = False
        self._making = threading.Lock()

    def today(self) -> date:
        """The day by the bank's clock."""
        return self._today()

    def has_card(self, full_name: str, last4: str) -> bool:
        """True when somebody of that name has such a card."""
        with self._session() as session:
            return _card(session, full_name, last4) is not None

    def try_card(self, full_name: str, last4: str, place: str, proven_phone: str | None) -> Pair:
        """As ``has_card``, for an answer of somebody at ``place`` (an opaque word; empty: not known). Counted before it is
        compared, so that guesses side by side count each; a right one is none."""
        with self._session() as session:
            meant = _called(session, full_name)
            mine = any(customer.phone == proven_phone for customer in meant)
            about, today = [customer.id for customer in meant], self._today()
            if mine:
                return Pair.WRONG if _card(session, full_name, last4) is None else Pair.RIGHT
            guesses.count(session, about, place, today)
            if guesses.enough(session, about, place, today, this=1):
                found = Pair.PROVE
            elif _card(session, full_name, last4) is None:
                return Pair.WRONG
            else:
                found = Pair.RIGHT
            guesses.count(session, about, place, today, by=-1)
            return found

    def must_prove(self, full_name: str, place: str, proven_phone: str | None) -> bool:
        """Whether the pair opens nothing without the number on file being proved."""
        with self._session() as session:
            meant = _called(session, full_name)
            mine = any(customer.phone == proven_phone for customer in meant)
            return not mine and guesses.enough(session, [customer.id for customer in meant], place, self._today())

    def activate(self, full_name: str, last4: str, proven_phone: str | None) -> Activation:
        """Activate the card. ``proven_phone`` is the number (E.164) the sender has proved to hold, if any."""
        with self._session() as session:
            found = _card(session, full_name, last4)
            if found is None:
                return Activation.NOT_FOUND
            card, customer = found
            if session.get(CardLock, card.id) is not None:
                return Activation.HELD
            if card.status == CardStatus.ACTIVE:
                return Activation.ALREADY
            proved = proven_phone == customer.phone
            if card.status != CardStatus.INACTIVE or card.hold == Hold.REVIEW or (card.hold == Hold.VERIFY and not proved):
                return Activation.HELD
            # The condition keeps a block that was set a moment ago from being undone.
            changed = update(Card).where(Card.id == card.id, Card.status == CardStatus.INACTIVE).values(status=CardStatus.ACTIVE)
            done = session.connection().execute(changed).rowcount == 1
            session.commit()
            return Activation.ACTIVATED if done else Activation.HELD

    def work(self, done: Callable[[Session, date], Found]) -> Found:
        """What ``done`` gives, with a session (it commits by itself) and today's date: for the records of one skill."""
        with self._session() as session:
            return done(session, self._today())

    def reached(self) -> bool:
        """Whether the database answers."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(select(1)).scalar() == 1
        except SQLAlchemyError:
            return False

    def customer(self, phone: str) -> Customer | None:
        """The customer whose number this is (E.164)."""
        with self._session() as session:
            return session.scalar(select(Customer).where(Customer.phone == phone))

    def pin_is(self, phone: str, pin: str) -> bool:
        """True when it is the PIN of the customer with this number (E.164). Takes as long for an unknown number."""
        customer = self.customer(phone)
        return pin_matches(pin, customer.pin_hash if customer else NOBODYS_PIN) and customer is not None

    def raise_limit(self, customer_id: str) -> bool:
        """Raise the card's limit for today; False when it was raised already."""
        with self._session() as session:
            if session.get(RaisedLimit, (customer_id, self._today())) is not None:
                return False
            session.add(RaisedLimit(customer_id=customer_id, day=self._today()))
            try:
                session.commit()
            except IntegrityError:  # raised in the same moment
                return False
            return True

    def accounts(self, customer_id: str) -> list[Account]:
        """The customer's accounts, by kind."""
        with self._session() as session:
            return list(session.scalars(select(Account).where(Account.customer_id == customer_id).order_by(Account.kind)))

    def delivery(self, customer_id: str) -> Delivery | None:
        """The customer's latest card in the post."""
        with self._session() as session:
            theirs = select(Delivery).where(Delivery.customer_id == customer_id)
            return session.scalar(theirs.order_by(Delivery.expected.desc()).limit(1))

    def late(self, delivery: Delivery) -> bool:
        """True when it should have come before today and has not."""
        return delivery.status in (DeliveryStatus.PRINTING, DeliveryStatus.POSTED) and delivery.expected < self._today()

    def branch(self, branch_id: str) -> Branch | None:
        """One branch."""
        with self._session() as session:
            return session.get(Branch, branch_id)

    def zip_of_place(self, text: str) -> str | None:
        """The zip code of a branch whose name or city is in the text, whole words only; a name comes first."""
        words = f" {key(text)} "
        with self._session() as session:
            branches = session.scalars(select(Branch).order_by(Branch.id)).all()
        named = [branch.zip for branch in branches if f" {key(branch.name)} " in words]
        return next(iter([*named, *(branch.zip for branch in branches if f" {key(branch.city)} " in words)]), None)

    def branch_named(self, text: str) -> Branch | None:
        """The branch that the text names: by its name, by a zip code near it, or by a city that has no other."""
        words, at = f" {key(text)} ", zip_code(text)
        with self._session() as session:
            branches = session.scalars(select(Branch).order_by(Branch.id)).all()
        named = [branch for branch in branches if f" {key(branch.name)} " in words]
        near = [branch for branch, _ in self.nearest(at, 1)] if at else []
        there = [branch for branch in branches if f" {key(branch.city)} " in words]
        found = named or near or there
        return found[0] if len(found) == 1 else None

    def knows_zip(self, zip_code: str) -> bool:
        """True when we can tell where that zip code is."""
        with self._session() as session:
            return session.get(ZipCode, zip_code) is not None

    def nearest(self, zip_code: str, count: int = 3) -> list[tuple[Branch, float]]:
        """The nearest branches with their distance in miles, nearest first; empty for an unknown zip code."""
        with self._session() as session:
            here = session.get(ZipCode, zip_code)
            if here is None:
                return []
            measured = [
                (branch, miles(here.latitude, here.longitude, branch.latitude, branch.longitude))
                for branch in session.scalars(select(Branch))
            ]
            nearest, *others = sorted(measured, key=lambda pair: pair[1])
            return [nearest, *(pair for pair in others[: count - 1] if pair[1] <= NEARBY)]

    @contextmanager
    def _session(self) -> Iterator[Session]:
        self._prepare()
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    def _prepare(self) -> None:
        with self._making:
            if self._ready:
                return
            Base.metadata.create_all(self._engine)
            grow(self._engine)
            try:
                with Session(self._engine) as session, session.begin():
                    seed(session, self._today())
            except IntegrityError:
                pass  # another action server seeded it in the same moment: its records are the same
            self._ready = True


def _called(session: Session, full_name: str) -> list[Customer]:
    """The customers whom a name may mean."""
    keys = keys_in(full_name)
    everybody = session.scalars(select(Customer).order_by(Customer.id))
    return [one for one in everybody if (spelled(one.full_name) == keys if keys else same(full_name, one.full_name))]


def _card(session: Session, full_name: str, last4: str) -> tuple[Card, Customer] | None:
    chosen = select(Card, Customer).join(Customer, Card.customer_id == Customer.id).where(Card.last4 == last4)
    keys = keys_in(full_name)
    found = session.execute(chosen.order_by(Card.id)).all()
    fits = (row for row in found if (spelled(row[1].full_name) == keys if keys else same(full_name, row[1].full_name)))
    # The name exactly as it is on record comes before one that fits it.
    row = min(fits, key=lambda one: one[1].name_key != key(full_name), default=None)
    return (row[0], row[1]) if row else None


def miles(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The distance of two places along the surface, in miles (haversine)."""
    up, along = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    return 2 * EARTH * asin(sqrt(sin(up) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(along) ** 2))
