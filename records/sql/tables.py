"""The tables. The migrations make them (``records/sql/migrations``); a test sees to it that both say the same.

Indexes are those that a query of this package needs, named beside each.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """A time in UTC to the microsecond; SQLite keeps it as text without a zone, which sorts as time does."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """``timestamptz`` in PostgreSQL."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times of the records carry their zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


AnyJson = JSON().with_variant(JSONB(), "postgresql")
BigKey = BigInteger().with_variant(Integer(), "sqlite")
Id = String(256)
OF_PROPOSALS = "kind IN ('article_proposed', 'article_decided')"
"""A query says it in the same words: only then is the index of these few rows used."""

facts = Table(
    "facts",
    metadata,
    Column("id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("conversation_id", Id),
    Column("contact", Id),
    Column("pseudonym", String(64)),
    Column("channel", String(64)),
    Column("body", AnyJson, nullable=False),
    # whether retention has something to do with it some day
    Column("expires", Boolean, nullable=False),
    # PostgreSQL wants the column of the partitions in every unique key; ``at`` follows from the cause as the id does
    PrimaryKeyConstraint("id", "at", name="facts_key"),
    Index("facts_of_conversation", "conversation_id", "at", "id"),  # facts_of, erase
    Index("facts_of_contact", "contact", postgresql_where=text("contact IS NOT NULL"), sqlite_where=text("contact IS NOT NULL")),
    Index("facts_by_time", "at", "id"),  # export, figures
    Index("facts_to_purge", "at", postgresql_where=text("expires"), sqlite_where=text("expires = 1")),  # purge
    Index("facts_of_proposals", "at", "id", postgresql_where=text(OF_PROPOSALS), sqlite_where=text(OF_PROPOSALS)),
    postgresql_partition_by="RANGE (at)",
)

facts_aside = Table(
    "facts_aside",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(64)),
    Column("version", Integer),
    Column("why", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("since", Instant, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id),
    Column("pseudonym", String(64)),
    Column("contact_at", Instant),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("last_intent", String(256)),
    Column("intent_at", Instant),
    Column("outcome", String(256)),
    Column("outcome_at", Instant),
    Index("conversations_by_time", "last_at", "id"),  # search
    # conversations_of, erase
    Index(
        "conversations_of_contact",
        "contact_id",
        postgresql_where=text("contact_id IS NOT NULL"),
        sqlite_where=text("contact_id IS NOT NULL"),
    ),
)

conversation_marks = Table(
    "conversation_marks",
    metadata,
    Column("conversation_id", Id, primary_key=True),
    Column("mark", String(16), primary_key=True),
    Column("value", String(256), primary_key=True),
)
"""Channels, intents and outcomes that a conversation had, one a row."""

lines = Table(
    "lines",
    metadata,
    Column("number", BigKey, primary_key=True, autoincrement=True),  # what the full-text index of SQLite points to
    Column("conversation_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("id", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("channel", String(64)),
    Column("author", String(16), nullable=False),
    Column("agent", String(256), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("lines_in_order", "conversation_id", "at", "seq", "id", unique=True),  # pages
    Index("lines_by_time", "at"),  # purge
)

joins = Table(
    "joins",
    metadata,
    Column("link_id", Id, primary_key=True),
    Column("into_id", Id, nullable=False, index=True),
    Column("part_id", Id, nullable=False, index=True),
    Column("restored_id", Id, index=True),
    Column("part_contact", Id),
    Column("linked_at", Instant, nullable=False),
    Column("undone_at", Instant),
    Column("addresses", AnyJson, nullable=False),
)

erased = Table(
    "erased",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # of a contact or its conversation: for facts still on their way
    Column("pseudonym", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
