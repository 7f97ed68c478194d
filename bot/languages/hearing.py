"""The language that somebody speaks, message for message: what they spoke before, until they ask for or write in another one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.languages.current import BASE
from bot.languages.declared import Languages
from bot.languages.detector import Detector
from bot.yaml_text import parse


@dataclass(frozen=True, slots=True)
class Hearing:
    """Without a detector (one language alone) nothing is looked at."""

    languages: Languages = field(default_factory=Languages)
    detector: Detector | None = None

    @classmethod
    def from_domain(cls, folder: Path) -> Hearing:
        """What the designers wrote in ``domain/`` and in ``data/nlu/`` beside it; of one language alone nothing is read.
        Raises LanguagesError and DomainFileError."""
        languages = Languages.from_domain(folder)
        if not languages.others:
            return cls(languages)
        codes = {code: "" if code == BASE else code for code in languages.spoken}
        spoken = languages.spoken
        return cls(languages, Detector.of({code: _texts(folder, codes[code], spoken[code].strange) for code in codes}))

    def known(self, language: str) -> str:
        """See ``Languages.known``."""
        return self.languages.known(language)

    def heard(self, text: str, before: str) -> tuple[str, bool]:
        """The language of a message of somebody who spoke ``before``, and whether the message is nothing but a wish for it."""
        if self.detector is None:
            return before, False
        if asked := self.languages.asked_for(text):
            return asked, True
        return self.detector.language(text, before), False


def _texts(folder: Path, language: str, strange: Collection[str]) -> Iterator[str]:
    for path in domain_files.paths(folder, language):
        for variations in (domain_files.read(folder, path).get("responses") or {}).values():
            yield from (str(one.get("text") or "") for one in variations)
    yield from _examples(folder.parent / "data" / "nlu", language, strange)


def _examples(folder: Path, language: str, strange: Collection[str]) -> Iterator[str]:
    for path in domain_files.paths(folder, language) if folder.is_dir() else ():
        content: Mapping[str, Any] = parse(path.read_text(encoding="utf-8")) or {}
        told = (item for item in content.get("nlu") or () if item.get("intent") and item["intent"] not in strange)
        yield from (str(item.get("examples") or "") for item in told)
