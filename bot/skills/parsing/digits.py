"""What the figures of a sentence are: the end of a card's number, a zip code, a telephone number. Pure functions."""

from __future__ import annotations

import re

import phonenumbers

from bot.languages.current import current
from bot.languages.numbers import counted
from bot.model import spoken_numbers
from bot.model.spoken_numbers import WORDS

# Where figures begin: three words for digits in a row, or figures.
FIGURES = re.compile(rf"\d[\d -]{{2,}}\d|(?:\b(?:{'|'.join(sorted(WORDS))})\b[ -]*){{3,}}", re.I)
REGION = "US"
# 555-0100 to 555-0199 are kept for fiction: real enough for us, whatever the numbering plan says.
FICTIONAL = re.compile(r"\+1\d{3}55501\d{2}")


def runs(text: str) -> list[str]:
    """The digit runs of a sentence, in order; neighbours are joined: ``44 21`` and ``four four two one`` give one run.

    A word between two numbers ends a run, so ``4421 or 9274`` gives two.
    """
    text = counted(text, current()) if current() else text
    found = spoken_numbers.runs(text, spoken_numbers.same_sentence)
    return ["".join(group.digits for group in run) for run in found]


# What may stand beside figures that are the answer to a question, and says nothing of its own.
BESIDE = (
    frozenset(
        """
    a ah am an and are area at be been believe bye card cards cell code credit debit digit digits do end ending ends er
    figures final finish finishes for four from go got guess hello here heres hi hm hmm i id im in is it its last let
    like look me mine mobile moment my new no number numbers of off oh ok okay on one ones or our phone please plus
    postal postcode read reads right say says sec second seven should six so sorry sure telephone thank thanks that
    thats the them then there these they theyre think this those to uh um very wait was we well with would yeah yep yes
    you zip
    """.split()
    )
    | WORDS
)
# Not beside a year or a count: "i got it in 2025", "i have one question".
OWN_STORY = re.compile(
    r"\b(?:got|came|come|since|until|question|problem|year)\b.*\d|\d/\d"
    r"|(?<!end )(?<!ends )(?<!ending )\b(?:in|from|at|by)\s+(?:19|20)\d\d\b",
    re.I,
)
CARD_END = re.compile(
    r"\b(?:(?:end(?:s|ing)?|finish(?:es|ing)?)(?: up)?(?: in| with| on| by)?|last (?:four|4)(?: (?:digits|numbers|figures|ones))?"
    r"|digits|(?:card|number)(?: number| no\.?)?)"
    r"(?: (?:of|on) (?:my|the|this|it|card|it's))*(?: card)?(?: (?:is|are|were|was|should be)|'s|:)?[ :,#.x*\u2026\u2022-]*$",
    re.I,
)


def only(text: str) -> bool:
    """True when a text has figures and is nothing but them and small words, so that it is an answer in figures."""
    return (
        bool(runs(text))
        and not OWN_STORY.search(text)
        and set(re.findall(r"[^\W\d_]+", re.sub(r"'|\bx{2,}", "", text.lower()))) <= BESIDE
    )


def card_end(text: str) -> str | None:
    """Four figures that are named as the card's (``ending in 4421``) or stand by themselves (``Ana Lopez, 4421``)."""
    named = {last_four(one.group()) for one in FIGURES.finditer(text) if CARD_END.search(text[: one.start()])} - {None}
    if len(named) == 1:
        return named.pop()
    alone = {last_four(part) for part in re.split(r"[,;\n]|\. ", text) if only(part)} - {None}
    if len(alone) == 1:
        return alone.pop()
    return last_four(text) if whole_card_number(text) else None


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
