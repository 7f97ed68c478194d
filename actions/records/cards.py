"""Locks and orders of cards in SQL. Each function takes a session and commits; asked twice, it is done once."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.days import open_days
from actions.records.alone import alone
from actions.records.card_tables import CardLock, CardOrder
from actions.tables import Base, Card, CardStatus, Delivery, DeliveryStatus, Hold

LOST, FROZEN = "lost", "frozen"
ARRIVES = 7
"""Business days after the order."""

CARRIER = "Harbour Mail"


@dataclass(frozen=True, slots=True)
class Held:
    """A customer's card and why it is locked (None: it is not)."""

    card: Card
    lock: CardLock | None


def held(session: Session, customer_id: str) -> list[Held]:
    """The customer's cards that are not blocked for good, by their digits."""
    mine = select(Card).where(Card.customer_id == customer_id, Card.status != CardStatus.BLOCKED).order_by(Card.last4)
    return [Held(card, session.get(CardLock, card.id)) for card in session.scalars(mine)]


def lock(session: Session, cards: Sequence[Card], why: str, today: date) -> bool:
    """Lock these cards of one customer; False when all were locked already. A lost one that was frozen is lost from now on."""
    for customer_id in {card.customer_id for card in cards}:
        alone(session, customer_id)
    done = [_add(session, CardLock(card_id=card.id, since=today, why=why)) for card in cards]
    if why != FROZEN:
        session.execute(update(CardLock).where(CardLock.card_id.in_([card.id for card in cards])).values(why=why))
    session.commit()
    return any(done)


def unlock(session: Session, cards: Sequence[Card]) -> bool:
    """Unlock those of the cards that are locked for the time being; False when none was. A lost one stays locked."""
    gone = delete(CardLock).where(CardLock.card_id.in_([card.id for card in cards]), CardLock.why == FROZEN)
    done = session.connection().execute(gone).rowcount > 0
    session.commit()
    return done


def on_its_way(session: Session, customer_id: str, today: date) -> CardOrder | None:
    """The latest order of the customer's that should not have arrived yet."""
    mine = select(CardOrder).join(Card, CardOrder.card_id == Card.id).where(Card.customer_id == customer_id)
    return session.scalar(mine.where(CardOrder.expected >= today).order_by(CardOrder.day.desc()).limit(1))


def order(session: Session, card: Card, today: date, *, new_number: bool) -> tuple[CardOrder, bool]:
    """Order another in the place of this card, and whether that is new. With a ``new_number`` the old one is blocked for good;
    else it works until the new one is activated."""
    alone(session, card.customer_id)
    last4 = _free_digits(session) if new_number else card.last4
    ordered = CardOrder(card_id=card.id, day=today, last4=last4, expected=open_days.working_day(today, ARRIVES))
    if not _add(session, ordered):  # ordered in the same moment
        session.rollback()
        return session.get_one(CardOrder, (card.id, today)), False
    if new_number:
        session.execute(update(Card).where(Card.id == card.id).values(status=CardStatus.BLOCKED))
        fresh = {"customer_id": card.customer_id, "last4": last4, "status": CardStatus.INACTIVE, "hold": Hold.NONE}
        session.add(Card(id=_new_id(), **fresh))
    session.add(_delivery(card, ordered))
    session.commit()
    return ordered, True


def _delivery(card: Card, ordered: CardOrder) -> Delivery:
    return Delivery(
        id=_new_id(),
        customer_id=card.customer_id,
        last4=ordered.last4,
        carrier=CARRIER,
        status=DeliveryStatus.PRINTING,
        expected=ordered.expected,
    )


def _new_id() -> str:
    return uuid.uuid4().hex[:20]


def _free_digits(session: Session) -> str:
    taken = set(session.scalars(select(Card.last4)))
    return next(digits for digits in iter(lambda: f"{random.randrange(10_000):04}", "") if digits not in taken)


def _add(session: Session, row: Base) -> bool:
    """Whether it is new: another server may have added it in the same moment. Within ``alone``: SQLite's driver commits a
    savepoint that is the first thing of a session (https://docs.sqlalchemy.org/20/dialects/sqlite.html#pysqlite-serializable)."""
    try:
        with session.begin_nested():
            session.add(row)
        return True
    except IntegrityError:
        return False
