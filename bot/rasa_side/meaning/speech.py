"""How the clauses of a language are joined and begun: where a wish ends, and what stands beside what is wanted. Pure.

English stands here; another language has its words under ``clauses`` in its ``_wishes.yml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.languages.tables import folded

SHORT = {
    "do not": "dont", "did not": "didnt", "does not": "doesnt", "will not": "wont", "have not": "havent", "has not": "hasnt",
    "was not": "wasnt", "is not": "isnt", "are not": "arent", "need not": "neednt", "would not": "wouldnt", "can not": "cant",
    "cannot": "cant", "could not": "couldnt", "i am": "im", "i would": "id", "let us": "lets", "had not": "hadnt",
    "don t": "dont",
    "wanna": "want to", "gonna": "going to", "dnt": "dont", "donot": "dont", "dont you dare": "dont",
}  # fmt: skip

MARKS, PAIR_MARKS = r"[.!?;,\n\u2026]+", r"[.,:](?!\d)|[!?;\n\u2026+&\u00bf\u00a1]"
"""Marks that end a clause; no figure is taken apart ("9.99")."""

ACCENTS = {"a": "[aá]", "e": "[eé]", "i": "[ií]", "o": "[oó]", "u": "[uúü]", "n": "[nñ]", " ": r"\s+"}


@dataclass(frozen=True, slots=True)
class Speech:
    """``parts``: where what is not wanted ends; ``pairs``: where a wish may end and another begin; ``opening``: what sentences
    begin with; ``articles``, ``polite``: patterns of what stands before, and behind, a thing that is not wanted; ``beside``:
    what is taken off before it; ``wanted``: how a wish begins behind it, and ``only_said``: what stands before one that is
    told of; ``answers_no``: whole clauses that are a no."""

    parts: re.Pattern[str]
    pairs: re.Pattern[str]
    opening: frozenset[str]
    articles: str
    polite: str
    beside: re.Pattern[str]
    wanted: re.Pattern[str]
    only_said: re.Pattern[str]
    answers_no: frozenset[str]

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> Speech:
        """What the file of a language says, lists of words without accents. Raises AttributeError or TypeError for others."""
        given = {name: [str(one) for one in words.get(name) or ()] for name in LISTS}
        return cls(
            re.compile(rf"{MARKS}|\b(?:{_accented(given['parts'])})\b", re.I),
            re.compile(rf"(?:{PAIR_MARKS}|\b(?:{_accented(given['pairs'])})\b)+", re.I),
            frozenset(given["opening"]),
            rf"(?:\s+(?:{either(given['articles'])}))*",
            rf"(?:\s+(?:{either(given['polite'])}))*",
            re.compile(rf"^(?:(?:{either(given['beside'])})\s+)*"),
            re.compile(rf"\b(?:{either(given['wanted'])})\b"),
            re.compile(rf"\b(?:{either(given['only_said'])})\s+$"),
            frozenset(given["answers_no"]),
        )


LISTS = ("parts", "pairs", "opening", "articles", "polite", "beside", "wanted", "only_said", "answers_no")


def plain(text: str) -> str:
    """In small letters, without apostrophes and accents, with the short forms."""
    letters = folded(re.sub(r"['\u2019\u02bc]", "", text))
    letters = " ".join(re.findall(r"[^\W_]+", letters))
    for long, short in SHORT.items():
        letters = re.sub(rf"\b{long}\b", short, letters)
    return letters


def either(words: Iterable[str]) -> str:
    """An alternative of these words, the longest first; one that never fits when there are none."""
    return _alternative(tuple(str(word) for word in words))


@functools.lru_cache(256)
def _alternative(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


def _accented(words: Iterable[str]) -> str:
    """The same for a text as it was written, with accents or without."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join("".join(ACCENTS.get(letter, re.escape(letter)) for letter in word) for word in ordered) or r"(?!)"


ENGLISH = Speech(
    parts=re.compile(r"[.!?;,\n\u2026]+|\bbut\b|\binstead\b(?! of)|\bjust\b", re.I),
    pairs=re.compile(
        r"(?:[.,:](?!\d)|[!?;\n\u2026+&]|(?<=\w)\s+n\s+(?=\w)"
        r"|\b(?:and|also|plus|then|as well as|oh|but|or|so|by the way|btw|just)\b)+",
        re.I,
    ),
    opening=frozenset(
        "please pls no nope hey hi hello ok okay oh so well and also actually but for now just look listen um uh yes yeah".split()
    ),
    articles=r"(?:\s+(?:the|this|that|a|an|any|my|your|all|more|another))*",
    polite=r"(?:\s+(?:please|pls|thanks|thank you|yet|now|today|for me|at all|either))*",
    beside=re.compile(
        r"^(?:(?:you|u|anyone|anybody|someone|somebody|them|him|her|people|it)\s+)?(?:guys\s+)?(?:to\s+|for\s+|in\s+|that\s+|about\s+)*"
        r"(?:(?:you|anyone|anybody|someone|somebody|want|wanted)\s+)?(?:to\s+)?(?:(?:get|have|be|know|hear|bother)\s+)?"
    ),
    wanted=re.compile(r"\b(?:i (?:just |only |really )?(?:want|need)|id like|let me|give me|get me|can i|could i|may i)\b"),
    only_said=re.compile(
        r"\b(?:think|say|said|saying|believe|assume|mean|meant|that|if|because|when|whether|until|unless|what|why|how|where|and|or|as)\s+$"
    ),
    answers_no=frozenset({"no", "nope", "no thanks", "no thank you", "not now", "no way", "never"}),
)
