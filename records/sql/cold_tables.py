"""The tables of the cold store, beside those of the facts (``records/sql/migrations`` makes them).

A tracker's events are words as much as lines are: erasing a person reaches them, and the retention of words.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from records.sql.tables import Id, Instant, metadata

cold_events = Table(
    "cold_events",
    metadata,
    Column("conversation_id", Id, primary_key=True),
    Column("first", Integer, primary_key=True),  # the number of its first event, from 0
    Column("count", Integer, nullable=False),
    Column("until", Instant, nullable=False),  # when its last event was
    Column("events", LargeBinary),  # JSON, an event a line, compressed; nothing once the words are deleted
    Index("cold_events_by_time", "until"),  # purge
)

cold_conversations = Table(
    "cold_conversations",
    metadata,
    Column("conversation_id", Id, primary_key=True),
    Column("length", Integer, nullable=False),  # how many events of it are in cold_events
    Column("summary", Text, nullable=False),
    Column("asleep", LargeBinary),  # what the next turn begins with, when it has left Redis
    Column("forgotten_at", Instant),  # deleted; what is on its way of it is refused
)

cold_contacts = Table(
    "cold_contacts",
    metadata,
    Column("contact_id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False, index=True),  # contact_of, forget
    Column("last_seen", Instant, nullable=False, index=True),  # silent_since
    Column("record", Text, nullable=False),
)
