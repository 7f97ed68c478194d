"""How long each class of facts is kept: the business's ``domain/_retention.yml``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import parse

FILE = "_retention.yml"
FOR_EVER = "for ever"
_DAYS = {"day": 1.0, "week": 7.0, "year": 365.25}
_SPAN = re.compile(r"(\d{1,5}) (day|week|year)s?")


class Retention(StrEnum):
    """How long a kind is kept: a class of ``domain/_retention.yml``.

    WORDS: personal fields go after so long, the figure stays. RECORDINGS: the same, once the recording itself is deleted.
    AUDIT and PROOF: whole facts go after so long. FIGURES: the contact goes when words do, the rest stays for ever.
    """

    WORDS = "words"
    RECORDINGS = "recordings"
    AUDIT = "audit"
    PROOF = "proof"
    FIGURES = "figures"


class RetentionError(Exception):
    """The file cannot be used; the message is one sentence that names what is wrong."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How long each class is kept (None: for ever). What is ``figures`` loses the person when words go."""

    words: timedelta | None = timedelta(days=400)
    recordings: timedelta | None = timedelta(days=90)
    audit: timedelta | None = timedelta(days=2557)
    proof: timedelta | None = timedelta(days=2557)

    @classmethod
    def from_domain(cls, folder: Path) -> Rules:
        """Read the file; what is here without it. Raises RetentionError."""
        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            content = parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise RetentionError(f"{FILE} cannot be read: {type(error).__name__}.") from error
        given = content.get("retention") if isinstance(content, Mapping) else None
        if not isinstance(given, Mapping):
            raise RetentionError(f"{FILE} needs a mapping named retention.")
        return cls.from_mapping(given)

    @classmethod
    def from_mapping(cls, given: Mapping[Any, Any]) -> Rules:
        """``{class: span}``, every class named. Raises RetentionError."""
        names = [one.value for one in Retention]
        if unknown := [str(name) for name in given if name not in names]:
            raise RetentionError(f"{FILE} has {unknown[0]!r}; known are {', '.join(names)}.")
        if missing := [name for name in names if name not in given]:
            raise RetentionError(f"{FILE} does not say how long {missing[0]} are kept.")
        if given[Retention.FIGURES] != FOR_EVER:
            raise RetentionError(f"{FILE}: figures name nobody and are kept {FOR_EVER}.")
        return cls(**{name: _span(name, given[name]) for name in names if name != Retention.FIGURES})


def _span(name: str, text: object) -> timedelta | None:
    if text == FOR_EVER:
        return None
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    days = math.ceil(int(found[1]) * _DAYS[found[2]]) if found else 0
    if not 1 <= days <= 36_525:
        raise RetentionError(f'{FILE}: {name}: {text!r} is no span: write "400 days", "7 years" or "{FOR_EVER}".')
    return timedelta(days=days)
