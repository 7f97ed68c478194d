"""Names: words that begin with a capital, or have one inside. Pure."""

from __future__ import annotations

from language_model.grounding.text import LITTLE, plain, sentences, stems, words

STARTS = frozenset({"no", "not", "never", "only", "sorry", "unless", "without", "except", "none", "neither"})
"""Words that begin a sentence and are no names, beside the little ones; whether they may stand there is asked elsewhere."""


def named(text: str, source: str) -> set[str]:
    """The names of a text that its source has not, as they are written."""
    there = set(words(source))
    known = set(stems(source))
    found: set[str] = set()
    for sentence in sentences(text):
        for place, word in enumerate(words(sentence)):
            if word == word.casefold() or word in there or (place == 0 and _ordinary(word, known)):
                continue
            found.add(word)
    return found


def _ordinary(word: str, known: set[str]) -> bool:
    """Whether it has its capital from the sentence that it begins."""
    first = plain(word).split("'")[0].split()[0]
    return word[1:] == word[1:].casefold() and (first in LITTLE | STARTS or known.issuperset(stems(word)))
