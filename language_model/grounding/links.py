"""Addresses of any kind, and marks that would make a page of a text. Pure."""

from __future__ import annotations

import re

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//\S+|www\.\S+|\b(?:mailto|tel|sms|javascript|data):\S+|[\w.+-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}\b(?:/\S*)?",
    re.IGNORECASE,
)
MARKS = frozenset("<>[]{}|`*_#\\~^=@")
"""What Markdown, HTML and templates are made of."""


def links(text: str) -> set[str]:
    """As they are written, in small letters, without the mark that ends a sentence."""
    return {found.group().casefold().rstrip(".,;:!?)") for found in _LINK.finditer(text)}


def marks(text: str) -> set[str]:
    """Signs that make more than text of a text, and those that are not seen."""
    return {sign for sign in text if sign in MARKS or not (sign.isprintable() or sign == "\n")}
