"""What can go wrong with the records, each as one sentence for whoever must act."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """The kinds of trouble with a database that an operator mends in different ways."""

    AWAY = "away"
    PASSWORD = "password"
    READ_ONLY = "read_only"
    FULL = "full"
    BUSY = "busy"
    OTHER = "other"


class RecordsUnavailable(Exception):
    """The records cannot be read or written now; the message is one sentence without a password. Nothing was changed."""

    def __init__(self, sentence: str, trouble: Trouble = Trouble.AWAY) -> None:
        super().__init__(sentence)
        self.trouble = trouble


class RecordsRefused(Exception):
    """The records cannot be used as they are set up: the start stops with this one sentence."""


class RefusedByDatabase(Exception):
    """The database takes this one fact under no circumstances; it is kept aside. The message says why, without its words."""


class StreamUnavailable(Exception):
    """The stream of facts cannot be read now; nothing was taken or acknowledged. The message is one sentence."""
