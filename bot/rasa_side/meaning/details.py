"""Whether a sentence can be a detail (a name, figures) and nothing else: "There's a $240 charge I never made" has a figure in it
and is none. Pure; the words that stand beside details are those of the designers' own examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model.spoken_numbers import WORDS
from bot.rasa_side.meaning.examples import Examples

INFORM = "inform"
MOST = 6
"""Strange words of a detail: two names, or a name beside figures."""

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
ANNOUNCED = re.compile(r"\b(?:names?|called|i'?m|i am|this is|it'?s|it is|under|code|number|here'?s|here is)\b", re.I)
BESIDE = frozenset("yes yeah no nope ok okay sorry please thanks hi hello and or uh um sir madam".split())
SAYS_MORE = frozenset(
    """
    a about after again all already always an any anybody anyone anything are arent asked at because been before being bought but
    by came can cant come coming could couldnt did didnt do does doesnt doing dont during every everyone everything
    find for found from gave get gets getting give go going gonna got had has hasnt have havent having he her him his
    how if into isnt ive made make makes may might month months must need needed needs never next nobody not nothing off on
    our out over paid pay she should since so some somebody someone something still than their them then there theres they
    theyre theyve to today tomorrow tonight took until us use used using want wanted wants was wasnt we week weeks went were
    werent weve what whats when where wheres which while who whose why will with without wont would wouldnt year years
    yesterday yet you your yours youre
    """.split()
)
"""With one of these a sentence says something of its own, unless a designer's example of a detail has it."""


@dataclass(frozen=True, slots=True)
class Details:
    """``own``: the words of examples of details; ``others``: those of all other examples and of no detail's."""

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    @classmethod
    def from_examples(cls, examples: Examples) -> Details:
        """Without examples of details nothing is doubted."""
        own = frozenset(_words(" ".join(examples.get(INFORM, ()))))
        rest = (sentence for intent, sentences in examples.items() if intent != INFORM for sentence in sentences)
        return cls(own, frozenset(_words(" ".join(rest))) - own)

    def may_be(self, text: str) -> bool:
        """Whether nothing but a detail stands there, as far as the words tell."""
        if not self.own:
            return True
        strange = [word for word in _words(text) if not (word in self.own or word in WORDS or word in BESIDE)]
        return len(strange) <= MOST and not any(word in SAYS_MORE or word in self.others for word in strange)

    def announced(self, text: str) -> bool:
        """Whether it says that it is a detail, or has figures: it is one also where nothing was asked."""
        figures = any(mark.isdecimal() for mark in text) or any(word in WORDS for word in _words(text))
        return figures or ANNOUNCED.search(text) is not None


def _words(text: str) -> list[str]:
    return [re.sub(r"['\u2019]", "", word).casefold() for word in WORD.findall(text)]
