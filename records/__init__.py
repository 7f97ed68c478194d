"""The system of record: what happened, kept for good in SQL, to be searched, reported, audited, exported and erased.

Stands on ``bot.model`` alone. ``docs/records.md`` describes it.
"""

from records.errors import RecordsRefused, RecordsUnavailable, Trouble
from records.facts import About, Aside, Fact, fact_of
from records.sql import opening

__all__ = ["About", "Aside", "Fact", "RecordsRefused", "RecordsUnavailable", "Trouble", "fact_of", "opening"]
