"""The one door between the receivers and the store (docs/door.md)."""

from bot.door.door import LIMITS, MARKS, enter, without_pin, words
from bot.door.secrets import MASK

__all__ = ["LIMITS", "MARKS", "MASK", "enter", "without_pin", "words"]
