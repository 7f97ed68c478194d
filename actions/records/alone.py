"""Changes that two tabs may ask for in the same moment: one after the other, each with what the one before left."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from actions.tables import Customer


def alone(session: Session, customer_id: str) -> None:
    """From here to the commit nobody else changes this customer's records in this way. A row lock in PostgreSQL, the writer's
    turn in SQLite: begin with it, as what was read before may be old by then."""
    session.execute(update(Customer).where(Customer.id == customer_id).values(name_key=Customer.name_key))
