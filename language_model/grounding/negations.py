"""What is denied, and what is not: ``no fee`` must not become ``a fee``, nor the reverse. Pure."""

from __future__ import annotations

import re

from language_model.grounding.text import plain, stems

DENIALS = frozenset("no not never none nothing nobody nowhere neither nor without".split())
"""Each denies what comes after it."""

LIMITS = frozenset("only unless except hardly rarely free instead always guaranteed".split())
"""Words that limit or promise: an answer has one only where its source has it."""

REACH = 2
"""How many words that say something a denial reaches, within its part of a sentence."""

_PART = re.compile(r"[.!?;:,()\n]|\bbut\b|\bhowever\b|\bif\b|\bwhen\b|\bunless\b")
_DENIAL = re.compile(rf"\b(?:{'|'.join(sorted(DENIALS))})\b")
_LIMIT = re.compile(rf"\b(?:{'|'.join(sorted(LIMITS))})\b")


def denied(text: str) -> tuple[list[list[str]], set[str]]:
    """The stems that each denial reaches (none, where nothing follows it), and all that are said plainly."""
    reached: list[list[str]] = []
    said: set[str] = set()
    for part in _PART.split(plain(text)):
        before, *after = _DENIAL.split(part)
        said.update(stems(before))
        for piece in map(stems, after):
            reached.append(piece[:REACH])
            said.update(piece[REACH:])
    return reached, said


def turned(answer: str, source: str) -> bool:
    """Whether the answer denies or limits what the source does not, or says plainly what the source only denies."""
    if set(_LIMIT.findall(plain(answer))) - set(_LIMIT.findall(plain(source))):
        return True
    ours, plainly = denied(answer)
    theirs, there = denied(source)
    known = {stem for reached in theirs for stem in reached}
    if ours and not theirs:
        return True
    return any(reached and reached[0] not in known for reached in ours) or bool(plainly & (known - there))
