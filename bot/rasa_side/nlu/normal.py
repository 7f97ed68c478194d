"""How a text is written does not say what is meant: capitals, soooo long letters, slips, texting shorthand and emoji made plain.

Only what the classifier looks at is changed; the customer's words stay as they are for slots, records and agents.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping

from bot.rasa_side.nlu import everyday, segment, shorthand, spelling, vocabulary
from bot.rasa_side.nlu.segment import parted
from bot.rasa_side.nlu.shorthand import ABROAD, SHORT, SIGNS
from bot.rasa_side.nlu.spelling import mended

FILLERS = frozenset({"uh", "uhm", "um", "umm", "erm", "er", "hmm", "mmm"})
"""What a speaker says while thinking; alone it is left as it is."""

ALONE = frozenset({"y", "n", "k"})
"""An answer, when it is the whole text; in a sentence it is shorthand ("y did it fail")."""

REPEATED = re.compile(r"([^\W\d_])\1{2,}")
WORD = re.compile(r"\w+(?:'\w+)*")
HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff]")
PARTS = (everyday, segment, shorthand, spelling, vocabulary, sys.modules[__name__])
"""What changes when the same text is read differently."""

LONGEST = 1000
"""Characters of a text that are looked at."""


def normal(text: str, language: str = "") -> str:
    """The text as the classifier reads it: lower case, one space between words, plain words for shorthand and slips, no emoji.
    In another ``language`` than English no slips are mended, which takes a list of its words; accents are left out instead."""
    plain = HIDDEN.sub("", unicodedata.normalize("NFKC", text[: 4 * LONGEST]))[:LONGEST].replace("\u2019", "'").lower()
    if language:
        return _abroad(plain, ABROAD.get(language, {}))
    if (alone := plain.strip(" .,!?")) in ALONE:
        return alone
    for sign, meant in SIGNS:
        plain = sign.sub(meant, plain)
    words = WORD.sub(_plain, REPEATED.sub(r"\1\1", _without_pictures(plain))).split()
    kept = [word for word in words if word.strip(".,!?") not in FILLERS]
    return " ".join(kept or words)


def _abroad(plain: str, short: Mapping[str, str]) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFD", plain) if not unicodedata.combining(one))
    words = REPEATED.sub(r"\1\1", _without_pictures(bare))
    return " ".join(WORD.sub(lambda word: short.get(word[0], word[0]), words).replace("\u00bf", "").replace("\u00a1", "").split())


def _plain(word: re.Match[str]) -> str:
    return SHORT.get(word[0]) or mended(parted(word[0]))


def _without_pictures(text: str) -> str:
    """Pictures beside words say how it is meant, not what: left out. Alone they are told by their Unicode names."""
    words = "".join(" " if _is_picture(one) else one for one in text)
    return words if WORD.search(words) else "".join(map(_named, text))


def _named(character: str) -> str:
    kind = unicodedata.category(character)
    return f" {unicodedata.name(character, '').lower()} " if kind == "So" else "" if kind == "Sk" else character


def _is_picture(character: str) -> bool:
    return character >= "\u2190" and unicodedata.category(character) in ("So", "Sk")
