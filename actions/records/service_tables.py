"""Tables of what customers tell the bank, and of what is out of order (SQLAlchemy 2)."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actions.tables import Base

WORDS = 2000
"""Characters of a customer's words that are kept."""


class Note(Base):
    """What somebody told that a colleague deals with. ``kind``: ``complaint`` or ``address``; ``phone``: E.164 or None, and
    ``proof`` how sure it was then (``claimed``, ``possessed``, ``proven``); ``channel``: where it was told; ``done``: when a
    colleague closed it."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(WORDS))
    phone: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    day: Mapped[datetime.date]
    proof: Mapped[str] = mapped_column(String(10), default="claimed", server_default="claimed")
    done: Mapped[datetime.date | None]


class Outage(Base):
    """Something that is out of order, in the operators' words, until it is ``over``. ``since``: a time as operators write it."""

    __tablename__ = "outages"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    what: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(300))
    day: Mapped[datetime.date]
    over: Mapped[bool] = mapped_column(default=False)


class Appointment(Base):
    """An hour at a branch (``hour``: of the clock there, from 0). One customer at a time. ``uid``: its name in calendars, which
    stays when it is moved; ``moves``: how often it was."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("branch_id", "day", "hour"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    day: Mapped[datetime.date]
    hour: Mapped[int]
    uid: Mapped[str] = mapped_column(String(32), default=lambda: uuid.uuid4().hex, server_default="")
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
