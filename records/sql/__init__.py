"""Facts in SQL: SQLite by default, PostgreSQL by RECORDS_URL; both the same to who asks."""

from records.sql.keep import Kept
from records.sql.opening import default_url, opened, opening
from records.sql.pages import BadCursor, Page
from records.sql.purge import Deleted
from records.sql.reading import Conversation, Line
from records.sql.search import Question
from records.sql.store import RecordsStore

__all__ = [
    "BadCursor",
    "Conversation",
    "Deleted",
    "Kept",
    "Line",
    "Page",
    "Question",
    "RecordsStore",
    "default_url",
    "opened",
    "opening",
]
