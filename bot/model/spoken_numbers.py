"""Numbers as people write and say them: ``44 21``, ``four four double two``, ``twenty-one``, ``cuatro``, ``the third``. Pure.

The one place that knows which words are numbers. The door looks for them in any text, so that it can take them out; the voice
reads a whole dictated answer; the menus read one place of a list; the skills read the answer to a question. English, and the
figures of Spanish (docs/decisions/0012). Texts are in their normal form (``bot.door.normal``): all figures are 0 to 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

NOUGHT_LETTERS = frozenset({"o", "oh"})
"""By themselves a letter and a sigh: figures only beside others."""
FIGURES = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8",
    "nueve": "9",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
SOUND_ALIKE = {"won": "1", "to": "2", "too": "2", "tree": "3", "for": "4", "fore": "4", "ate": "8"}
"""What a transcript may write for a figure: believed only beside others, or where nothing else was said."""
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
ROUND = {"hundred": "00", "thousand": "000"}
"""Only where figures are dictated: elsewhere they are amounts."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
            "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
            "twentieth")  # fmt: skip
_NUMBERED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)")

WORDS = frozenset({*FIGURES, *TEENS, *TENS, *TIMES})
"""All words that are figures wherever they stand together."""

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_NEAR = re.compile(r"[\s\-.,_/|·•\u200b-\u200f\u202a-\u202e\u2066-\u2069]{0,3}")
_ENDED = re.compile(r"[.!?;]|[^\W\d_]")

Joined = Callable[[str], bool]
"""Whether the figures before and after this text are of one number."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures written or said together, and where: ``text[start:end]``. ``said``: in words."""

    digits: str
    start: int
    end: int
    said: bool = False


def near(between: str) -> bool:
    """At most three spaces, dashes, dots and the like: what somebody may write between the figures of one number."""
    return _NEAR.fullmatch(between) is not None


def same_sentence(between: str) -> bool:
    """No word and no end of a sentence: ``44, 21`` is one number, ``4421 or 9274`` and ``4421. 9274`` are two."""
    return _ENDED.search(between) is None


def groups(text: str, joined: Joined = near) -> list[Group]:
    """All figures of a text, in order."""
    tokens = list(_TOKEN.finditer(text))
    words = [token[0].casefold() for token in tokens]
    found: list[Group] = []
    place = 0
    while place < len(tokens):
        start = tokens[place].start()
        read = figures(words[place : place + 2], after=bool(found) and joined(text[found[-1].end : start]))
        if read:
            found.append(Group(read[0], start, tokens[place + read[1] - 1].end(), said=not words[place].isdigit()))
        place += read[1] if read else 1
    return found


def runs(
    text: str, joined: Joined = near, also: Callable[[int, int], bool] = lambda _end, _start: False
) -> Iterator[list[Group]]:
    """The groups in runs, each one number: what stands between is ``joined``, or ``also`` takes it by its place."""
    run: list[Group] = []
    for group in groups(text, joined):
        if run and not (joined(text[run[-1].end : group.start]) or also(run[-1].end, group.start)):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def figures(words: Sequence[str], *, after: bool, dictated: bool = False) -> tuple[str, int] | None:
    """The figures that the first of ``words`` (small letters) stands for and how many words they took, or None.

    ``after``: others stand before it; ``dictated``: nothing but figures is expected, so that ``oh`` is one wherever it stands.
    """
    word, following = words[0], words[1] if len(words) > 1 else ""
    if word in TIMES:
        one = figure(following)
        return (one * TIMES[word], 2) if one else None
    if word in TENS:
        unit = FIGURES.get(following, "")
        return (TENS[word] + unit, 2) if unit not in ("", "0") else (TENS[word] + "0", 1)
    if word in ROUND:
        return (ROUND[word], 1) if dictated and not following else None
    if word in SOUND_ALIKE:
        return (SOUND_ALIKE[word], 1) if _beside(following, after=after, dictated=dictated) else None
    if word in NOUGHT_LETTERS and not (dictated or after or _is_figure(following)):
        return None
    digits = word if _written(word) else FIGURES.get(word) or TEENS.get(word)
    return (digits, 1) if digits else None


def figure(word: str) -> str:
    """The one figure that a word is, or empty."""
    return word if len(word) == 1 and _written(word) else FIGURES.get(word, "")


def cardinal(words: Sequence[str]) -> int | None:
    """``7``, ``seven``, ``twenty one``: below 1000 in figures, 1 to 99 in words; None when there is any other word."""
    if len(words) == 1 and _written(words[0]):
        return int(words[0]) if len(words[0]) < 4 else None
    read = figures(words, after=False) if words and words[0] not in TIMES else None
    return int(read[0]) or None if read and read[1] == len(words) else None


def ordinal(words: Sequence[str]) -> int | None:
    """``third``, ``3rd``: 3; ``last``: -1; None for anything else."""
    if len(words) != 1:
        return None
    if words[0] == "last":
        return -1
    if found := _NUMBERED.fullmatch(words[0]):
        return int(found[1]) or None
    return ORDINALS.index(words[0]) + 1 if words[0] in ORDINALS else None


def _beside(following: str, *, after: bool, dictated: bool) -> bool:
    if dictated:
        return after or figure(following) != ""
    return after and _is_figure(following)


def _is_figure(word: str) -> bool:
    return _written(word) or word in WORDS or word in SOUND_ALIKE


def _written(word: str) -> bool:
    return word.isascii() and word.isdigit()
