"""The languages of a business, as ``domain/*/_languages.yml`` declares them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.languages.current import BASE

FILE = "_languages.yml"
CODE = re.compile(r"[a-z]{2}")


class LanguagesError(Exception):
    """The file cannot be used; the message is a sentence for designers."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One language: its own name; how the phone line hears and speaks it (``es-US`` and a voice of the vendor's; without ``line``
    phone line does not speak it, without ``voice`` in the account's own); what a whole message asks for it with; ``strange``:
    intents whose sentences do not tell it."""

    code: str
    name: str
    line: str = ""
    voice: str = ""
    asked: frozenset[str] = frozenset()
    strange: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Languages:
    """All of them by their two letters; the first is taken until somebody says another."""

    spoken: Mapping[str, Spoken] = field(default_factory=lambda: {BASE: Spoken(BASE, "English")})

    @classmethod
    def from_domain(cls, folder: Path) -> Languages:
        """Read the files; without one only English is spoken. Raises LanguagesError."""
        try:
            given = domain_files.settings(folder, FILE, "languages")
            found = {code: _read(code, how or {}) for code, how in given.items()}
        except DomainFileError as error:
            raise LanguagesError(str(error)) from error
        if found and BASE not in found:
            raise LanguagesError(f"{FILE}: {BASE} is missing among languages: the files themselves are written in it.")
        return cls(found) if found else cls()

    @property
    def others(self) -> tuple[str, ...]:
        """Those that are not the files' own."""
        return tuple(code for code in self.spoken if code != BASE)

    @property
    def by_phone(self) -> tuple[Spoken, ...]:
        """Those beside the files' own that the phone line hears and speaks: a ``line`` is declared for them."""
        return tuple(self.spoken[code] for code in self.others if self.spoken[code].line)

    def known(self, code: str, *, by_phone: bool = False) -> str:
        """The language to speak with somebody whose language that was: itself, or English when it is not spoken any more
        (``by_phone``: on the phone)."""
        spoken = [one.code for one in self.by_phone] if by_phone else self.spoken
        return code if code in spoken else BASE

    def asked_for(self, text: str) -> str | None:
        """The language that a whole message asks for ("in English please"); None for any other message, and where there is no
        choice."""
        if not self.others:
            return None
        said = " ".join(words(text))
        return next((one.code for one in self.spoken.values() if said in one.asked), None)


def words(text: str) -> list[str]:
    """In small letters without accents: ``Español, ¡por favor!`` is ``espanol por favor``."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W\d_]+", "".join(mark for mark in folded if not unicodedata.combining(mark) and mark not in "'\u2019"))


def _read(code: Any, how: Any) -> Spoken:
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise LanguagesError(f"{FILE}: {code!r} is no language: two small letters are expected, such as es.")
    if not isinstance(how, Mapping) or how.keys() - {"name", "line", "voice", "asked", "except"}:
        raise LanguagesError(f"{FILE}: {code}: name, line, voice, asked and except are what can be said of a language.")
    asked = frozenset(" ".join(words(str(one))) for one in how.get("asked") or ())
    name, line, voice = (str(how.get(key) or "") for key in ("name", "line", "voice"))
    return Spoken(code, name or code, line, voice, asked, frozenset(map(str, how.get("except") or ())))
