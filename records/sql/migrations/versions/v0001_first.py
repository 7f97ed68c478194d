"""The first tables: facts, conversations, lines with their full text, joins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID, NAME, LONG = sa.String(256), sa.String(64), sa.Text()


def upgrade() -> None:
    """Written out, not taken from ``records.sql.tables``: those go on, this stays."""
    _facts()
    _conversations()
    _lines()
    _joins()
    _full_text()


def _postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _time() -> Any:
    return postgresql.TIMESTAMP(timezone=True) if _postgres() else sa.DateTime()


def _json() -> Any:
    return postgresql.JSONB() if _postgres() else sa.JSON()


def _index(name: str, table: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    only = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, postgresql_where=only, sqlite_where=only)


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cause", LONG, nullable=False),
        sa.Column("conversation_id", ID),
        sa.Column("contact", ID),
        sa.Column("pseudonym", NAME),
        sa.Column("channel", NAME),
        sa.Column("body", _json(), nullable=False),
        sa.Column("expires", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", "at", name="facts_key"),
        postgresql_partition_by="RANGE (at)",
    )
    _index("facts_of_conversation", "facts", ["conversation_id", "at", "id"])
    _index("facts_of_contact", "facts", ["contact"], "contact IS NOT NULL")
    _index("facts_by_time", "facts", ["at", "id"])
    _index("facts_to_purge", "facts", ["at"], "expires" if _postgres() else "expires = 1")
    op.create_table(
        "facts_aside",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", NAME),
        sa.Column("version", sa.Integer()),
        sa.Column("why", LONG, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("since", _time(), nullable=False),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("contact_id", ID),
        sa.Column("pseudonym", NAME),
        sa.Column("contact_at", _time()),
        sa.Column("first_at", _time(), nullable=False),
        sa.Column("last_at", _time(), nullable=False),
        sa.Column("last_intent", ID),
        sa.Column("intent_at", _time()),
        sa.Column("outcome", ID),
        sa.Column("outcome_at", _time()),
    )
    _index("conversations_by_time", "conversations", ["last_at", "id"])
    _index("conversations_of_contact", "conversations", ["contact_id"], "contact_id IS NOT NULL")
    op.create_table(
        "conversation_marks",
        sa.Column("conversation_id", ID, primary_key=True),
        sa.Column("mark", sa.String(16), primary_key=True),
        sa.Column("value", ID, primary_key=True),
    )


def _lines() -> None:
    number = sa.BigInteger() if _postgres() else sa.Integer()
    op.create_table(
        "lines",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("channel", NAME),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("agent", ID, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("address", LONG, nullable=False),
        sa.Column("text", LONG, nullable=False),
    )
    _index("lines_in_order", "lines", ["conversation_id", "at", "seq", "id"], unique=True)
    _index("lines_by_time", "lines", ["at"])


def _joins() -> None:
    op.create_table(
        "joins",
        sa.Column("link_id", ID, primary_key=True),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("part_id", ID, nullable=False),
        sa.Column("restored_id", ID),
        sa.Column("part_contact", ID),
        sa.Column("linked_at", _time(), nullable=False),
        sa.Column("undone_at", _time()),
        sa.Column("addresses", _json(), nullable=False),
    )
    for column in ("into_id", "part_id", "restored_id"):
        _index(f"ix_joins_{column}", "joins", [column])
    op.create_table(
        "erased",
        sa.Column("id_hash", NAME, primary_key=True),
        sa.Column("pseudonym", NAME, nullable=False),
        sa.Column("at", _time(), nullable=False),
    )


def _full_text() -> None:
    """Words as they stand, without stems: both databases then find the same lines."""
    if _postgres():
        op.execute("CREATE INDEX lines_words ON lines USING gin (to_tsvector('simple', text))")
        return
    op.execute(
        "CREATE VIRTUAL TABLE lines_words USING fts5"
        "(text, content='lines', content_rowid='number', tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute(
        "CREATE TRIGGER lines_added AFTER INSERT ON lines BEGIN "
        "INSERT INTO lines_words(rowid, text) VALUES (new.number, new.text); END"
    )
    op.execute(
        "CREATE TRIGGER lines_deleted AFTER DELETE ON lines BEGIN "
        "INSERT INTO lines_words(lines_words, rowid, text) VALUES ('delete', old.number, old.text); END"
    )
