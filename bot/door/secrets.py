"""Secrets that nobody asked for, taken out before anything is stored: cards, what stands beside one, security numbers, PINs.

A card number is 13 to 19 figures that pass Luhn's check (ISO/IEC 7812-1), in any script, spaced, dashed or in words. One-time
codes are not known here, nor a PIN that was asked for: they are taken out where they are checked
(``bot.identity.one_time_codes``, ``bot.identity.second_factor``). So a "PIN" of six figures stays, which one-time codes have, and
every PIN of a call until it is known whether one is due.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from stdnum import luhn

from bot.model.spoken_numbers import Group, groups, runs

MASK = "****"
CARD, CVV, EXPIRY, SSN, PIN, PASSWORD = "card", "cvv", "expiry", "ssn", "pin", "password"
KINDS = (CARD, CVV, EXPIRY, SSN, PIN, PASSWORD)

_SHORTEST, _LONGEST = 13, 19
_CARDS = re.compile(r"4|5[0-8]|6|3[0-9]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")
"""How numbers of payment cards begin."""
_TIGHT = re.compile(r"[ \n\t]{1,2}|[ ]?-[ ]?|")
_LINKING = re.compile(
    r"(?:[\s\W]|\b(?:and|then|next|first|second|last|half|part|followed by|the|rest|"
    r"dash|hyphen|space|slash|dot|comma|pause|um|uh|er|so|y|luego|despu[eé]s|gui[oó]n|espacio|primero|segundo)\b){1,40}"
)
"""What people put between the parts of a card's number: a mark, or words that only say how it goes on."""
_ORDER = re.compile(
    r"\b(?:order|tracking|parcel|invoice|reference|ref|ticket|case|confirmation|imei|serial|pedido|factura)\b[^0-9]{0,20}$"
)
_SSN_NAMES = r"(?:ssn|ss ?#|ss (?:no|num|number)|soc(?:ial)?(?: sec(?:urity)?)?(?: (?:number|no|num))?|seguro social|itin|tax(?:payer)? ?id)"
_SSN_NAMED = re.compile(rf"\b{_SSN_NAMES}(?!\w)[^0-9\n]{{0,30}}$")
_SSN_AFTER = re.compile(rf"\W*(?:(?:is|was|are|as|for|es)\W+)?(?:(?:the|my|its|mi|el|her|his|our)\W+)?{_SSN_NAMES}(?!\w)")
_SSN_END = re.compile(
    rf"\b{_SSN_NAMES}(?!\w)(?:\W+(?:is|are|ends?|ending|in|with|last|four|4|digits?|number|of|my|the|it|its|s)\b)*\W*$"
)
"""The last four figures of one, which banks ask for by telephone."""
_CVV_NAMES = (
    r"(?:cvv2?|cvc2?|csc|cvn2?|cid|security (?:code|number)|card (?:code|verification)|c[oó]digo de seguridad|codigo cvv)"
)
_BY = r"(?:(?!\*{4})[\W_])"
"""A mark or space, but for what was taken out already: the name of one figure is not the next one's."""
_CVV_BEFORE = re.compile(
    rf"(?:\b|_|my|the){_CVV_NAMES}(?:is)?(?![^\W_])"
    rf"(?:{_BY}+(?:number|code|is|was|of|on|the|back|es|my|card|and|it|s|de|la|tarjeta)\b)*{_BY}*$"
)
_BACK = r"(?:(?:code|numbers?|digits?|figures?)\W+(?:(?:that|is|are|which)\W+)*on\W+(?:(?:the|my|its)\W+)?(?:back|reverse|rear))"
_BACK_BEFORE = re.compile(rf"\b{_BACK}\b(?:\W+(?:number|code|is|are|was|of|on|the|my|card|and|it|side|s)\b)*\W*$")
_BACK_AFTER = re.compile(rf"\W*(?:(?:is|are|as)\W+)?(?:(?:the|my|its)\W+)?(?:(?:three|3|security)\W+)?{_BACK}\b")
"""Three figures on the back: four may be the last ones of the card's number, which are asked for."""
_COUNT = re.compile(r"\W{0,2}(?:digits?|figures?|numbers?)\b")
_CVV_AFTER = re.compile(rf"{_BY}*(?:(?:is|as|for|are|es)\W+)?(?:(?:the|my|its|mi|el)\W+)?{_CVV_NAMES}(?![^\W_])")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    "dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
)
_BESIDE = re.compile(
    rf"(?:[\s\W]|\b(?:{_MONTHS}|exp|expiry|expires?|expiring|expiration|date|valid|thru|through|until|till|good|vence|vencimiento|fecha|"
    r"cvv2?|cvc2?|csc|cvn|cid|security|code|numbers?|digits?|figures?|pin|is|are|and|with|the|my|on|back|of|it|in|y|con|el|la|es|de)\b){0,40}"
)
_MONTH = re.compile(r"(?<![0-9/])(?:0?[1-9]|1[0-2]) ?[/\-.] ?(?:20)?[2-5][0-9](?![0-9/])")
_MONTH_NAMED = re.compile(rf"\b(?:{_MONTHS})(?:\W{{1,3}}(?:of|de|del))?\W{{0,3}}(?:20)?[2-5][0-9](?![0-9]|st\b|nd\b|rd\b|th\b)")
_PINS = (4, 5, 7, 8)
"""How many figures a PIN that stands in a sentence has; six are a one-time code's."""
_IN = r"(?:(?!\*{4}|[.!?;])[\W_])"
"""The same within a sentence."""
_PIN_FOR = rf"(?:{_IN}+(?:for|of|on|to|de){_IN}+(?:the|my|this|la|mi){_IN}+(?:(?:debit|credit|bank|atm){_IN}+)?(?:card|account|tarjeta|cuenta))"
_PIN_BEFORE = re.compile(
    rf"(?:\b|_|my|the)pin(?:is)?(?![^\W_])(?:{_IN}+(?:number|code|no|n[uú]mero|c[oó]digo))?{_PIN_FOR}?"
    rf"(?:{_IN}+(?:is|was|it|its|s|be|as|to|from|es|era|now|still|just|the|my|number|code)\b)*{_IN}*$"
)
_PIN_AFTER = re.compile(
    rf"{_IN}*(?:(?:is|was|as|es|for){_IN}+)(?:(?:the|my|its|mi|el|our){_IN}+)?(?:(?:card|atm|secret|bank){_IN}+)?pin(?![^\W_])"
)
_PASSWORD = re.compile(
    r"\b(?:passwords?|passcode|contrase(?:ñ|n)a)\b(?:\W+(?:is|was|it|its|s|es|to|from|now|still)\b)*[\s:=\"'\u201c\u2018]{1,4}"
    r"(?P<word>(?=[^\s]*\d)(?=[^\s]*[^\W\d_])[^\s,;\"'\u201d\u2019]{5,64})"
)
"""A word with a letter and a figure: "my password is wrong" names none."""

