"""How many SMS segments a text costs, and how to make it cheaper. Pure.

Sources: https://www.twilio.com/docs/glossary/what-sms-character-limit (160/153, 70/67),
https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding (GSM 03.38 basic and extension tables).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One septet each."""

EXTENSION = frozenset("\f^{}\\[~]|€")
"""Two septets each (escape and character), which may not be parted."""

GSM7_SINGLE, GSM7_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67
"""Units of a lone segment, and of each segment when there are several (6 octets are the joining header)."""

LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022", "-"),
        **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u00ad\ufeff", ""),
        "\u2026": "...",
        "\u2039": "<",
        "\u203a": ">",
    }
)
"""Unicode that looks like GSM-7: quotes, dashes, bullets, spaces, the ellipsis; invisible breaks vanish."""


@dataclass(frozen=True, slots=True)
class Cost:
    """``encoding`` is ``GSM-7`` or ``UCS-2``; ``units`` are septets or 16-bit units; ``segments`` what is billed."""

    encoding: str
    units: int
    segments: int


def cost(text: str) -> Cost:
    """What ``text`` costs as one SMS; an empty text costs nothing."""
    if all(c in BASIC or c in EXTENSION for c in text):
        return _cost("GSM-7", [2 if c in EXTENSION else 1 for c in text], GSM7_SINGLE, GSM7_PART)
    return _cost("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], UCS2_SINGLE, UCS2_PART)


def cheapest(text: str) -> str:
    """``text`` with look-alikes replaced when that costs less (fewer segments, or GSM-7 at last), else unchanged."""
    plain = text.translate(LOOK_ALIKES)
    before, after = cost(text), cost(plain)
    cheaper = after.segments < before.segments or after.encoding != before.encoding
    return plain if cheaper else text


def _cost(encoding: str, widths: list[int], single: int, part: int) -> Cost:
    units = sum(widths)
    segments = min(units, 1) if units <= single else _packed(widths, part)
    return Cost(encoding, units, segments)


def _packed(widths: Iterable[int], size: int) -> int:
    """Segments of ``size`` units when no character of two units may straddle a border."""
    segments, used = 1, 0
    for width in widths:
        if used + width > size:
            segments, used = segments + 1, 0
        used += width
    return segments
