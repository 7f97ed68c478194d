"""Digits as people write and say them: ``4421``, ``44 21``, ``four four double two``. Pure functions."""

from __future__ import annotations

import re

import phonenumbers

WORDS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
# What speech recognition writes for a digit; trusted only between other digits.
SOUNDS_LIKE = {"for": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "tree": "3"}
TIMES = {"double": 2, "triple": 3}
TOKEN = re.compile(r"\d+|[a-z]+|[.!?;]")
REGION = "US"
# 555-0100 to 555-0199 are kept for fiction: real enough for us, whatever the numbering plan says.
FICTIONAL = re.compile(r"\+1\d{3}55501\d{2}")


def runs(text: str) -> list[str]:
    """The digit runs of a sentence, in order; neighbours are joined: ``44 21`` and ``four four two one`` give one run.

    A word between two numbers ends a run, so ``4421 or 9274`` gives two.
    """
    found: list[str] = []
    current = ""
    tokens = TOKEN.findall(text.lower().replace("-", " ").replace("'", ""))
    times = 1
    for place, token in enumerate(tokens):
        piece = _digits(token, tokens[place + 1 : place + 2], inside=bool(current))
        if piece is not None:
            current += piece * times
            times = 1
        elif token in TIMES:
            times = TIMES[token]
        elif current:
            found.append(current)
            current, times = "", 1
    return [*found, current] if current else found


def _digits(token: str, following: list[str], *, inside: bool) -> str | None:
    """The digits of one token, or None. ``forty two`` is 42, ``forty`` before no digit is 40."""
    if token.isdecimal():
        return token
    if token in TENS:
        unit = WORDS.get(following[0], "") if following else ""
        return TENS[token] if len(unit) == 1 and unit != "0" else TENS[token] + "0"
    if token in SOUNDS_LIKE:
        return SOUNDS_LIKE[token] if inside and following and _is_digit(following[0]) else None
    if token in ("o", "oh"):
        return "0" if inside or (following and _is_digit(following[0])) else None
    return WORDS.get(token)


def _is_digit(token: str) -> bool:
    return token.isdecimal() or token in WORDS or token in TENS or token in TIMES or token in SOUNDS_LIKE


def last_four(text: str) -> str | None:
    """The one group of four digits; the end of a whole card number (13 to 19 digits) counts too."""
    found = [run for run in runs(text) if len(run) == 4 or 13 <= len(run) <= 19]
    return found[0][-4:] if len(found) == 1 else None


def whole_card_number(text: str) -> bool:
    """True when somebody gave a whole card number, which we neither need nor want."""
    return any(13 <= len(run) <= 19 for run in runs(text))


def zip_code(text: str) -> str | None:
    """The one US zip code (ZIP+4 is shortened), or None."""
    found = [run for run in runs(text) if len(run) in (5, 9)]
    return found[0][:5] if len(found) == 1 else None


def phone_number(text: str) -> str | None:
    """The telephone number in a sentence as E.164, or None. Without a country code it is read as a US one."""
    written = next((match.number for match in phonenumbers.PhoneNumberMatcher(text, REGION, leniency=0)), None)
    spoken = "".join(runs(text))
    return _accepted(written) or _parsed(spoken) or (_parsed("+" + spoken) if "+" in text or "plus" in text else None)


def _parsed(digits: str) -> str | None:
    try:
        return _accepted(phonenumbers.parse(digits, REGION))
    except phonenumbers.NumberParseException:
        return None


def _accepted(number: phonenumbers.PhoneNumber | None) -> str | None:
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return e164 if phonenumbers.is_valid_number(number) or FICTIONAL.fullmatch(e164) else None


def spaced(digits: str) -> str:
    """``4421`` as ``4 4 2 1``, so that it is read out digit by digit."""
    return " ".join(digits)
