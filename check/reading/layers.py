"""The general files use nothing of a business's: they are what is left when it is replaced (docs/designing.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain_files import GENERAL
from check.findings import Finding
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

KINDS = {"intent": ("intents",), "action": ("actions", "responses", "forms"), "active_loop": ("forms",)}


def general(assistant: Assistant) -> Iterator[Finding]:
    """Rules and options in general files which lead to what only a business has."""
    theirs = {what: _of_the_business(assistant, kinds) for what, kinds in KINDS.items()}
    for document in filter(_is_general, assistant.data):
        for kind in ("rules", "stories"):
            for rule, _ in document.entries(kind):
                for part in ("condition", "steps"):
                    yield from (one for key, step in document.entries(*rule, part) for one in _step(document, key, step, theirs))
    for document in filter(_is_general, assistant.domain):
        for response, _ in document.entries("responses"):
            for variation, _ in document.entries(*response):
                for key, button in document.entries(*variation, "buttons"):
                    payload = str(button.get("payload")) if isinstance(button, Mapping) else ""
                    yield from _leads(document, key, payload.removeprefix("/").partition("{")[0], theirs["intent"])


def _is_general(document: Document) -> bool:
    return GENERAL in document.name.split("/")


def _of_the_business(assistant: Assistant, kinds: tuple[str, ...]) -> Mapping[str, str]:
    """The names that only the business has, with the file of each."""
    theirs: dict[str, str] = {}
    ours: set[str] = set()
    for kind in kinds:
        for document in assistant.domain:
            for key, value in document.entries(kind):
                names = [key[-1]] if isinstance(key[-1], str) else list(value) if isinstance(value, Mapping) else [str(value)]
                ours.update(names if _is_general(document) else ())
                theirs.update(dict.fromkeys(names, document.name) if not _is_general(document) else {})
    return {name: file for name, file in theirs.items() if name not in ours}


def _step(document: Document, key: Key, step: Any, theirs: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    for what in KINDS if isinstance(step, Mapping) else ():
        yield from _leads(document, (*key, what), str(step.get(what)), theirs[what])


def _leads(document: Document, key: Key, name: str, theirs: Mapping[str, str]) -> Iterator[Finding]:
    if name in theirs:
        yield document.finding(key, f"{name} is the business's ({theirs[name]}): a general file cannot use it.")
