"""What is denied, and what is not: ``no fee`` must not become ``a fee``, nor the reverse. Pure."""

from __future__ import annotations

import re

from language_model.grounding.text import plain, sentences, stems

DENIALS = frozenset("no not never none nothing nobody nowhere neither nor without".split())
"""Each denies something of its sentence."""

LIMITS = frozenset("only unless except hardly rarely free instead always guaranteed".split())
"""Words that limit or promise: an answer has one only where its source has it."""

NEAR = 0.9
"""How near a sentence of the source must be to the nearest one to be the one that was put in other words."""

_DENIAL = re.compile(rf"\b(?:{'|'.join(sorted(DENIALS))})\b")
_LIMIT = re.compile(rf"\b(?:{'|'.join(sorted(LIMITS))})\b")

Sentence = tuple[frozenset[str], int]
"""Its stems, and how often it denies."""


def turned(answer: str, source: str) -> bool:
    """Whether the answer limits or promises what the source does not, or has a sentence that denies more or less often than the
    sentence of the source that is nearest to it."""
    if set(_LIMIT.findall(plain(answer))) - set(_LIMIT.findall(plain(source))):
        return True
    there = [_read(one) for one in sentences(source)]
    return any(not _same(_read(one), there) for one in sentences(answer))


def _read(sentence: str) -> Sentence:
    return frozenset(stems(sentence)) - DENIALS, len(_DENIAL.findall(plain(sentence)))


def _same(sentence: Sentence, there: list[Sentence]) -> bool:
    said, denials = sentence
    if not said:
        return True
    shares = [(len(said & words) / len(said), count) for words, count in there]
    nearest = max((share for share, _ in shares), default=0.0)
    return any(count == denials for share, count in shares if share >= NEAR * nearest)
