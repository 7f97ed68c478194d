"""The pages' own words in each language: the English stands in the templates, what is said for it in ``_pages.yml``."""

from __future__ import annotations

from dataclasses import dataclass

from bot.languages.tables import PAGES, table
from knowledge.library import DEFAULT


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in which the pages are written: its two letters, and its own name."""

    code: str
    name: str

    @property
    def root(self) -> str:
        """Where its pages begin."""
        return "/help" if self.code == DEFAULT else f"/help/{self.code}"

    def word(self, english: str) -> str:
        """The words for it; the English ones where there are none. Raises DomainFileError."""
        return english if self.code == DEFAULT else str(table(self.code, PAGES, "help").get(english, english))