_NEAR = 40


def masked(text: str, *, pins: bool = True) -> tuple[str, tuple[str, ...]]:
    """The text (in its normal form) without its secrets, and which kinds were taken out. The same again changes nothing.
    ``pins``: what is called a PIN, too."""
    spans = [span for span in _spans(text) if pins or span[2] != PIN]
    for start, end, _ in sorted(spans, reverse=True):
        text = f"{text[:start]}{MASK}{text[end:]}"
    return text, tuple(kind for kind in KINDS if any(kind == found for _, _, found in spans))


def last_four(text: str) -> str:
    """The last four figures of the first card's number in it: what a receipt may show. Empty without one."""
    small = text.lower() if len(text.lower()) == len(text) else text
    first = next(_cards(text, small), None)
    return "".join(group.digits for group in groups(text[first[0] : first[1]]))[-4:] if first else ""


def _spans(text: str) -> list[tuple[int, int, str]]:
    small = text.casefold() if len(text.casefold()) == len(text) else text.lower()
    small = small if len(small) == len(text) else text
    found = [*_cards(text, small)]
    for start, end, _ in list(found):
        found.extend(_beside(text, small, start, end))
    found.extend(_named(text, small))
    return _apart(found)


def _apart(found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without those that lie in another one."""
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, kind))
        elif end > kept[-1][1]:
            kept[-1] = (kept[-1][0], end, kept[-1][2])
    return kept


def _cards(text: str, small: str) -> Iterator[tuple[int, int, str]]:
    for run in runs(text, also=_links(small)):
        place = 0
        while place < len(run):
            if count := _card_at(text, small, run, place):
                yield run[place].start, run[place + count - 1].end, CARD
                place += count
            else:
                place += 1


def _links(small: str) -> Callable[[int, int], bool]:
    return lambda end, start: start - end <= _NEAR and _LINKING.fullmatch(small, end, start) is not None


def _card_at(text: str, small: str, run: Sequence[Group], place: int) -> int:
    """How many groups from ``place`` on are a card's number; 0: none is."""
    fits: list[tuple[bool, int, int]] = []
    digits = ""
    for count, group in enumerate(run[place : place + _LONGEST], 1):
        digits += group.digits
        if len(digits) > _LONGEST:
            break
        parts = run[place : place + count]
        if len(digits) >= _SHORTEST and luhn.is_valid(digits) and _like_a_card(text, small, parts, digits):
            fits.append((len(digits) == (15 if digits[:2] in ("34", "37") else 16), len(digits), count))
    return max(fits)[2] if fits else 0


def _like_a_card(text: str, small: str, parts: Sequence[Group], digits: str) -> bool:
    before = text[: parts[0].start].rstrip()
    usual = _CARDS.match(digits) is not None
    if (before.endswith("+") and len(digits) <= 15) or (before.endswith(("$", "€", "£", "#")) and not usual):
        return False
    if not usual and (len(set(digits)) == 1 or _ORDER.search(_before(small, parts[0].start))):
        return False
    if len(parts) == 1:
        return True
    sizes = [len(part.digits) for part in parts]
    gaps = [text[a.end : b.start] for a, b in itertools.pairwise(parts)]
    telephone = any(sizes[n : n + 3] == [3, 3, 4] for n in range(len(sizes)))
    in_fours = all(size in (4, 8) for size in sizes[:-1]) or all(part.said for part in parts) or all(size == 1 for size in sizes)
    tight = all(_TIGHT.fullmatch(gap) for gap in gaps)
    return usual and not telephone and (tight or in_fours)


def _beside(text: str, small: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The date and the short code that stand next to a card's number."""
    for form in (_MONTH, _MONTH_NAMED):
        for date in form.finditer(small, max(0, start - _NEAR), end + _NEAR + 10):
            yield date.start(), date.end(), EXPIRY
    at = end
    for group in groups(text):
        if group.start < end or _COUNT.match(small, group.end):
            continue
        if len(group.digits) > 4 or group.start - at > _NEAR or not _BESIDE.fullmatch(small, at, group.start):
            break
        yield group.start, group.end, CVV if len(group.digits) > 2 else EXPIRY
        at = group.end


def _named(text: str, small: str) -> Iterator[tuple[int, int, str]]:
    """What is called by its name, and social security numbers by their form."""
    for said in _PASSWORD.finditer(small):
        yield *said.span("word"), PASSWORD
    for run in runs(text):
        start, end, digits = run[0].start, run[-1].end, "".join(group.digits for group in run)
        if len(digits) in (3, 4) and _called_code(small, start, end, len(digits)):
            yield start, end, CVV
        elif _CVV_BEFORE.search(_before(small, start)) and len(run[0].digits) in (3, 4):
            yield start, run[0].end, CVV
        for first, last in _pins(small, run):
            yield first.start, last.end, PIN
        if len(digits) == 4 and _SSN_END.search(_before(small, start)):
            yield start, end, SSN
        for parts in (run[first:last] for first in range(len(run)) for last in range(first + 1, min(first + 9, len(run)) + 1)):
            if _social(text, small, parts):
                yield parts[0].start, parts[-1].end, SSN


def _pins(small: str, run: Sequence[Group]) -> Iterator[tuple[Group, Group]]:
    """What is called a PIN: the whole run, or its parts that may be one each ("from 1234 to 4821")."""
    if not (_PIN_BEFORE.search(_before(small, run[0].start)) or _PIN_AFTER.match(small, run[-1].end)):
        return
    if sum(len(group.digits) for group in run) in _PINS:
        yield run[0], run[-1]
    else:
        yield from ((group, group) for group in run if len(group.digits) in _PINS and len(run) > 1)


def _called_code(small: str, start: int, end: int, length: int) -> bool:
    before = _before(small, start)
    if _CVV_BEFORE.search(before) or _CVV_AFTER.match(small, end):
        return True
    return length == 3 and bool(_BACK_BEFORE.search(before) or _BACK_AFTER.match(small, end))


def _social(text: str, small: str, parts: Sequence[Group]) -> bool:
    """Nine figures that are called a social security number, or have its form."""
    if sum(len(part.digits) for part in parts) != 9:
        return False
    before = _before(small, parts[0].start)
    return bool(_SSN_NAMED.search(before) or _SSN_AFTER.match(small, parts[-1].end)) or _formed(text, parts)


def _before(small: str, start: int) -> str:
    return small[max(0, start - 80) : start]


def _formed(text: str, run: Sequence[Group]) -> bool:
    """``123-45-6789``: https://www.ssa.gov/employer/randomization.html says which are given out."""
    if [len(group.digits) for group in run] != [3, 2, 4]:
        return False
    gaps = {text[a.end : b.start].strip() for a, b in itertools.pairwise(run)}
    area, pair, serial = (group.digits for group in run)
    return (
        len(gaps) == 1 and gaps <= {"-", ".", "_", "/", ""} and area not in ("000", "666") and pair != "00" and serial != "0000"
    )
