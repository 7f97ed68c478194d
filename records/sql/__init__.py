"""Facts in SQL: SQLite by default, PostgreSQL by RECORDS_URL; both the same to who asks."""

from records.sql.keep import Kept
from records.sql.opening import default_url, opened, opening
from records.sql.queries.pages import BadCursor, Page
from records.sql.queries.proposals import Proposal
from records.sql.queries.reading import Conversation, Line
from records.sql.queries.search import Question
from records.sql.retention.purge import Deleted
from records.sql.store import RecordsStore

__all__ = [
    "BadCursor",
    "Conversation",
    "Deleted",
    "Kept",
    "Line",
    "Page",
    "Proposal",
    "Question",
    "RecordsStore",
    "default_url",
    "opened",
    "opening",
]
