"""The answer to "which of these times?", in words."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from actions.bank import Bank
from actions.visits.wished_times import wished

CHOOSE = "/choose_time"


class TimeAside:
    """``bot.skills.asides.Aside``: which of the times that were offered, in words; a yes takes the only one."""

    name = "appointment_time"
    form = ""
    yes = CHOOSE.lstrip("/")

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def reads(self, words: str) -> bool:
        """A day and a time mean nothing where none was asked for."""
        return False

    async def finds(self, words: str) -> bool:
        """Whether they name a time."""
        return wished(words, self._bank.today(), moving=True) is not None

    def begins(self, tracker: Tracker) -> str:
        """Rules go on with it."""
        return ""
