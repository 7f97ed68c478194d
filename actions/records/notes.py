"""Notes for colleagues in SQL. Each function takes a session and commits; asked twice, it is done once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.records.service_tables import Note


def take(session: Session, note: Note) -> int:
    """Keep it; its id, or that of an equal one of the same number and day (a turn that was tried again). Where no number is
    known, the same words may be another's."""
    if note.phone is None:
        return _added(session, note)
    alike = select(Note.id).where(Note.kind == note.kind, Note.words == note.words, Note.channel == note.channel)
    known = session.scalar(alike.where(Note.phone == note.phone, Note.day == note.day).limit(1))
    return _added(session, note) if known is None else known


def _added(session: Session, note: Note) -> int:
    session.add(note)
    session.commit()
    return note.id


def complaints(session: Session, phone: str) -> list[Note]:
    """Those that came from this number, the latest first."""
    mine = select(Note).where(Note.phone == phone, Note.kind == "complaint")
    return list(session.scalars(mine.order_by(Note.id.desc())))


def all_of(session: Session) -> list[Note]:
    """What was told, the oldest first."""
    return list(session.scalars(select(Note).order_by(Note.id)))


def waiting(session: Session) -> list[Note]:
    """What no colleague has closed, the oldest first."""
    return list(session.scalars(select(Note).where(Note.done.is_(None)).order_by(Note.id)))


def close(session: Session, note_id: int, today: date) -> bool:
    """A colleague has dealt with it; False when there is no such note, or it is closed."""
    found = session.get(Note, note_id)
    if found is None or found.done is not None:
        return False
    found.done = today
    session.commit()
    return True
