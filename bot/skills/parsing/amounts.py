"""Sums of money in a sentence: "two hundred and forty bucks", "$1,200.50", "1.200,50 €", "5k". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.skills.parsing.spoken import figures

SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
NAMES = {
    "USD": r"dollars?|bucks?|usd", "EUR": r"euros?|eur", "GBP": r"pounds?|quid|gbp|sterling",
}  # fmt: skip
CENTS = {"cent": "", "cents": "", "pence": "GBP", "p": "GBP", "c": ""}
TIMES = {"k": 1_000, "grand": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}
_NAME = "|".join(NAMES.values())
_NUMBER = r"(?<![\d.,/-])\d{1,3}(?:[,.' ]\d{3}){1,3}(?:[.,]\d{1,2})?(?![\d/])|(?<![\d.,/-])\d{1,9}(?:[.,]\d{1,2})?(?![\d/-])"
_SUM = re.compile(
    rf"(?P<sign>[$€£]|\b(?:usd|eur|gbp)\b)? ?(?P<number>{_NUMBER})(?! ?(?:st|nd|rd|th)\b)"
    r" ?(?P<times>(?:k|grand|thousand|m|million)\b)?"
    rf" ?(?P<name>[$€£]|\b(?:{_NAME})\b)?"
    rf"(?:,? (?:and )?(?P<cents>\d{{1,2}})(?: ?(?:cents?|pence|c|p)\b|$))?"
)
_CENTS = re.compile(r"(?<![\d.,])(?P<cents>\d{1,2}) ?(?P<name>cents?|pence)\b")
BARE = re.compile(
    r"(?:(?:it'?s|it was|about|around|only|just|roughly|exactly|a total of|like|i think|please|ok|yes|a) )*[\d.,' ]+(?: please)?"
)


RANGE = re.compile(r"\bbetween\b|\d ?(?:to|or|-) ?[$€£]?\d")


@dataclass(frozen=True, slots=True)
class Amount:
    """``value`` in units of ``currency`` (ISO 4217)."""

    value: Decimal
    currency: str


def parse_amount(text: str, currency: str = "USD") -> Amount | None:
    """The one sum; None where there is none, or more than one. ``currency``: where none is named. A number alone is a sum when
    nothing else is said."""
    said = figures(text)
    if RANGE.search(said):
        return None
    if found := _CENTS.fullmatch(said.strip(" .!?")):
        return Amount(Decimal(found["cents"]) / 100, CENTS[found["name"]] or currency)
    found_all = _found(said, currency)
    return found_all[0] if len(set(found_all)) == 1 else None


def parse_amounts(text: str, currency: str = "USD") -> list[Amount]:
    """Every sum that is named as one ("$240", "84 dollars", "2k"), in its order; a number alone when nothing else is said."""
    return _found(figures(text), currency)


def _found(said: str, currency: str) -> list[Amount]:
    return [one for match in _SUM.finditer(_prepared(said)) if (one := _amount(match, said, currency)) is not None]


def _prepared(said: str) -> str:
    """Halves of a million in figures, and "19 99" as it is meant where it is all that is said."""
    said = re.sub(r"\bhalf a 1000000\b|\bhalf a million\b", "500000", said)
    said = re.sub(r"\b(\d+\.\d+) (1000000|1000)\b", lambda found: str(int(Decimal(found[1]) * int(found[2]))), said)
    if (pair := re.fullmatch(r"(\d{1,2}) (\d{2})", said.strip(" .!?"))) is not None:
        return f"{pair[1]}.{pair[2]}"
    return said


def _amount(found: re.Match[str], said: str, currency: str) -> Amount | None:
    named = found["sign"] or found["name"]
    if not named and not found["times"] and not BARE.fullmatch(said.strip(" .!?")):
        return None
    value = _value(found["number"]) * TIMES.get(found["times"] or "", 1)
    if found["cents"] and named:
        value += Decimal(found["cents"]) / 100
    return Amount(value.quantize(Decimal(1)) if value == value.to_integral() else value, _currency(named) or currency)


def _value(number: str) -> Decimal:
    """Of a point and a comma the last one with one or two figures behind it begins the cents."""
    whole, cents = re.sub(r"[.,]\d{1,2}$", "", number), re.search(r"[.,](\d{1,2})$", number)
    return Decimal(re.sub(r"\D", "", whole) + "." + (cents[1] if cents else "0"))


def _currency(named: str | None) -> str:
    if not named:
        return ""
    return SIGNS.get(named) or next(code for code, names in NAMES.items() if re.fullmatch(names, named))
