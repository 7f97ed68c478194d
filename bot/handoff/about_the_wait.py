"""Who asks how long it takes until a person answers, or says "never mind" while they wait: the designers' words for it. Pure but
for reading their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.menus.spoken_choices import COURTESY, FILLERS, NEGATIONS, words

FILE = "_waiting.yml"
AROUND = COURTESY | FILLERS | frozenset(("hello", "hi", "hey", "and", "but", "excuse", "me", "sir", "now"))


class WaitingError(Exception):
    """The file cannot be used; the message says what is wrong."""


Pairs: TypeAlias = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""Words of one side, and of the other, which stand behind them."""


@dataclass(frozen=True, slots=True)
class AboutTheWait:
    """The designers' words for it (``domain/general/_waiting.yml``)."""

    alone: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    pairs: Pairs = ()
    longest: int = 0
    never_mind: frozenset[str] = frozenset()
    alone_again: Pairs = ()

    def asks(self, text: str) -> bool:
        """Whether this short message asks for the place in line, the wait, or whether anybody is there."""
        said = words(text)
        if not 0 < len(said) <= self.longest:
            return False
        whole = f" {' '.join(said)} "
        return (
            _alone(said, self.alone)
            or any(f" {phrase} " in whole for phrase in self.phrases)
            or any(_in_order(whole, first, then) for first, then in self.pairs)
        )

    def given_up(self, text: str) -> bool:
        """Whether this is a "never mind", and nothing else."""
        return _alone(words(text), self.never_mind)

    def goes_on_alone(self, text: str) -> bool:
        """Whether this short message asks for the assistant in the place of a person, in so many words."""
        said = words(text)
        if not 0 < len(said) <= self.longest or (NEGATIONS - {"without"}) & set(said) or "?" in text:
            return False
        whole = f" {' '.join(said)} "
        return any(_in_order(whole, first, then) for first, then in self.alone_again)

    @classmethod
    def from_domain(cls, folder: Path) -> AboutTheWait:
        """Read the files. WaitingError; without one nothing is taken for such a question."""
        try:
            given = domain_files.settings(folder, FILE, "waiting")
            return cls.from_mapping(given) if given else cls()
        except DomainFileError as error:
            raise WaitingError(str(error)) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WaitingError(f"{FILE}: cannot be read: {error}") from error

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any]) -> AboutTheWait:
        """``{longest, alone, phrases, pairs: [{first, then}], never_mind, alone_again: [{first, then}]}``."""
        pairs, again = (
            tuple((_plain(pair["first"]), _plain(pair["then"])) for pair in body.get(name) or ())
            for name in ("pairs", "alone_again")
        )
        alone, phrases, never_mind = (_plain(body.get(name) or ()) for name in ("alone", "phrases", "never_mind"))
        return cls(frozenset(alone), phrases, pairs, int(body["longest"]), frozenset(never_mind), again)


def _plain(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(words(str(phrase))) for phrase in phrases)


def _alone(said: Sequence[str], sentences: frozenset[str]) -> bool:
    """Whether these words are one of the sentences, or are with courtesies around it."""
    return " ".join(said) in sentences or " ".join(word for word in said if word not in AROUND) in sentences


def _in_order(whole: str, first: Sequence[str], then: Sequence[str]) -> bool:
    """Whether one of ``first`` stands before one of ``then``."""
    begins = [at for phrase in first if (at := whole.find(f" {phrase} ")) >= 0]
    return bool(begins) and any(f" {phrase} " in whole[min(begins) + 1 :] for phrase in then)
