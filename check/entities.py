"""Entities, synonyms, lists of words and patterns: somebody finds them, sends them, and no word means two things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from check.config import COMPONENTS, SETTINGS
from check.findings import ERROR, WARNING, Finding, Severity, near
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key
from check.understanding import Example, examples, lines, marks

FINDS = re.compile(r"EntityExtractor$|^DIETClassifier$")
BY_PATTERN = "RegexEntityExtractor"
VALUES = re.compile(r"\{.*\}", re.DOTALL)


def found(assistant: Assistant) -> Iterator[Finding]:
    """Marks and slots for entities, where nothing in ``config.yml`` finds any in what customers write."""
    names = _components(assistant)
    if not names or any(FINDS.search(name) or (name not in COMPONENTS and name not in SETTINGS) for name in names):
        return
    told: set[str] = set()
    for one in examples(assistant):
        for name in marks(one.text) if "[" in one.text else ():
            if name not in told and name in assistant.entities:
                told.add(name)
                text = (
                    f"Nothing in config.yml learns to find {name} from marks: an extractor such as CRFEntityExtractor is missing."
                )
                yield one.finding(text, WARNING)
    yield from _unfilled(assistant)


def _unfilled(assistant: Assistant) -> Iterator[Finding]:
    """Slots for entities that no option sends and no code knows."""
    known = assistant.code.words | {name for document, key in _options(assistant) for name in _values(document.value(*key))}
    for document in assistant.domain if assistant.code.sources else ():
        for slot, _ in document.entries("slots"):
            for key, one in document.entries(*slot, "mappings"):
                name = one.get("entity") if isinstance(one, Mapping) and one.get("type") == "from_entity" else None
                if name in assistant.entities and name not in known:
                    text = f"Nothing fills {slot[-1]}: nothing in config.yml finds {name}, and no option sends it."
                    yield document.finding(key, text)


def _components(assistant: Assistant) -> list[str]:
    config = assistant.settings.get("config.yml")
    parts = config.entries("pipeline") if config else ()
    return [str(part.get("name")) for _, part in parts if isinstance(part, Mapping)]


def lists(assistant: Assistant) -> Iterator[Finding]:
    """Words that mean two things; lists whose name is a slip of an entity's; patterns that fit everything."""
    meant: dict[str, tuple[str, Example]] = {}
    by_pattern = BY_PATTERN in _components(assistant)
    for document, key, item in assistant.sections("nlu"):
        if not isinstance(item, Mapping):
            continue
        given = item.get("examples")
        for one in lines(document, key, "", given) if "synonym" in item else ():
            value, before = meant.setdefault(one.text.casefold(), (str(item["synonym"]), one))
            if value != str(item["synonym"]):
                yield one.finding(
                    f'"{one.text}" means {item["synonym"]} here and {value} in {before.place}: only one would count.'
                )
        for kind in ("lookup", "regex") if by_pattern or "lookup" in item else ():
            if kind in item and item[kind] not in assistant.entities:
                guess = near(item[kind], assistant.entities)
                text = f"There is no entity {item[kind]}, so that this {kind} finds nothing.{guess}"
                severity: Severity = ERROR if guess else WARNING  # without an extractor it may still be a feature
                yield from [document.finding((*key, kind), text, severity)] if guess or kind == "lookup" else []
        for one in lines(document, key, "", given) if "regex" in item else ():
            if _fits_nothing(one.text):
                yield one.finding(f"{one.text} fits every message, as it fits nothing, too.")


def _fits_nothing(pattern: str) -> bool:
    try:
        return re.match(pattern, "") is not None and bool(pattern)
    except re.error:
        return False  # told by its form


def sent(assistant: Assistant) -> Iterator[Finding]:
    """What options send along with an intent is an entity of the domain, or nobody would take it."""
    for document, key in _options(assistant):
        for name in _values(document.value(*key)):
            if name not in assistant.entities:
                text = f"{key[1]}: the option sends {name}, and the domain has no entity {name}."
                yield document.finding(key[:-1], text + near(name, assistant.entities))


def _options(assistant: Assistant) -> Iterator[tuple[Document, Key]]:
    """The payloads with values, each with its place."""
    for document in assistant.domain:
        for response, _ in document.entries("responses"):
            for variation, _ in document.entries(*response):
                for key, button in document.entries(*variation, "buttons"):
                    payload = button.get("payload") if isinstance(button, Mapping) else None
                    if isinstance(payload, str) and "{" in payload:
                        yield document, (*key, "payload")


def _values(payload: str) -> list[str]:
    braces = VALUES.search(payload)
    try:
        given: Any = json.loads(braces[0]) if braces else {}
    except ValueError:
        return []  # told with the options
    return list(given) if isinstance(given, dict) else []
