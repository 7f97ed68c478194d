"""What a sentence says of wishes: several of them, or that one is not wanted. Pure; the designers' words are in
``domain/*/_wishes.yml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError

FILE = "_wishes.yml"
LONGEST = 300
"""Characters: a longer message is a story, and is left to the classifier as it is."""

MOST = 5
"""Clauses that are looked at."""

PARTS = re.compile(r"[.!?;,\n\u2026]+|\bbut\b|\binstead\b(?! of)|\bjust\b", re.I)
PAIRS = re.compile(
    r"(?:[.,:](?!\d)|[!?;\n\u2026+&]|(?<=\w)\s+n\s+(?=\w)"
    r"|\b(?:and|also|plus|then|as well as|oh|but|or|so|by the way|btw|just)\b)+",
    re.I,
)
"""Where a wish may end and another begin; no figure is taken apart ("9.99")."""

SHORT = {
    "do not": "dont", "did not": "didnt", "does not": "doesnt", "will not": "wont", "have not": "havent", "has not": "hasnt",
    "was not": "wasnt", "is not": "isnt", "are not": "arent", "need not": "neednt", "would not": "wouldnt", "can not": "cant",
    "cannot": "cant", "could not": "couldnt", "i am": "im", "i would": "id", "let us": "lets", "had not": "hadnt",
    "don t": "dont",
    "wanna": "want to", "gonna": "going to", "dnt": "dont", "donot": "dont", "dont you dare": "dont",
}  # fmt: skip
OPENING = frozenset(
    "please pls no nope hey hi hello ok okay oh so well and also actually but for now just look listen um uh yes yeah".split()
)
BESIDE = re.compile(
    r"^(?:(?:you|u|anyone|anybody|someone|somebody|them|him|her|people|it)\s+)?(?:guys\s+)?(?:to\s+|for\s+|in\s+|that\s+|about\s+)*"
    r"(?:(?:you|anyone|anybody|someone|somebody|want|wanted)\s+)?(?:to\s+)?(?:(?:get|have|be|know|hear|bother)\s+)?"
)


class WishesError(Exception):
    """The file cannot be used; the message is a sentence for designers that names what is wrong."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """``domain/*/_wishes.yml``."""

    begins: Mapping[str, str | None] = field(default_factory=dict)
    together: frozenset[str] = frozenset()
    alike: tuple[frozenset[str], ...] = ()
    """Intents of which one message means one alone ("put me down for Friday, any day after 4")."""
    refusals: Mapping[str, Any] = field(default_factory=dict)
    asks_first: frozenset[str] = frozenset()
    """Intents that begin only when the classifier is ``sure`` of them, or they were confirmed."""
    sure: float = 0.0

    @classmethod
    def from_domain(cls, folder: Path, language: str = "") -> Wishes:
        """Read the files; without one nothing is refused and no wishes come in pairs. How something is refused in another
        ``language`` its own files say, all else is as in English. Raises WishesError."""
        try:
            content = domain_files.settings(folder, FILE, "wishes")
            if language:
                content = {**content, "refusals": domain_files.settings(folder, FILE, "wishes", language).get("refusals")}
            begins = {str(intent): form for intent, form in (content.get("begins") or {}).items()}
            together, asks_first = (frozenset(content.get(name) or ()) for name in ("together", "asks_first"))
            alike = tuple(frozenset(map(str, group)) for group in content.get("alike") or ())
            return cls(begins, together, alike, content.get("refusals") or {}, asks_first, float(content.get("sure") or 0.0))
        except DomainFileError as error:
            raise WishesError(str(error)) from error
        except (AttributeError, TypeError, ValueError) as error:
            raise WishesError(f"{FILE}: cannot be read: {type(error).__name__}") from error

    def like(self, intent: str) -> frozenset[str]:
        """The intents that are not meant beside this one."""
        return frozenset().union(*(group for group in self.alike if intent in group)) - {intent}

    def unwanted(self, clause: str) -> str | None:
        """What a clause says that it does not want, in small letters; None when it wants, or says, something."""
        text = plain(clause)
        found = self._after_phrase(text) or self._after_command(text) or self._ended(text) or self._before(text)
        if not found or self._named("unless", " ".join(found.split()[:5])):
            return None
        return found

    def parted(self, unwanted: str) -> tuple[str, str]:
        """What is not wanted, and what is wanted behind it where nothing parts the two ("push buttons i want a person")."""
        found = next(
            (one for one in WANTED.finditer(unwanted) if one.start() and not ONLY_SAID.search(unwanted[: one.start()])), None
        )
        return (unwanted[: found.start()].strip(), unwanted[found.start() :]) if found else (unwanted, "")

    def denied(self, clause: str) -> str | None:
        """The intent of what a clause says has not happened ("I did not lose my card")."""
        text = plain(clause)
        for intent, words in (self.refusals.get("facts") or {}).items():
            near = rf"\b(?:{_either(self._words('denials'))})\b(?:\s+\w+){{0,2}}?\s+(?:{_either(words)})\b"
            if re.search(near, text) and not self._named("requests", text):
                return str(intent)
        return None

    def _after_phrase(self, text: str) -> str | None:
        found = re.search(rf"\b(?:{_either(self._words('phrases'))})\b\s*", text)
        if found is None or self._named("requests", text[: found.end()]):
            return None
        return BESIDE.sub("", text[found.end() :]).strip() or None

    def _after_command(self, text: str) -> str | None:
        found = re.match(rf"(?:{_either(self._words('commands'))})\s+", opened(text))
        if found is None or self._named("requests", text) or self._states(opened(text)[found.end() :]):
            return None
        return re.sub(r"^(?:ever\s+|you\s+|bother\s+)*(?:to\s+)?", "", opened(text)[found.end() :]).strip() or None

    def _states(self, rest: str) -> bool:
        return rest.split()[:1] != [] and rest.split()[0] in self._words("states")

    def _ended(self, text: str) -> str | None:
        nouns = _either(self._words("nouns"))
        article = r"(?:\s+(?:the|this|that|a|an|any|my|your|all|more|another))*"
        begun = re.match(
            rf"(?:{_either(self._words('ends'))})\b{article}\s+((?!\w*thing\b)\w+ing\b.*|(?:\w+\s+)?(?:{nouns})\b.*)",
            opened(text),
        )
        none = re.match(rf"(?:\w+\s+)?(?:{_either(self._words('none'))}){article}\s+((?:\w+\s+)?(?:{nouns}))\b{POLITE}$", text)
        found = (
            begun or none or re.match(rf"(?:{_either(self._words('none'))}){article}\s+((?:\w+\s+)?(?:{nouns}))\b{POLITE}$", text)
        )
        return found.group(1) if found else None

    def _before(self, text: str) -> str | None:
        found = re.match(rf"(.+?)\s+(?:is\s+|are\s+)?(?:{_either(self._words('endings'))}){POLITE}$", text)
        return found.group(1) if found and not self._named("requests", text) else None

    def _words(self, name: str) -> Sequence[str]:
        return [str(one) for one in self.refusals.get(name) or ()]

    def _named(self, name: str, text: str) -> bool:
        words = self._words(name)
        return bool(words) and re.search(rf"\b(?:{_either(words)})\b", text) is not None


WANTED = re.compile(r"\b(?:i (?:just |only |really )?(?:want|need)|id like|let me|give me|get me|can i|could i|may i)\b")
ONLY_SAID = re.compile(
    r"\b(?:think|say|said|saying|believe|assume|mean|meant|that|if|because|when|whether|until|unless|what|why|how|where|and|or|as)\s+$"
)
"""Before a wish that is only spoken of."""

POLITE = r"(?:\s+(?:please|pls|thanks|thank you|yet|now|today|for me|at all|either))*"


def _either(words: Iterable[str]) -> str:
    """An alternative of these words, the longest first; one that never fits when there are none."""
    return _alternative(tuple(str(word) for word in words))


@functools.lru_cache(256)
def _alternative(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


def plain(text: str) -> str:
    """In small letters, without apostrophes, with the short forms."""
    letters = re.sub(r"['\u2019\u02bc]", "", text.lower())
    letters = " ".join(re.findall(r"[^\W_]+", letters))
    for long, short in SHORT.items():
        letters = re.sub(rf"\b{long}\b", short, letters)
    return letters


def opened(text: str) -> str:
    """Without what sentences begin with ("no, please ...")."""
    words = re.sub(r"^(?:i said|i told you)\s+", "", text).split()
    while words and words[0] in OPENING:
        words = words[1:]
    return " ".join(words)


def clauses(text: str, apart: re.Pattern[str] = PARTS) -> list[str]:
    """The parts of a sentence; none of a very long one."""
    if len(text) > LONGEST:
        return []
    return [part.strip() for part in apart.split(text) if part.strip()][:MOST]
