"""How a text message is encoded and cut into segments.

https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding - GSM 03.38.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Segments:
    """``count`` segments in ``encoding`` (``GSM-7`` or ``UCS-2``)."""

    count: int
    encoding: str


def count_segments(text: str) -> Segments:
    """Segments of one message: 160/153 septets in GSM-7, 70/67 UTF-16 units in UCS-2; an empty text has one."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return Segments(_cut([2 if c in _EXTENDED else 1 for c in text], 160, 153), "GSM-7")
    return Segments(_cut([2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67), "UCS-2")


def _cut(widths: list[int], single: int, several: int) -> int:
    """Pack characters into segments without splitting one of them."""
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > several:
            count, used = count + 1, 0
        used += width
    return count
