"""A text in sentences, words and stems, for English. Pure."""

from __future__ import annotations

import re

import Stemmer

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;\n])\s+|\n+")
_SHORTENED = (("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("n't", " not"))

LITTLE = frozenset(
    "a about after again all also am an and any are as at be because been before being between both but by can could did do "
    "does doing during each either for from further get gets got had has have having he her here hers him his how i if in "
    "into is it its itself just let like may me might more most much must my need needs now of off on once one or other our "
    "ours out over own per please same shall she should since so some such than that the their theirs them then there these "
    "they this those through to too under until up upon us very was we were what when where whether which while who whom "
    "whose why will with within would yes you your yours sure ok okay still already even ever every s t re ll ve d m".split()
)
"""Words that say nothing by themselves. What denies or limits is not among them."""


def plain(text: str) -> str:
    """Small letters, straight quotes, negations in full."""
    found = text.casefold().replace("\u2019", "'")
    for short, full in _SHORTENED:
        found = found.replace(short, full)
    return found


def sentences(text: str) -> list[str]:
    """Cut after the marks that end one, and at line breaks."""
    return [part for part in _SENTENCE.split(text) if part.strip()]


def words(text: str) -> list[str]:
    """In order, as they are written."""
    return _WORD.findall(text)


def stems(text: str) -> list[str]:
    """Of the words that say something, in order."""
    stemmer = Stemmer.Stemmer("english")  # not shared: it is not safe between threads
    said = [part for word in words(plain(text)) for part in re.split(r"['-]", word) if part and part not in LITTLE]
    return [str(stem) for stem in stemmer.stemWords(said)]
