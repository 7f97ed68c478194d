"""Tries of a name with a card's digits, over all visitors: per customer whose name it may be, and per place they come from.

Four digits are ten thousand cards. A visitor has three tries in a conversation, and a new conversation costs nothing; so
after a few wrong ones in a day the pair alone opens nothing any more for that customer or from that place: the number on
file has to be proved. Nobody is locked out by others' guesses, and whoever guesses hears the same words for right and wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.tables import CardGuesses

PER_CUSTOMER, PER_PLACE = 5, 20
"""Wrong tries in a calendar day."""


def enough(session: Session, customers: Sequence[str], place: str, day: date, this: int = 0) -> bool:
    """Whether it was tried as often today as may be, for one of these customers or from this place; ``this``: tries among
    those counted that are being made now."""
    limits = dict(_counted(customers, place))
    rows = session.scalars(select(CardGuesses).where(CardGuesses.day == day, CardGuesses.about.in_(limits)))
    return any(row.count - this >= limits[row.about] for row in rows)


def count(session: Session, customers: Sequence[str], place: str, day: date, by: int = 1) -> None:
    """One more try; ``by=-1``: it was none, the pair was right."""
    for about, _ in _counted(customers, place):
        row = (CardGuesses.about == about, CardGuesses.day == day)
        changed = update(CardGuesses).where(*row).values(count=CardGuesses.count + by)
        if session.connection().execute(changed).rowcount == 0:
            _begin(session, about, day)
            session.connection().execute(changed)
    session.execute(delete(CardGuesses).where(CardGuesses.day < day - timedelta(days=1)))
    session.commit()


def _begin(session: Session, about: str, day: date) -> None:
    try:
        with session.begin_nested():
            session.add(CardGuesses(about=about, day=day, count=0))
    except IntegrityError:
        pass  # another action server began it in the same moment


def _counted(customers: Sequence[str], place: str) -> list[tuple[str, int]]:
    places = [(f"place {place}", PER_PLACE)] if place else []
    return [*((f"customer {customer}", PER_CUSTOMER) for customer in customers), *places]
