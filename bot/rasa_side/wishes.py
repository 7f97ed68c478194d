"""What a sentence says of wishes: several of them, or that one is not wanted. Pure; the designers' words are in
``domain/*/_wishes.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.rasa_side.meaning.speech import ENGLISH, Speech, either, plain

FILE = "_wishes.yml"
LONGEST = 300
"""Characters: a longer message is a story, and is left to the classifier as it is."""

MOST = 5
"""Clauses that are looked at."""


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
    says_no: frozenset[str] = frozenset()
    """Intents that say no themselves, in the right words: "I have decided against the appointment" cancels it."""
    asks_first: frozenset[str] = frozenset()
    """Intents that begin only when the classifier is ``sure`` of them, or they were confirmed."""
    sure: float = 0.0
    speech: Speech = ENGLISH

    @classmethod
    def from_domain(cls, folder: Path, language: str = "") -> Wishes:
        """Read the files; without one nothing is refused and no wishes come in pairs. How something is refused, and how clauses
        are joined, in another ``language`` its own files say, all else is as in English. Raises WishesError."""
        try:
            content, speech = domain_files.settings(folder, FILE, "wishes"), ENGLISH
            if language:
                own = domain_files.settings(folder, FILE, "wishes", language)
                content, speech = {**content, "refusals": own.get("refusals")}, Speech.of(own.get("clauses") or {})
            begins = {str(intent): form for intent, form in (content.get("begins") or {}).items()}
            together, asks_first, says_no = (frozenset(content.get(name) or ()) for name in ("together", "asks_first", "says_no"))
            alike = tuple(frozenset(map(str, group)) for group in content.get("alike") or ())
            sure = float(content.get("sure") or 0.0)
            return cls(begins, together, alike, content.get("refusals") or {}, says_no, asks_first, sure, speech)
        except DomainFileError as error:
            raise WishesError(str(error)) from error
        except (AttributeError, TypeError, ValueError) as error:
            raise WishesError(f"{FILE}: cannot be read: {type(error).__name__}") from error

    @property
    def wishes(self) -> frozenset[str]:
        """Every intent that is one, whether it begins something or is answered at once."""
        return self.together | self.begins.keys()

    @property
    def facts(self) -> frozenset[str]:
        """The intents of what may be said not to have happened."""
        return frozenset(map(str, self.refusals.get("facts") or ()))

    def like(self, intent: str) -> frozenset[str]:
        """The intents that are not meant beside this one."""
        return frozenset().union(*(group for group in self.alike if intent in group)) - {intent}

    def unwanted(self, clause: str) -> str | None:
        """What a clause says that it does not want, in small letters; None when it wants, or says, something."""
        text = plain(clause)
        found = self._after_phrase(text) or self._after_command(text) or self._ended(text) or self._before(text)
        return None if not found or self._feared(found) else found

    def parted(self, unwanted: str) -> tuple[str, str]:
        """What is not wanted, and what is wanted behind it where nothing parts the two ("push buttons i want a person")."""
        begun = (one.start() for one in self.speech.wanted.finditer(unwanted))
        start = next((one for one in begun if one and not self.speech.only_said.search(unwanted[:one])), None)
        return (unwanted[:start].strip(), unwanted[start:]) if start else (unwanted, "")

    def exchanged(self, clause: str) -> tuple[str, str] | None:
        """What is wanted, and what is not, where the one stands before the other ("text me instead of calling")."""
        words = self._words("exchanges")
        parts = re.split(rf"\b(?:{either(words)})\b", plain(clause), maxsplit=1) if words else []
        return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 and parts[0].strip() and parts[1].strip() else None

    def denied(self, clause: str) -> str | None:
        """The intent of what a clause says has not happened ("I did not lose my card")."""
        text = plain(clause)
        if (unwanted := self._after_phrase(text)) and self._feared(unwanted):  # "I don't want to lose my money"
            return None
        for intent, words in (self.refusals.get("facts") or {}).items():
            near = rf"\b(?:{either(self._words('denials'))})\b(?:\s+\w+){{0,2}}?\s+(?:{either(words)})\b"
            if re.search(near, text) and not self._named("requests", text):
                return str(intent)
        return None

    def _feared(self, unwanted: str) -> bool:
        return self._named("unless", " ".join(unwanted.split()[:5]))

    def _after_phrase(self, text: str) -> str | None:
        found = re.search(rf"\b(?:{either(self._words('phrases'))})\b\s*", text)
        if found is None or self._named("requests", text[: found.end()]):
            return None
        return self.speech.beside.sub("", text[found.end() :]).strip() or None

    def _after_command(self, text: str) -> str | None:
        found = re.match(rf"(?:{either(self._words('commands'))})\s+", self._opened(text))
        if found is None or self._named("requests", text):
            return None
        rest = self._opened(text)[found.end() :]
        if self._states(rest) or not self._commanded(rest):
            return None
        return re.sub(r"^(?:ever\s+|you\s+|bother\s+)*(?:to\s+)?", "", rest).strip() or None

    def _states(self, rest: str) -> bool:
        return rest.split()[:1] != [] and rest.split()[0] in self._words("states")

    def _commanded(self, rest: str) -> bool:
        """Whether a verb follows that is one of commands alone; anything does in a language that names none ("don't send")."""
        verbs = self._words("commanded")
        return not verbs or re.match(rf"(?:{self.speech.beside.pattern})?(?:{either(verbs)})\b", rest) is not None

    def _ended(self, text: str) -> str | None:
        nouns = either(self._words("nouns"))
        article, polite = self.speech.articles, self.speech.polite
        begun = re.match(
            rf"(?:{either(self._words('ends'))})\b{article}\s+((?!\w*thing\b)\w+ing\b.*|(?:\w+\s+)?(?:{nouns})\b.*)",
            self._opened(text),
        )
        none = re.match(rf"(?:\w+\s+)?(?:{either(self._words('none'))}){article}\s+((?:\w+\s+)?(?:{nouns}))\b{polite}$", text)
        found = (
            begun or none or re.match(rf"(?:{either(self._words('none'))}){article}\s+((?:\w+\s+)?(?:{nouns}))\b{polite}$", text)
        )
        return found.group(1) if found else None

    def _before(self, text: str) -> str | None:
        endings = either(self._words("endings"))
        found = re.match(rf"(.+?)\s+(?:is\s+|are\s+)?(?:{endings}){self.speech.polite}$", text)
        return found.group(1) if found and not self._named("requests", text) else None

    def _opened(self, text: str) -> str:
        """Without what sentences begin with ("no, please ...")."""
        words = re.sub(r"^(?:i said|i told you)\s+", "", text).split()
        while words and words[0] in self.speech.opening:
            words = words[1:]
        return " ".join(words)

    def _words(self, name: str) -> Sequence[str]:
        return [str(one) for one in self.refusals.get(name) or ()]

    def _named(self, name: str, text: str) -> bool:
        words = self._words(name)
        return bool(words) and re.search(rf"\b(?:{either(words)})\b", text) is not None


def clauses(text: str, apart: re.Pattern[str] = ENGLISH.parts) -> list[str]:
    """The parts of a sentence; none of a very long one."""
    if len(text) > LONGEST:
        return []
    return [part.strip() for part in apart.split(text) if part.strip()][:MOST]
