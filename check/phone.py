"""``_voice.yml`` and ``metadata: {voice: ...}``: what the phone line's own reader says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from check.files.shape import unknown
from check.findings import Finding, near
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key
from voice.speech.commands import plain
from voice.speech.prompts import PromptError, Prompts, checked

PARTS = frozenset({"line", "defaults", "digits", "slots", "hints", "commands"})
OPTIONS = frozenset({"key", "say", "intent"})
ANYWHERE = frozenset({"person", "repeat", "menu", "slower", "back", "goodbye"})
"""Commands that are understood at every question; yes and no, and languages, are only where they are asked for."""

LISTS = re.compile(r"\$(\w+)")


def voice(assistant: Assistant) -> Iterator[Finding]:
    """Every question's settings, each by itself, in every language."""
    everywhere = [document for documents in _in_each_language(assistant) for document in documents]
    lists = {str(key[-1]) for document in everywhere for key, _ in document.entries("voice", "hints")}
    asked = {slot for _, slot in assistant.asked()}
    for document in everywhere:
        yield from unknown(document, ("voice",), PARTS, "voice")
        yield from _part(document, ("voice", "defaults"), lists)
        yield from _part(document, ("voice", "digits"), lists)
        for key, _ in document.entries("voice", "slots"):
            if key[-1] not in asked:
                yield document.finding(key, f"No form asks for the slot {key[-1]}.{near(key[-1], asked)}")
            yield from _part(document, key, lists)
        yield from _file(document)
        yield from _commands(assistant, document)
        for key, _ in document.entries("responses"):
            for place, _ in document.entries(*key):
                yield from _part(document, (*place, "metadata", "voice"), lists)


def _in_each_language(assistant: Assistant) -> Iterator[Sequence[Document]]:
    yield from (assistant.domain, *assistant.translations.values())


def _part(document: Document, key: Key, lists: set[str]) -> Iterator[Finding]:
    """One question's settings: each by itself, so that all mistakes are told, then together."""
    given = document.value(*key)
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield document.finding(key, "The phone's settings are written {timeout: 8}.")
        return
    found = [one for name, value in given.items() for one in _setting(document, (*key, name), {name: value}, lists)]
    yield from found or _setting(document, key, dict(given), lists)


def _setting(document: Document, key: Key, given: Mapping[str, Any], lists: set[str]) -> Iterator[Finding]:
    named = [hint for hint in given.get("hints") or () if isinstance(hint, str)] if isinstance(given.get("hints"), list) else []
    for hint in named:
        if hint.startswith("$") and hint[1:] not in lists:
            yield document.finding((*key,), f"There is no list of hints {hint[1:]}.{near(hint[1:], lists)}")
    plain = {**given, "hints": tuple(one for one in given["hints"] if not str(one).startswith("$"))} if named else given
    if not set(plain) - {"hints"} and named and not plain["hints"]:
        return
    try:
        checked(
            {name: tuple(value) if name == "hints" and isinstance(value, list) else value for name, value in plain.items()}, ""
        )
    except PromptError as error:
        yield document.finding(key, _sentence(str(error)))


def _sentence(text: str) -> str:
    """Without where it is, and with the guess as a question of its own."""
    bare = text.removeprefix(":").strip().replace("`", "")
    bare = re.sub(r" \(did you mean ([^?]+)\?\)\.?", r". Did you mean \1?", bare)
    return bare[0].upper() + bare[1:]


def _file(document: Document) -> Iterator[Finding]:
    """The line, lists of hints and commands, by the reader of the whole file."""
    for part in ("line", "hints", "commands"):
        for key, value in document.entries("voice", part):
            try:
                Prompts._of_file({part: {key[-1]: value}}, {})  # the one reader of that form
            except PromptError as error:
                yield document.finding(key, _sentence(str(error).split(": ", 1)[-1]))


def _commands(assistant: Assistant, document: Document) -> Iterator[Finding]:
    for key, wish in document.entries("voice", "commands"):
        intent = wish.get("intent") if isinstance(wish, Mapping) else None
        if intent is not None and intent not in assistant.intents:
            yield document.finding((*key, "intent"), f"The domain has no intent {intent}.{near(intent, assistant.intents)}")


def commands(assistant: Assistant) -> Iterator[Finding]:
    """A key, or words, of two commands: only the first of them would ever be done."""
    for documents in _in_each_language(assistant):
        yield from _said_twice(documents)
    yield from _pressed_twice(assistant.domain)


def _everywhere(documents: Sequence[Document]) -> Iterator[tuple[Document, Key, Mapping[str, Any]]]:
    for document in documents:
        for key, wish in document.entries("voice", "commands"):
            if key[-1] in ANYWHERE and isinstance(wish, Mapping):
                yield document, key, wish


def _said_twice(documents: Sequence[Document]) -> Iterator[Finding]:
    said: dict[str, str] = {}
    for document, key, _ in _everywhere(documents):
        for place, words in document.entries(*key, "say"):
            other = said.setdefault(plain(str(words)), str(key[-1]))
            if other != key[-1]:
                yield document.finding(place, f'"{words}" is said for {other} already: {key[-1]} would never be done.')


def _pressed_twice(documents: Sequence[Document]) -> Iterator[Finding]:
    keys = {
        str(key[-1]): (wish["key"], document, (*key, "key")) for document, key, wish in _everywhere(documents) if "key" in wish
    }
    pressed: dict[Any, str] = {}
    for name, (pressing, document, key) in keys.items():
        if (other := pressed.setdefault(pressing, name)) != name:
            yield document.finding(key, f"The key {pressing} is that of {other} already.")
