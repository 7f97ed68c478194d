"""Cut a long text into messages at the borders a reader expects. Pure.

Lengths are UTF-16 units: Twilio counts them (error 21617: "some glyphs count as multiple"), and it is the
stricter reading of Messenger's limit.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

BORDERS = (
    re.compile(r"\s*\n\s*"),
    re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+|(?<=[\u3002\uff01\uff1f])"),
)
"""Good places, best first: ends of lines, ends of sentences. Taken when they leave at least half a message."""

SPACE = re.compile(r"\s+")
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)
TAGS = range(0xE0020, 0xE0080)


def units(text: str) -> int:
    """Length in UTF-16 units: characters beyond the BMP (most emoji) count two."""
    return len(text) + sum(c > "\uffff" for c in text)


def split(text: str, preferred: int, limit: int) -> list[str]:
    """Pieces of at most ``limit`` units, ``preferred`` unless one word is longer; blank text gives none.

    No piece ends inside a word that fits, nor ever inside a character as readers see it (accents, emoji
    sequences, flags). White space at the cuts is dropped; nothing else is.
    """
    pieces, rest = [], text.strip()
    while units(rest) > preferred:
        cut = _cut(rest, preferred, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [piece for piece in [*pieces, rest] if piece]


def _cut(text: str, preferred: int, limit: int) -> int:
    """Where to cut a text that is longer than ``preferred``."""
    window = _index(text, preferred)
    for border in BORDERS:
        ends = [m.end() for m in border.finditer(text) if window // 2 <= _kept(text, m) <= window]
        if ends:
            return ends[-1]
    spaces = [m.start() for m in SPACE.finditer(text)]
    if fitting := [at for at in spaces if at <= window]:
        return fitting[-1]
    word = spaces[0] if spaces else len(text)  # one word longer than preferred: an address, or a script without spaces
    return word if units(text[:word]) <= limit else whole_characters(text, _index(text, limit))


def _kept(text: str, border: re.Match[str]) -> int:
    """Characters that stay before the border; its white space is dropped."""
    return len(text[: border.end()].rstrip())


def _index(text: str, size: int) -> int:
    """How many characters fit in ``size`` units."""
    return sum(total <= size for total in accumulate(units(c) for c in text))


def whole_characters(text: str, cut: int) -> int:
    """``cut``, moved back to the nearest border between characters as readers see them.

    When there is none (a pile of accents longer than a message) the cut stays where it was.
    """
    at = cut
    while at > 0 and at < len(text) and _joined(text, at):
        at -= 1
    return at or cut


def _joined(text: str, at: int) -> bool:
    """True when the characters on both sides of ``at`` are drawn as one."""
    before, after = text[at - 1], text[at]
    if ord(before) in FLAG_LETTERS and ord(after) in FLAG_LETTERS:
        letters = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, FLAG_LETTERS))))
        return letters % 2 == 1
    extends = unicodedata.category(after).startswith("M") or ord(after) in SKIN_TONES or ord(after) in TAGS
    return extends or ZERO_WIDTH_JOINER in (before, after) or (before, after) == ("\r", "\n")
