"""Figures as people say them, both ways: written text made ready to be read aloud, dictated figures understood.

In the language of the turn. ``aloud`` changes only what a voice would read wrongly, and reading its result again changes nothing.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from bot.languages.current import current
from bot.languages.numbers import counted
from bot.languages.tables import folded, glossed
from bot.model.spoken_numbers import SOUND_ALIKE, figures
from voice.speech.sayings import sayings

_PHONE = re.compile(r"(?<![\w+])\+[1-9]\d{6,14}(?!\w)")
_LOCAL_PHONE = re.compile(r"(?<![\w+$£€.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?!\w)")
_MONEY = re.compile(r"(?<![\w$£€-])(-?)([$£€])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?![\d,.]*\d)")
_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_CARD = re.compile(r"(?<![\w,.$£€+-])\d{4}(?:[ -]?\d{4}){3}(?!\w)")
_MASKED = re.compile(r"(?:[*•xX]{2,4}[ -]?)+(\d{4})(?!\w)")
_ZIP = r"((?: is| es|:)?) (\d{5})(?:-(\d{4}))?(?!\w)"
_ZIP_STATE = re.compile(r"\b([A-Z]{2}),? (\d{5})(?:-(\d{4}))?(?![\w-])")
_CODED_MONEY = re.compile(
    r"(?<![\w$£€-])(?:(USD|GBP|EUR) ?(\d[\d,]*(?:\.\d{2})?)|(\d[\d,]*(?:\.\d{2})?) ?(USD|GBP|EUR))(?![\w,.]*\d)"
)
_LARGE_MONEY = re.compile(r"(?<![\w$£€-])([$£€])(\d+(?:\.\d+)?) ?(thousand|million|billion|[kKmM](?![\w]))")
_US_DATE = re.compile(r"(?<![\w/-])(\d{1,2})/(\d{1,2})/(\d{4})(?![\w/-])")
_ZIP_PLUS = re.compile(r"(?<![\w-])(\d{5})-(\d{4})(?![\w-])")
_UK_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b")
_CANADIAN_POSTCODE = re.compile(r"\b([A-Z]\d[A-Z]) (\d[A-Z]\d)\b")
_SPACED_PHONE = re.compile(r"(?<![\w+])\+[1-9]\d{0,2}(?:[ -]\d{2,4}){2,4}(?![\w-])")
_HOURS = re.compile(r"(?i)\b(\d{1,2}(?::\d{2})?(?: ?[ap]m)?) ?[-\u2013] ?(\d{1,2}:\d{2}(?: ?[ap]m)?|\d{1,2} ?[ap]m)\b")
_DAYS = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ?[-\u2013] ?(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_WEEKDAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_CODES = {"USD": "$", "GBP": "£", "EUR": "€"}
_SIZES = {"k": "thousand", "m": "million"}
_LONG = re.compile(r"(?<![\w,.$£€+:/-])\d{7,}(?![\w:/-]|[,.]\d)")


def aloud(text: str) -> str:
    """The text with telephone and card numbers, money, dates and ZIP codes as a person would read them."""
    text = _SPACED_PHONE.sub(lambda m: re.sub(r"[ -]", "", m[0]), text)
    text = _PHONE.sub(lambda m: say_phone(m[0]), text)
    text = _LOCAL_PHONE.sub(lambda m: say_phone(m[0]), text)
    text = _CODED_MONEY.sub(lambda m: _CODES[m[1] or m[4]] + (m[2] or m[3]), text)
    text = _LARGE_MONEY.sub(_large_money, text)
    text = _MONEY.sub(_money, text)
    text = _US_DATE.sub(lambda m: f"{m[3]}-{int(m[1]):02d}-{int(m[2]):02d}" if _is_day(m) else m[0], text)
    text = _DATE.sub(_date, text)
    said = sayings()
    text = _HOURS.sub(rf"\1 {said.to} \2", text)
    text = _DAYS.sub(lambda m: f"{_WEEKDAYS[m[1]]} to {_WEEKDAYS[m[2]]}", text)
    text = _CARD.sub(lambda m: say_card(m[0]), text)
    text = _MASKED.sub(lambda m: f"{said.ending} {say_digits(m[1])}", text)
    text = _after(said.zip, r"((?: is| es|:)?) (\d{5})(?:-(\d{4}))?(?!\w)").sub(
        lambda m: f"{m[1]}{m[2]} {say_zip(m[3], m[4])}", text
    )
    text = _ZIP_STATE.sub(lambda m: f"{m[1]}, {say_zip(m[2], m[3])}", text)
    text = _ZIP_PLUS.sub(lambda m: say_zip(m[1], m[2]), text)
    for postcode in (_UK_POSTCODE, _CANADIAN_POSTCODE):
        text = postcode.sub(lambda m: f"{' '.join(m[1])}, {' '.join(m[2])}", text)
    text = _after(said.before, r" (\d{4,8})(?!\w)").sub(lambda m: f"{m[1]} {say_digits(m[2])}", text)
    return _LONG.sub(lambda m: say_digits(m[0]), text)


def say_digits(digits: str) -> str:
    """One figure after the other: ``4242`` -> ``4 2 4 2``. Voices read the spaces as short pauses."""
    return " ".join(digit for digit in digits if digit.isdigit())


def say_card(number: str) -> str:
    """In groups of four with a pause between: ``4242 4242...`` -> ``4 2 4 2, 4 2 4 2, ...``."""
    digits = re.sub(r"\D", "", number)
    return ", ".join(say_digits(digits[i : i + 4]) for i in range(0, len(digits), 4))


def say_phone(number: str) -> str:
    """North American numbers as three, three, four (without the 1); others as ``plus`` and groups of three."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    elif number.startswith("+"):
        return f"{sayings().plus} " + ", ".join(say_digits(digits[i : i + 3]) for i in range(0, len(digits), 3))
    return ", ".join(say_digits(group) for group in (digits[:3], digits[3:6], digits[6:]))


