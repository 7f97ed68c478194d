"""What designers write in ``domain/``: the general files first, then a business's own, which win.

``domain/general/`` is every assistant's; whatever else is below ``domain/`` is the business's. A name that both give is taken
from the business; lists are joined; a response is taken whole. docs/designing.md says it for designers.

A folder in one of these that is called by two letters (``domain/bank/es/``) has texts in that language (docs/languages.md): its
files are read when that language is asked for, and otherwise are not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import parse

GENERAL = "general"
RASAS = ("intents", "entities", "slots", "forms", "actions", "responses", "session_config")
"""What Rasa reads of a domain file."""

LANGUAGE = re.compile(r"[a-z]{2}")
"""The name of a folder with texts in another language (ISO 639-1)."""


class DomainFileError(Exception):
    """A file cannot be used; the message is a sentence for designers that names it."""


def language_of(folder: Path, path: Path) -> str:
    """The two letters of the language that a file below ``folder`` is in; empty for the language of the files themselves."""
    inside = path.relative_to(folder).parts[1:-1]
    return next((name for name in inside if LANGUAGE.fullmatch(name)), "")


def paths(folder: Path, language: str = "") -> list[Path]:
    """Every YAML file below ``folder`` in that language, the general ones first: a later one wins."""
    found = sorted(path for path in folder.rglob("*.y*ml") if path.is_file() and language_of(folder, path) == language)
    return sorted(found, key=lambda path: path.relative_to(folder).parts[0] != GENERAL)


def read(folder: Path, path: Path) -> Mapping[str, Any]:
    """One file below ``folder``; an empty one holds nothing. Raises DomainFileError."""
    name = f"domain/{path.relative_to(folder)}"
    try:
        content = parse(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DomainFileError(f"{name}: cannot be read: {reason}") from error
    if not isinstance(content, Mapping):
        raise DomainFileError(f"{name}: cannot be read: names such as responses: are expected at its top.")
    return content


def settings(folder: Path, file: str, key: str, language: str = "") -> dict[str, Any]:
    """What stands under ``key`` in all files of that name, as one; empty without such a file. Raises DomainFileError."""
    found: dict[str, Any] = {}
    for path in paths(folder, language):
        if path.name == file:
            given = read(folder, path).get(key, {})
            if not isinstance(given, Mapping):
                name = f"domain/{path.relative_to(folder)}"
                raise DomainFileError(f"{name}: cannot be read: names with their settings are expected under {key}.")
            found = joined(found, given)
    return found


def responses(folder: Path, file: str, language: str = "") -> dict[str, Any]:
    """The responses in all files of that name. Raises DomainFileError."""
    found: dict[str, Any] = {}
    for path in paths(folder, language):
        if path.name == file:
            found |= read(folder, path).get("responses") or {}
    return found


def named(contents: Iterable[Mapping[str, Any]], kind: str) -> dict[str, Any]:
    """Everything of one kind (``forms``, ``slots``, ``intents`` ...) in these files, by name."""
    return reduce(joined, (dict(_entries(content.get(kind))) for content in contents), {})


def domain_of(contents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One domain, as Rasa takes it, from the contents of several files in the order of ``paths``."""
    return reduce(_added, contents, {})


def _added(domain: dict[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    ours = {key: content[key] for key in RASAS if content.get(key)}
    replaced = {**(domain.get("responses") or {}), **(ours.pop("responses", {}) or {})}
    return {**joined(domain, ours), **({"responses": replaced} if replaced else {})}


def joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, name by name: of two values the second is taken, two mappings are joined, and of two lists nothing is left out."""
    return {**first, **{name: _both(first.get(name), value) for name, value in second.items()}}


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return joined(first, second)
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *(item for item in second if item not in first)]
    return second


def _entries(given: Any) -> Iterator[tuple[str, Any]]:
    """Names with what is said of them; in a list, ``- name`` and ``- name: {...}``."""
    if isinstance(given, Mapping):
        yield from ((str(name), value) for name, value in given.items())
    for item in given if isinstance(given, list) else ():
        yield from item.items() if isinstance(item, Mapping) else ((str(item), None),)
