"""Order numbers and postcodes, of letters and figures, as written, dictated or spelled ("alpha bravo one two", "B as in boy").

Pure. Card ends, zip codes and telephone numbers are in ``digits``.
"""

from __future__ import annotations

import re

from bot.model import spoken_numbers
from bot.skills.parsing import digits
from bot.skills.parsing.spoken import plain

NATO = """alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra
tango uniform victor whiskey xray yankee zulu"""
LETTERS = {**{word: word[0] for word in NATO.split()}, "alfa": "a", "juliett": "j", "whisky": "w", "x-ray": "x"}
AS_IN = re.compile(r"\b([a-z]) (?:as in|for|like|as) [a-z]+")
PARTS = re.compile(r"[a-z]+(?:-ray)?|\d+")


def parse_reference(text: str, shape: str) -> str | None:
    """``shape``: A is a letter, 9 a figure, anything else stands as it is ("AA-99999"). None where there is no such reference, or
    more than one."""
    found = {one for one in _runs(text) if _fits(one, shape)}
    return _shaped(found.pop(), shape) if len(found) == 1 else None


POSTCODES = {"US": ("99999",), "CA": ("A9A 9A9",), "GB": ("A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA")}


def parse_postcode(text: str, country: str = "US") -> str | None:
    """As the post writes it; None where there is none of that country, or more than one."""
    if country == "US":
        return digits.zip_code(plain(text))
    found = {code for shape in POSTCODES[country] if (code := parse_reference(text, shape))}
    return found.pop() if len(found) == 1 else None


def _runs(text: str) -> list[str]:
    """Letters and figures that stand together, each such place once; longer words end a run."""
    said = AS_IN.sub(r"\1", plain(text).replace("'s ", " "))
    runs: list[str] = []
    run, times = "", 1
    for part in PARTS.findall(said):
        mark = LETTERS.get(part) or spoken_numbers.FIGURES.get(part) or (part if part.isdigit() else "")
        if part in spoken_numbers.TIMES:
            times = spoken_numbers.TIMES[part]
            continue
        if not mark and len(part) <= 3 and part not in SMALL:
            mark = part
        if len(part) == 1 and part.isalpha():
            mark = part
        if not mark:
            runs, run = ([*runs, run], "") if run else (runs, "")
            continue
        run, times = run + mark * times, 1
    return [*runs, run] if run else runs


SMALL = frozenset("is it its the my no of and or to at in on for id i yes hi pls".split()) - {"i"}


def _fits(run: str, shape: str) -> bool:
    kinds = "".join("A" if mark.isalpha() else "9" for mark in run)
    return kinds == re.sub(r"[^A9]", "", shape)


def _shaped(run: str, shape: str) -> str:
    marks = iter(run.upper())
    return "".join(next(marks) if mark in "A9" else mark for mark in shape)
