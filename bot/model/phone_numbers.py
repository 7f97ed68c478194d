"""What a telephone number can be: nobody's at all, one of fiction, of which country, one that takes text messages. Pure.

The numbering plans are those of the library (``phonenumbers``), which follows them; keep it up to date.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
FICTIONAL = re.compile(r"\+1(?:[0-9]{3}55501[0-9]{2}|555010[0-9]{4})", re.ASCII)
"""555-0100 to 555-0199 of every area are kept for fiction, and +1 555 010... is written in examples: numbers like any other
to us, whatever the plan says."""

WITHHELD = frozenset({"+266696687", "+7378742883", "+7378742833", "+2562533", "+8566966", "+8656696", "+86282452253"})
"""Numbers that spell ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on the keys: Twilio's words for "withheld"."""

TEXTLESS = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
"""Kinds that are no customer's phone; some of them earn money with each message."""
PAID_EXCHANGE = re.compile(r"\+1[0-9]{3}976[0-9]{4}", re.ASCII)
"""976 is for paid services in every area of North America; the library's plans do not tell it from the area's phones."""


def can_be(number: str) -> bool:
    """Whether somebody may have this number (E.164). Carriers put others on a call when they do not know or do not say it, so
    that two callers with one of these have nothing to do with each other."""
    if not E164.fullmatch(number) or number in WITHHELD:
        return False
    if FICTIONAL.fullmatch(number):
        return True
    known = _parsed(number)
    if known is None or not phonenumbers.is_valid_number(known):
        return False
    dialled = number.removeprefix(f"+{known.country_code}")  # the library puts an area before some short ones
    return len(set(dialled)) > 1 and len(set(phonenumbers.national_significant_number(known))) > 1


def takes_texts(number: str) -> bool:
    """Whether a customer's phone may be there: a number that can be, and none of a service."""
    if FICTIONAL.fullmatch(number):
        return True
    known = _parsed(number) if can_be(number) and not PAID_EXCHANGE.fullmatch(number) else None
    return known is not None and phonenumbers.number_type(known) not in TEXTLESS


def country(number: str) -> str:
    """The country's two letters (ISO 3166), ``001`` for one of the world; empty when it is in none."""
    known = _parsed(number)
    if known is None:
        return ""
    if FICTIONAL.fullmatch(number):
        area = phonenumbers.parse(f"{number[:5]}2345678")  # of the same area, and one that is given out
        return phonenumbers.region_code_for_number(area) or "US"
    return phonenumbers.region_code_for_number(known) or ""


def countries() -> frozenset[str]:
    """All countries that have numbers."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
