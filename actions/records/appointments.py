"""Appointments in SQL. Each function takes a session and commits; asked twice, it is done once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.records.alone import alone
from actions.records.service_tables import Appointment


def taken(session: Session, branch_id: str, first: date) -> set[tuple[date, int]]:
    """The days and hours that are taken at a branch, from a day on."""
    theirs = select(Appointment.day, Appointment.hour).where(Appointment.branch_id == branch_id, Appointment.day >= first)
    return {(day, hour) for day, hour in session.execute(theirs)}


def of(session: Session, customer_id: str, today: date) -> Appointment | None:
    """The customer's next appointment, today's included."""
    theirs = select(Appointment).where(Appointment.customer_id == customer_id, Appointment.day >= today)
    return session.scalar(theirs.order_by(Appointment.day, Appointment.hour).limit(1))


def take(session: Session, wanted: Appointment, today: date) -> Appointment | None:
    """Book it, or move the one that the customer has to it; their own time is theirs already. None when another has it, and
    nothing changes."""
    alone(session, wanted.customer_id)
    there = select(Appointment).where(Appointment.branch_id == wanted.branch_id, Appointment.day == wanted.day)
    taken_by = session.scalar(there.where(Appointment.hour == wanted.hour))
    if taken_by is not None:
        return taken_by if taken_by.customer_id == wanted.customer_id else None
    held = of(session, wanted.customer_id, today)
    if held is not None:
        held.branch_id, held.day, held.hour, held.moves = wanted.branch_id, wanted.day, wanted.hour, held.moves + 1
    booked = held or wanted
    session.add(booked)
    try:
        session.commit()
    except IntegrityError:  # booked in the same moment, by another
        session.rollback()
        return None
    return booked


def cancel(session: Session, customer_id: str, today: date) -> Appointment | None:
    """Take the next one out of the book; what it was, or None."""
    alone(session, customer_id)
    held = of(session, customer_id, today)
    if held is not None:
        session.delete(held)
        session.commit()
    return held
