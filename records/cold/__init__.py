"""Where conversations are kept that the next turn does not need: their older events, and those that fell silent as a whole."""

from records.cold.pages import ColdReader
from records.cold.store import ColdStore

__all__ = ["ColdReader", "ColdStore"]
