"""English words by which people name one of several things: its place, titles, parts and misspellings. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.languages.current import current
from bot.languages.tables import glossed
from bot.model.spoken_numbers import SOUND_ALIKE, cardinal, ordinal

FILLERS = frozenset("um uh er hm hmm well so ok okay yes yeah yep sure right".split())
COURTESY = frozenset("please pls plz thanks thank you thx then".split())
NAMING = frozenset("option number no nr choice answer key item entry".split())
OPTION = frozenset("option choice answer item entry".split())
"""These name an entry of a list beyond doubt; a number may also be a house's."""

TAKING = (
    "i choose", "i pick", "i select", "i press", "i pressed", "i will take", "ill take", "i will go with", "ill go with",
    "lets go with", "lets take", "go with", "choose", "pick", "select", "press", "pressed", "take",
)  # fmt: skip
"""Said before a number they mean an entry."""

WANTING = (
    "i would like to", "i would like", "id like to", "id like", "i want to", "i want", "i need to", "can i have", "could i have",
    "can i", "could i", "give me", "i will have", "ill have", "make it", "its", "it is", "that would be", "how about",
)  # fmt: skip
"""Said before a bare number they may mean a quantity; before an ordinal or a title they do no harm."""

LIGHT = frozenset("the a an my please pls thanks one that this option choice".split())
"""Words that a part of a title may have beside it."""

EMPTY = LIGHT | frozenset(
    "i me you we it is are was be am do does did to of for in on at by with from and or if as so your our us their they he she "
    "what where when who why which how can could will would there here have has had get got not yes no ok hi hello hey".split()
)
"""Words that say nothing alone: at least one other is needed to name an option."""

NEGATIONS = frozenset("no not dont never without cant wont nothing none neither".split())
YES = frozenset("yes yeah yep yup sure ok okay".split())
NO = frozenset("no nope nah".split())

LONG_ENOUGH, MUCH_LONGER = 5, 9
"""Letters from which one, and two, wrong letters are taken as a slip."""

_NUMBER = re.compile(r"#?[(\[]?([0-9]{1,3})[)\].,:;!?]*")
_NUMBERED = re.compile(r"\s*([0-9]{1,3})\s*(?:[-.):,]\s*|\s+)([^\W\d_].*)", re.DOTALL)
_KEYCAP = "\ufe0f\u20e3"


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry by its place: ``number`` from 1, or from -1 backwards. ``explicit``: it cannot have meant anything else.
    ``title`` is what was written behind the number."""

    number: int
    explicit: bool = False
    title: str = ""


def reference(text: str, *, heard: bool) -> Reference | None:
    """The place that the whole text names, or None. ``heard``: a voice's transcript, which may hold sound-alikes."""
    folded = unicodedata.normalize("NFKC", text).strip().strip("\"'\u201c\u201d").rstrip(_KEYCAP)
    if found := _NUMBER.fullmatch(folded):
        return Reference(int(found[1]))
    if found := _NUMBERED.fullmatch(folded):
        by_name = reference(found[2], heard=False) if not words(found[2])[0].isdigit() else None
        if by_name is None and not set(words(found[2])) <= COURTESY:
            return Reference(int(found[1]), title=found[2])
    if re.search(r"[0-9][^\w\s]+[0-9]|[$\u20ac\u00a3%+*/=<>-]\s*[0-9]|[0-9]\s*[%$\u20ac\u00a3+*/=]", folded):
        return None  # a sum, a time, a date, a share
    said = words(folded)
    if heard and len(said) == 1 and said[0] in SOUND_ALIKE:
        return Reference(int(SOUND_ALIKE[said[0]]))
    return _place(said)


def _place(said: list[str]) -> Reference | None:
    """Words such as ``yes the second one please``, ``option two``, ``last one``."""
    said = _without_ends(said)
    said, taking = _without(said, TAKING)
    said, wanting = (said, False) if taking else _without(said, WANTING)
    if said[:1] == ["the"]:
        said = said[1:]
    naming = bool(said) and said[0] in NAMING and len(said) > 1
    entry = naming and said[0] in OPTION
    said = said[1:] if naming else said
    tail = bool(said) and len(said) > 1 and (said[-1] in OPTION or said[-1] == "one")
    if (place := ordinal(said[:-1] if tail else said)) is not None:
        return Reference(place, explicit=tail)
    number = cardinal(said)
    return None if number is None or (wanting and not naming) else Reference(number, explicit=entry)


