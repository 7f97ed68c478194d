"""Whether a sentence takes back what was just said: "no, Ben Carter", "it's Ben, not Bob", "not Tuesday, Wednesday". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 200
"""Characters of a correction; a longer sentence is a story."""

CANCELS = re.compile(
    r"\b(?:cancel|undo|take (?:it|that) back|call (?:it|that|this) off)\b(?! (?:my|the|a) (?!trip|appointment|notice))",
    re.IGNORECASE,
)
"""That something is to be undone, and nothing else that has a name."""

DENIES = re.compile(r"\b(?:don'?t|do not|not|never)\b", re.I)

SHORT = 4
"""Words of a message that may be a detail of what was done."""

_SIGNALS = (
    r"i (?:really |actually )?(?:meant?|mean to say)(?: to say)?|actually|correction|scratch that|strike that|my mistake|my bad|"
    r"oops|whoops|(?:oh )?wait(?: a (?:second|minute|moment))?|make (?:that|it)|change (?:that|it) to|i misspoke|that'?s wrong|"
    r"that is wrong|that'?s not right|not that(?: one)?|let me correct that|i said|rather|"
    r"(?:sorry|(?:no )*no|nope|nah)(?=[,.;:!\u2013\u2014-]| it'?s\b| i me)"
)
_BEGINS = re.compile(
    rf"^(?:(?:oh|uh|um|er|hm+|well|so|but|please|and)[,.]? )*(?:(?:{_SIGNALS})[,.;:!\u2013\u2014 -]+(?:but )?)+", re.I
)
_REPLACED = re.compile(r"\bnot (?P<old>[^,;.]+?)(?:[,;.]| but\b| -)\s*(?:but |rather |it'?s )?(?P<new>.+)$", re.I)
_REFUSED = re.compile(
    r"^(?P<new>(?:it'?s|that'?s|it is) [^,;]+?|.+?[,;.])\s*(?:and )?(?:not|instead of|rather than) (?P<old>[^,;.]+)[.!]?$", re.I
)
_OPENED = re.compile(
    r"^(?:it(?:'?s| is| was)|that(?:'?s| is)|this is|the (?:right|correct) one is|should be|it should be)\s+", re.I
)


_WITHIN = re.compile(
    r"(?:[,.;:!\u2013\u2014-]+ ?| )"
    r"(?:(?:oh )?no,? (?:wait|sorry)|(?:no,? )?(?:sorry|wait)(?:,? no)?|no|actually|i meant?|make (?:that|it)|scratch that|"
    r"correction|or rather|my mistake|oops)[,.;:!\u2013\u2014 -]+(?=\S)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is meant, and what was not, where it was named."""

    new: str
    old: str = ""


def correction(text: str) -> Correction | None:
    """None for a sentence that corrects nothing."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        return None
    begun = _BEGINS.match(said)
    rest = said[begun.end() :] if begun else said
    replaces = begun or rest.lower().startswith(("not ", "it's not", "its not"))
    for found in (_REPLACED.search(rest) if replaces else None, _REFUSED.search(rest)):
        if found and _short(found["old"]):
            return Correction(_opened(found["new"]), _opened(found["old"]))
    return Correction(_opened(rest)) if begun and rest.strip(" .,!?") else None


def instead(text: str) -> str:
    """What a sentence says in the place of what it said first ("to 100, no wait, 150"); empty when it takes nothing back."""
    found = None if len(text) > LONGEST else list(_WITHIN.finditer(text))
    return text[found[-1].end() :].strip() if found else ""


_LITTLE = r"oh|uh|um|er|hm+|well|so|but|and|ok(?:ay)?|please"
_BACK = (
    r"no|nope|nah|sorry|wait(?: a (?:second|minute|moment))?|oops|whoops|actually|rather|scratch that|strike that|correction|"
    r"my (?:mistake|bad)|i (?:really |actually )?(?:said|meant?)|i misspoke|(?:can|could) (?:you|we|i)|make (?:it|that)|"
    r"change (?:it|that)(?: to)?|let'?s make it"
)
_TAKEN_BACK = re.compile(rf"^(?:(?:(?:{_LITTLE})|(?P<back>{_BACK}))\b[,.;:!\u2013\u2014 -]*)+", re.I)
_INSTEAD = re.compile(r"\b(?:instead|after all|would be better|is better)\b", re.I)
_NOT_THIS = re.compile(
    r"^not (?P<old>[^,;.]+?)(?:[,;.]+| but| make (?:it|that)| i (?:said|meant?)| rather| it'?s)\s+(?P<new>.+)$", re.I
)
_THIS_NOT = re.compile(r"^(?P<new>.+?)[,;.]? (?:and )?(?:not|instead of|rather than) [^,;.]+$", re.I)


def changed(text: str) -> str:
    """What shall be in the place of what was just done ("no not 300, 200", "make it 200 instead"); empty where a message takes
    nothing of it back. Looser than ``correction``: it is for what is asked about before it counts."""
    said = " ".join(text.split())
    begun = _TAKEN_BACK.match(said) if 0 < len(said) <= LONGEST else None
    back = begun is not None and begun["back"] is not None
    if len(said) > LONGEST or not (back or any(form.search(said) for form in (_INSTEAD, _NOT_THIS, _THIS_NOT))):
        return ""
    rest = said[begun.end() :] if begun else said
    for form in (_NOT_THIS, _THIS_NOT):
        if found := form.match(rest):
            rest = found["new"]
            break
    return _opened(instead(rest) or rest)


def mended(before: str, change: Correction) -> str:
    """The value with the part that was wrong exchanged ("Bob Carter", Ben for Bob); else what was said now."""
    if change.old and re.search(rf"\b{re.escape(change.old)}\b", before, re.I) and change.old.casefold() != before.casefold():
        return re.sub(rf"\b{re.escape(change.old)}\b", lambda _: change.new, before, count=1, flags=re.I)
    return change.new


def _short(old: str) -> bool:
    return 0 < len(old.split()) <= 6


def _opened(text: str) -> str:
    return _OPENED.sub("", text.strip(" .,!?;"))


def cancels(text: str) -> bool:
    """Whether it says that what was done is to be undone."""
    return CANCELS.search(text) is not None and DENIES.search(text) is None
