"""Which of the declared languages a text is in, by the words of the designers' own sentences. Pure.

A word tells for a language when it is said there more often than in the others; a word that nobody wrote (a name, a slip) tells
nothing, and neither does one that all have ("no", "ok"). docs/decisions/0020 compares it with a library.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from bot.languages.current import BASE
from bot.languages.declared import words

ENOUGH = 3.0
"""How much more the words have to tell for a language than for the one spoken before: 20 to 1."""

LEAST_KNOWN = 0.5
"""More than this share of the words the language has to know: "María de la Cruz" is a name in any."""

NAMED = 0.25
"""From this share of its mentions on, a word with a capital within a sentence is a name ("to Panamá"): it tells nothing."""
WITHIN = re.compile(r"(?<=[^\W_] |[,;] )[^\W\d_]+")
"""A word that begins no sentence."""

LONGEST = 100
"""Words that are looked at."""


@dataclass(frozen=True, slots=True)
class Detector:
    """``frequency``: for each language, how often each word is said, as a logarithm; ``never``: the same of a word it lacks.
    ``first``: what is spoken until something is said; one word alone leads away from it ("hola"), and from no other."""

    frequency: Mapping[str, Mapping[str, float]]
    first: str = BASE
    never: float = log(1e-6)

    @classmethod
    def of(cls, texts: Mapping[str, Iterable[str]]) -> Detector:
        """Learns the words of each language from what is written in it."""
        known = dict[str, Mapping[str, float]]()
        for language, some in texts.items():
            said, named = Counter[str](), Counter[str]()
            for text in some:
                said.update(words(text))
                named.update(word for one in WITHIN.findall(text) if one.istitle() for word in words(one))
            known[language] = _frequency(Counter({word: n for word, n in said.items() if named[word] < NAMED * n}))
        return cls(known)

    def language(self, text: str, before: str) -> str:
        """The language of a text of somebody who spoke ``before``: the same unless its words tell clearly for another one."""
        said = [word for word in words(text) if len(word) > 1][:LONGEST]  # "y" is "why" to some and "and" to others
        if _is_name(text) or (len(said) == 1 and before != self.first):
            return before
        scores = {language: self._score(said, language) for language in self.frequency}
        best = max(scores, key=lambda language: (scores[language], language == before), default=before)
        told = scores.get(best, 0.0) - scores.get(before, 0.0)
        return best if told >= ENOUGH and self._known(said, best) > LEAST_KNOWN else before

    def _score(self, said: list[str], language: str) -> float:
        known = self.frequency[language]
        return sum(known.get(word, self.never) for word in said if any(word in one for one in self.frequency.values()))

    def _known(self, said: list[str], language: str) -> float:
        return sum(word in self.frequency[language] for word in said) / len(said) if said else 0.0


def _is_name(text: str) -> bool:
    """Several words, each with a capital: "Puerto Rico" is called so in any language."""
    parts = text.split()
    return len(parts) > 1 and all(part.istitle() for part in parts)


def _frequency(count: Counter[str]) -> dict[str, float]:
    total = sum(count.values())
    return {word: log(number / total) for word, number in count.items()}