def words(text: str) -> list[str]:
    """The words, without accents, capitals and marks: ``Where's café?`` -> ``wheres cafe``."""
    text = glossed(text, current(), "choices")
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c) and c not in "'\u2019")
    return re.findall(r"[^\W_]+", bare)


def only_figures(text: str) -> bool:
    """A ZIP, a card's digits, a code, a time: a value, never a part of a title."""
    said = words(text)
    return all(any(c.isdigit() for c in word) for word in said)


def same(text: str, title: str) -> bool:
    """The whole title, courtesies and ``I'd like`` aside."""
    wanted = words(title)
    return bool(wanted) and any(said == wanted for said in _readings(words(text)))


def agrees(text: str, title: str) -> bool:
    """A bare yes, or a bare no, for a title that begins with one: ``ok`` for ``Yes, go on``, ``no`` for ``Not now``."""
    said, begins = _without_ends(words(text)), set(words(title)[:1])
    if len(said) != 1:
        return False
    return (said[0] in YES and bool(begins & YES)) or (said[0] in NO and bool(begins & (NO | {"not"})))


def part(text: str, title: str) -> bool:
    """Some of the title's words and nothing else that matters, as ``balance`` for ``My balance``.

    A title that denies (``Not now``) is never meant by the rest of it (``now``).
    """
    return any(_part(said, words(title)) for said in _readings(words(text)))


def misspelt(text: str, title: str) -> bool:
    """The title, or words of it, with a slip of a letter or two in a long word."""
    wanted = words(title)
    for said in _readings(words(text)):
        if NEGATIONS & set(said) != NEGATIONS & set(wanted):
            continue
        if _near(" ".join(said), " ".join(wanted)):
            return True
        mended = [_mended(word, wanted) for word in said]
        if mended != said and _part(mended, wanted):
            return True
    return False


def wants_more(text: str) -> bool:
    """Asks for the next page."""
    return " ".join(_without_ends(words(text))) in {
        "more", "more choices", "more options", "next", "next page", "something else", "none of these", "none of those", "others",
    }  # fmt: skip


def _part(said: list[str], wanted: list[str]) -> bool:
    telling = [word for word in said if word not in EMPTY]
    denied = NEGATIONS & set(wanted)
    return (
        bool(telling)
        and all(word in wanted or word in LIGHT for word in said)
        and all(word in wanted for word in telling)
        and denied <= set(said)
    )


def _readings(said: list[str]) -> list[list[str]]:
    """The words as they are, without courtesies, and without ``I want`` before or an article in front."""
    polite = _without_ends(said)
    bare, _ = _without(polite, (*WANTING, *TAKING))
    bare = bare[1:] if bare[:1] and bare[0] in ("the", "a", "an") and len(bare) > 1 else bare
    return [reading for reading in (said, polite, bare) if reading]


def _without_ends(said: list[str]) -> list[str]:
    """Without ``um``, ``ok`` before and ``please``, ``thank you`` behind (a lone word stays)."""
    while len(said) > 1 and said[0] in FILLERS:
        said = said[1:]
    while len(said) > 1 and said[-1] in COURTESY:
        said = said[:-1]
    return said


def _without(said: list[str], phrases: tuple[str, ...]) -> tuple[list[str], bool]:
    """Without the longest of ``phrases`` that the words begin with, and whether there was one."""
    text = " ".join(said)
    for phrase in sorted(phrases, key=len, reverse=True):
        if text.startswith(f"{phrase} "):
            return text[len(phrase) + 1 :].split(), True
    return said, False


def _mended(word: str, wanted: list[str]) -> str:
    return word if word in wanted else next((w for w in wanted if w not in EMPTY and _near(word, w)), word)


def _near(one: str, other: str) -> bool:
    """Whether one is the other with a slip or two, as their length allows; the first letter is seldom wrong."""
    size = min(len(one), len(other))
    most = 0 if size < LONG_ENOUGH else 1 if size < MUCH_LONGER else 2
    return bool(most) and one[0] == other[0] and abs(len(one) - len(other)) <= most and distance(one, other) <= most


def distance(one: str, other: str) -> int:
    """Letters to insert, delete, change or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
