"""Trips that customers told of, in SQL. Each function takes a session and commits; asked twice, it is done once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from actions.records.alone import alone
from actions.records.card_tables import TravelNotice


def of(session: Session, customer_id: str, today: date) -> list[TravelNotice]:
    """Those that are not over, by their last day; one without days that could be read is never over."""
    mine = select(TravelNotice).where(TravelNotice.customer_id == customer_id)
    there = mine.where(or_(TravelNotice.until.is_(None), TravelNotice.until >= today))
    return list(session.scalars(there.order_by(TravelNotice.until, TravelNotice.place)))


def note(session: Session, notice: TravelNotice, instead: str = "") -> bool:
    """Note a trip; False when this one was noted already. Other dates for the same place take the place of the old ones, and so
    does another place for that of ``instead``."""
    alone(session, notice.customer_id)
    known = session.get(TravelNotice, (notice.customer_id, notice.place))
    new = known is None or known.dates != notice.dates
    if instead and instead != notice.place:
        _drop(session, notice.customer_id, instead)
    session.merge(notice)
    session.commit()
    return new


def cancel(session: Session, customer_id: str, place: str) -> bool:
    """Take it out; False when there is none."""
    alone(session, customer_id)
    gone = _drop(session, customer_id, place)
    session.commit()
    return gone


def _drop(session: Session, customer_id: str, place: str) -> bool:
    chosen = (TravelNotice.customer_id == customer_id, TravelNotice.place == place)
    return session.connection().execute(delete(TravelNotice).where(*chosen)).rowcount > 0
