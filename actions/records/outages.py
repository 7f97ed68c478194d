"""What is out of order, in SQL. Each function takes a session and commits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.records.service_tables import Outage


def current(session: Session) -> list[Outage]:
    """What is out of order, the oldest first."""
    return list(session.scalars(select(Outage).where(Outage.over.is_(False)).order_by(Outage.id)))


def begin(session: Session, what: str, words: str, today: date) -> None:
    """Something is out of order from now on."""
    session.add(Outage(what=what, words=words, day=today, over=False))
    session.commit()


def end(session: Session, number: int) -> bool:
    """It works again; False when there was no such thing."""
    found = session.get(Outage, number)
    if found is None or found.over:
        return False
    found.over = True
    session.commit()
    return True