def say_money(units: int, cents: int, symbol: str = "$") -> str:
    """``1234, 5`` -> ``1,234 dollars and 5 cents``; zero parts are left out where people leave them out."""
    said = sayings()
    one, many, hundredth, hundredths = said.money[symbol]
    parts = []
    if units or not cents:
        parts.append(f"{units:,} {one if units == 1 else many}".replace(",", said.thousands))
    if cents:
        parts.append(f"{cents} {hundredth if cents == 1 else hundredths}")
    return f" {said.parts} ".join(parts)


def say_date(day: date) -> str:
    """``2026-11-21`` -> ``November 21st, 2026``."""
    return sayings().day(day)


def say_zip(code: str, extension: str | None = None) -> str:
    """``94107`` -> ``9 4 1 0 7``, the four of ZIP+4 behind a pause."""
    return say_digits(code) + (f", {say_digits(extension)}" if extension else "")


def _money(match: re.Match[str]) -> str:
    sign = "minus " if match[1] else ""
    return sign + say_money(int(match[3].replace(",", "")), int(match[4] or 0), match[2])


def _large_money(match: re.Match[str]) -> str:
    said, size = sayings(), _SIZES.get(match[3].lower(), match[3])
    return f"{match[2]} {said.sizes.get(size, size)} {said.money[match[1]][1]}"


@cache
def _after(words: tuple[str, ...], figures: str) -> re.Pattern[str]:
    """Figures that are said one by one because of the words before them."""
    return re.compile(rf"(?i)\b({'|'.join(words)}){figures}")


def _is_day(match: re.Match[str]) -> bool:
    """Month first, as in the United States; what cannot be is left as it is."""
    try:
        date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        return False
    return True


def _date(match: re.Match[str]) -> str:
    try:
        return say_date(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return match[0]  # looks like a date and is none


# -- dictated figures ------------------------------------------------------------------------------------------------

_PASSED_OVER = SOUND_ALIKE.keys() | frozenset((
    "it", "it's", "its", "is", "are", "they", "the", "they're", "my", "number", "code", "card", "pin", "zip", "and",
    "then", "dash", "hyphen", "space", "uh", "um", "er", "please", "digits", "last", "that's", "that", "okay", "ok",
    "yes", "sure", "so", "well", "thanks", "thank", "you", "no", "i", "think", "got", "ends", "end", "ending", "in", "with",
    "here", "sorry", "sent", "mobile", "phone", "telephone", "digit", "said", "say", "let", "me", "see", "hold", "on", "there",
    "go", "guess", "believe", "should", "be", "of", "this", "just", "hi", "hello", "hmm", "hm", "alright", "right", "hey",
    "would", "i'm", "going", "know", "what",
))  # fmt: skip


_HOW_MANY = re.compile(
    r"\b(?:last|first|other) (?:three|four|five|six|[3-6])\b"
    r"|\b(?:three|four|five|six|ten|[3-9]|10)[- ](?:digits?|figures|numbers)\b"
)
"""They say how many figures follow, and are none of them: "the last four are 4421", "six digits: 482913"."""

_INSTEAD = re.compile(r"\b(?:no|sorry|i mean|i meant|correction|make that|rather|scratch that|wait)\b")
"""What was said before it is taken back."""


def heard_digits(text: str) -> str | None:
    """The figures that were dictated (``four four double two`` -> ``4422``), or None when it was something else.

    Understands figures in writing, oh, double and triple, teens and tens (``nineteen eighty four`` -> ``1984``), and
    words that only sound like figures (to, for) beside real ones. Any other word: None. Who corrects themselves
    (``4421, no, 4422``) means what they said last.
    """
    said = _HOW_MANY.sub(" ", _in_english(text.lower().replace("\u2019", "'")))
    parts = [_dictated(part) for part in _INSTEAD.split(said) if part.strip(" ,.;!-")]
    return None if None in parts else next((part for part in reversed(parts) if part), None)


def _in_english(text: str) -> str:
    """What was said in the language of the turn, with figures, and with the English words that are passed over."""
    language = current()
    if not language:
        return text
    return folded(glossed(glossed(counted(text, language), language, "answers"), language, "dictated"))


def _dictated(text: str) -> str | None:
    """The figures of one part, empty when it has none; None when another word stands in it."""
    words = re.findall(r"\d+|[^\W\d_]+(?:'[a-z]+)?", text)
    said: list[str] = []
    while words:
        digits, used = figures(words[:2], after=bool(said), dictated=True) or ("", 1)
        if not digits and words[0] not in _PASSED_OVER:
            return None
        said += [digits] if digits else []
        words = words[used:]
    return "".join(said)
