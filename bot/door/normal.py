"""The normal form of what a customer wrote: the same words, with one kind of figure, space and dash. Pure.

Letters, emoji and the marks that scripts need (joiners, directions) stay as they are: an agent reads what was written.
"""

from __future__ import annotations

import re
import unicodedata

_REMOVED = {"\u200b", "\u2060", "\ufeff", "\u00ad", "\u202d", "\u202e", "\u180e"}
"""Break marks nobody sees, and the two that turn the order of what follows."""

_LOOKALIKES = ("<wide>", "<narrow>", "<font>", "<noBreak>")
"""Compatibility characters that are another drawing of a plain one: ``４``, ``ｱ``, ``𝟒``, a space that does not break."""

_HAN = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_SOFT = "".join([*_HAN, *(c for c in map(chr, range(0x2070, 0x2800)) if c.isdigit() and not c.isdecimal()), "²³¹"])
_SOFT_RUN = re.compile(f"[{re.escape(_SOFT)}]{{4,}}")
"""Figures that are also words or marks (``一``, ``²``, ``①``): figures only where at least four stand together."""

_KEYCAPS = re.compile(r"(?:[0-9]\ufe0f?\u20e3\s?){2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BETWEEN_FIGURES = re.compile(r"(?<=[0-9])[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]+(?=[0-9\- ])")
_DASH = re.compile(r"(?<=[0-9])(\s?)[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u2043\u30fc](\s?)(?=[0-9])")
_INVISIBLE = frozenset("\u2800\u3164\u115f\u1160\uffa0")
"""Letters and symbols by their category that show nothing."""


def folded(text: str) -> str:
    """The text in its normal form, trimmed; the same again changes nothing."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = "".join(_one(c) for c in unicodedata.normalize("NFC", whole))
    plain = unicodedata.normalize("NFC", _CONTROL.sub("", plain))
    plain = _KEYCAPS.sub(lambda run: re.sub(r"[\ufe0f\u20e3]", "", run[0]), plain)
    plain = _SOFT_RUN.sub(lambda run: "".join(_soft(c) for c in run[0]), plain)
    plain = _BETWEEN_FIGURES.sub("", plain)
    return _DASH.sub(r"\1-\2", plain).strip()


def blank(text: str) -> bool:
    """Whether nothing of it can be seen."""
    return all(c in _INVISIBLE or unicodedata.category(c)[0] in "ZCM" for c in text)


def _one(c: str) -> str:
    if c.isascii():
        return c
    if c in _REMOVED:
        return ""
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    if unicodedata.category(c) in ("Zs", "Zl", "Zp"):
        return " " if unicodedata.category(c) == "Zs" else "\n"
    return unicodedata.normalize("NFKC", c) if unicodedata.decomposition(c).startswith(_LOOKALIKES) else c


def _soft(c: str) -> str:
    return _HAN.get(c) or str(unicodedata.digit(c))
