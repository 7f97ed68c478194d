"""The words of the desk as data: ``desk/words/en.yml``, and another language beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.yaml_text import parse

FOLDER = Path(__file__).parent


class UnknownWords(KeyError):
    """There are no words of that name: a mistake of ours."""


class WordsRefused(ValueError):
    """A file of words is not what its writer means; the message says where and how to write it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by name (``level.claimed``)."""

    by_name: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, name: str, **values: object) -> str:
        """The words, filled in as they stand: what is put in is escaped where it is shown. Raises UnknownWords."""
        try:
            return self.by_name[name].format(**values)
        except KeyError as missing:
            raise UnknownWords(f"{name}: {missing}") from missing


def words_in(content: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    """Each sentence with its name, of as many parts as it lies deep. WordsRefused for a name that is no text."""
    for name, value in content.items():
        if not isinstance(name, str):
            raise WordsRefused(f"{under}{name}: write the name in quotes; YAML reads on, off, yes, no and figures as no words")
        if isinstance(value, Mapping):
            yield from words_in(value, f"{under}{name}.")
        else:
            yield f"{under}{name}", str(value)


@cache
def words(language: str = "en") -> Words:
    """The desk's words in a language. FileNotFoundError when there is none."""
    return Words(dict(words_in(parse((FOLDER / f"{language}.yml").read_text(encoding="utf-8")))))
