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
from bot.model import ChannelName, InboundMessage
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

    def known(self, language: str, *, by_phone: bool = False) -> str:
        """See ``Languages.known``."""
        return self.languages.known(language, by_phone=by_phone)

    def asked_by(self, message: InboundMessage) -> bool:
        """Whether the channel has taken the message for a wish to speak one of our languages."""
        by_phone = message.channel is ChannelName.VOICE
        return bool(message.language) and self.known(message.language, by_phone=by_phone) == message.language

    def heard(self, text: str, before: str, *, by_phone: bool = False) -> tuple[str, bool]:
        """The language of a message of somebody who spoke ``before``, and whether the message is nothing but a wish for it. The
        phone line has only those that it can hear and speak."""
        if self.detector is None:
            return before, False
        asked = self.languages.asked_for(text)
        language = asked or self.detector.language(text, before)
        if self.known(language, by_phone=by_phone) != language:
            return before, False
        return language, bool(asked)


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
