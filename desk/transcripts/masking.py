"""A transcript without personal data. Pure.

Taken out are what the door masks, figures from five on and e-mail addresses (``language_model.masking``), every value that was
taken from the customer's words into a slot, a name word by word, and a name that a sentence announces. In the place of a value
stands how it is called. What is left can still lead to a person (a story that only one can tell): reading it is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.door import MASK
from language_model.masking import MAIL, masked

SHORTEST = 2
"""Characters: a value that is shorter is no clue."""
NAME, AGENT = "name", "agent"
STATED = re.compile(r"\b(?:my name is|my name's|me llamo|mi nombre es)\s+((?:[^\W\d_][\w'\u2019-]*\s*){1,3})", re.I)
"""Up to three words where somebody says what they are called, in the languages that the sample speaks."""
BETWEEN = frozenset("and i is my not the y no el la".split())
"""Of these, words that are no name."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What is known of a customer, in small letters -> how it is called (``full name``); ``exact``: words of agents' names, which
    count as they are written alone: a Will is no "will"."""

    values: Mapping[str, str]
    exact: frozenset[str] = frozenset()

    @classmethod
    def of(cls, slots: Iterable[tuple[str, str]], names: Iterable[str]) -> Personal:
        """``slots``: how a slot is called and its value as text; ``names``: the customer's names, each word of which counts."""
        found = {value.strip().casefold(): label.casefold() for label, value in slots}
        found |= {word.casefold(): NAME for name in names for word in name.split()}
        return cls({value: label for value, label in found.items() if len(value) >= SHORTEST})

    def and_agents(self, names: Iterable[str]) -> Personal:
        """With the names of who answers, as notices and they themselves tell them."""
        whole = list(names)
        words = frozenset(word for name in whole for word in name.split() if len(word) >= SHORTEST and word[0].isupper())
        return Personal({**{name.strip().casefold(): AGENT for name in whole if name.strip()}, **self.values}, words)

    def out_of(self, text: str) -> str:
        """The text without them, and without what leads to a person by itself."""
        text = MAIL.sub(MASK, text)  # first: a name may be half of it
        stated = [word for found in STATED.finditer(text) for word in found[1].split() if word.casefold() not in BETWEEN]
        values = {**self.values, **{word.casefold(): NAME for word in stated}}
        ordered = sorted(values, key=len, reverse=True)
        if ordered:
            pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)", re.IGNORECASE)
            text = pattern.sub(lambda found: f"[{values.get(found[0].casefold(), MASK)}]", text)
        if self.exact:
            exact = "|".join(map(re.escape, sorted(self.exact, key=len, reverse=True)))
            text = re.sub(rf"(?<![\w\[])(?:{exact})(?!\w)", f"[{AGENT}]", text)
        return masked(text)
