"""Numbers in words of another language, as figures: "veintiuno" is 21. Pure."""

from __future__ import annotations

from text_to_num import alpha2digit

COUNTED = frozenset({"ca", "de", "es", "fr", "nl", "pt", "ru"})
"""The languages beside English whose numbers text2num reads: https://pypi.org/project/text2num/"""


def counted(text: str, language: str) -> str:
    """Numbers in words of that language as figures; as it is where text2num does not know the language."""
    return str(alpha2digit(text, language, threshold=0.0)) if language in COUNTED else text
