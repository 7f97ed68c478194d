"""The cold store: events, conversations and contacts that have left Redis."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(256)


def upgrade() -> None:
    """Written out, not taken from ``records.cold.tables``: those go on, this stays."""
    op.create_table(
        "cold_events",
        sa.Column("conversation_id", ID, primary_key=True),
        sa.Column("first", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", _time(), nullable=False),
        sa.Column("events", sa.LargeBinary()),
    )
    op.create_index("cold_events_by_time", "cold_events", ["until"])
    op.create_table(
        "cold_conversations",
        sa.Column("conversation_id", ID, primary_key=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("asleep", sa.LargeBinary()),
        sa.Column("forgotten_at", _time()),
    )
    op.create_table(
        "cold_contacts",
        sa.Column("contact_id", ID, primary_key=True),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("last_seen", _time(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    for column in ("conversation_id", "last_seen"):
        op.create_index(f"ix_cold_contacts_{column}", "cold_contacts", [column])


def _time() -> Any:
    return postgresql.TIMESTAMP(timezone=True) if op.get_context().dialect.name == "postgresql" else sa.DateTime()
