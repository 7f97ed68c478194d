"""The examples of ``data/``: enough of them, each in one intent only, with entities that there are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from check.findings import ERROR, WARNING, Finding, Severity, near
from check.reading.assistant import BUILT_IN_INTENTS, Assistant
from check.reading.documents import Document, Key

FEW = 8
"""Examples of an intent; with fewer it is hardly told from others."""

ENTITY = re.compile(r"\[([^\]]*)\](?:\((?P<short>[^)]*)\)|(?P<long>\{[^}]*\}))")
NAMED = re.compile(r'"entity"\s*:\s*"([^"]*)"')
FOLDED = re.compile(r"- [^\n]*\w[?.!]? - [^\n]*\n?\Z")
"""What is left of several lines below ``examples: >``."""

ODD = re.compile(r"^\s*- +-+ |\s{2,}# .*$")
"""A second dash, and what is meant for a comment: in a text of several lines there is none."""

SMALL = frozenset("a an the my please pls hi hello hey um uh er ok okay so well now just thanks".split())


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence of an intent, and its place."""

    intent: str
    text: str
    document: Document
    key: Key
    below: int = 0

    def finding(self, text: str, severity: Severity = ERROR) -> Finding:
        """A finding at this sentence."""
        return self.document.finding(self.key, text, severity, below=self.below)

    @property
    def place(self) -> str:
        """``path:line``."""
        return f"{self.document.name}:{self.document.line(*self.key) + self.below}"


def examples(assistant: Assistant) -> Iterator[Example]:
    """All of them, of all intents, in order."""
    for document, key, item in assistant.sections("nlu"):
        if isinstance(item, Mapping) and "intent" in item:
            yield from (one for one in lines(document, key, str(item["intent"]), item.get("examples")) if one.text)


def lines(document: Document, key: Key, name: str, given: Any) -> Iterator[Example]:
    """The entries of ``examples: |``, or of a list."""
    place = (*key, "examples")
    if isinstance(given, str):
        for number, line in enumerate(given.split("\n"), 1):
            if line.strip():
                yield Example(name, line.strip().removeprefix("-").strip(), document, place, number)
    for at, one in document.entries(*place) if isinstance(given, list) else ():
        yield Example(name, str(one.get("text", "") if isinstance(one, Mapping) else one).strip(), document, at)


def intents(assistant: Assistant) -> Iterator[Finding]:
    """Intents that the domain does not know, and those with too few examples."""
    count: dict[str, int] = defaultdict(int)
    for one in examples(assistant):
        count[one.intent] += 1
    for document, key, item in assistant.sections("nlu"):
        name = item.get("intent") if isinstance(item, Mapping) else None
        if name is not None and not {str(name), str(name).split("/")[0]} & assistant.intents.keys():
            yield document.finding((*key, "intent"), f"The domain has no intent {name}.{near(name, assistant.intents)}")
    yield from _used(assistant)
    unheard = assistant.code.payloads | BUILT_IN_INTENTS
    for name, entry in assistant.intents.items():
        if count[name] == 0 and name not in unheard:
            slip = near(name, count.keys() - assistant.intents.keys())
            if not slip:
                yield entry.document.finding(entry.key, f"The intent {name} has no examples in data/: nobody can say it.")
        elif 0 < count[name] < FEW:
            text = f"The intent {name} has only {_many(count[name])}; it takes {FEW} or more to be told from others."
            yield entry.document.finding(entry.key, text, WARNING)


def _used(assistant: Assistant) -> Iterator[Finding]:
    """Entities that an intent says it uses, or leaves out."""
    for name, entry in assistant.intents.items():
        for kind in ("use_entities", "ignore_entities"):
            given = entry.value.get(kind) if isinstance(entry.value, Mapping) else None
            for entity in given if isinstance(given, list) else ():
                if entity not in assistant.entities:
                    place = (*entry.key, name, kind)
                    yield entry.document.finding(place, f"The domain has no entity {entity}.{near(entity, assistant.entities)}")


def _many(count: int) -> str:
    return "1 example" if count == 1 else f"{count} examples"


def form(assistant: Assistant) -> Iterator[Finding]:
    """Lines without their dash, broken marks of entities, entities that the domain does not know, bad regular expressions."""
    for document, key, item in assistant.sections("nlu"):
        given = item.get("examples") if isinstance(item, Mapping) else None
        if isinstance(given, str) and FOLDED.match(given):
            yield document.finding((*key, "examples"), "All examples are read as one line: write examples: | with a stroke.")
        for number, line in enumerate(given.split("\n"), 1) if isinstance(given, str) else ():
            if line.strip() and not line.strip().startswith("-"):
                yield document.finding((*key, "examples"), f"An example begins with a dash: - {line.strip()}", below=number)
            elif odd := ODD.search(line):
                text = f'"{odd[0].strip()}" would be learned as a part of this example.'
                yield document.finding((*key, "examples"), text, WARNING, below=number)
        if isinstance(item, Mapping) and "regex" in item:
            yield from (found for one in lines(document, key, "", given) for found in _regex(one))
    for one in examples(assistant):
        yield from _entities(one, assistant)


def _regex(one: Example) -> Iterator[Finding]:
    try:
        re.compile(one.text)
    except re.error as error:
        yield one.finding(f"This is no regular expression: {error}.")


def _entities(one: Example, assistant: Assistant) -> Iterator[Finding]:
    for name in marks(one.text):
        if name not in assistant.entities:
            yield one.finding(f"The domain has no entity {name}.{near(name, assistant.entities)}")
    left = ENTITY.sub("", one.text)
    if "[" in left or "]" in left:
        yield one.finding(f'An entity is written [words](name) or [words]{{"entity": "name"}}: {one.text}')


def marks(text: str) -> Iterator[str]:
    """The entities that are marked in a sentence."""
    for mark in ENTITY.finditer(text):
        named = NAMED.search(mark["long"] or "")
        yield named[1] if named else (mark["short"] or "").split(":")[0]


def twice(assistant: Assistant) -> Iterator[Finding]:
    """The same example in two intents, or nearly the same; and twice in one."""
    first: dict[str, Example] = {}
    own: dict[tuple[str, str], Example] = {}
    for one in examples(assistant):
        before, same = first.setdefault(_letters(one.text), one), own.setdefault((one.intent, one.text.casefold()), one)
        if same is not one:
            yield one.finding(f'"{one.text}" stands in {one.intent} twice: {same.place} has it too.', WARNING)
        elif before.intent != one.intent:
            both = f"{one.intent} and of {before.intent} ({before.place})"
            yield one.finding(f'"{one.text}" is an example of {both}: it can be only one.')
    yield from _nearly(list(first.values()))


def _nearly(every: list[Example]) -> Iterator[Finding]:
    """Sentences of two intents that differ by small words, their order, or one letter."""
    told: set[frozenset[str]] = set()
    seen: dict[str, Example] = {}
    for one in every:
        for sign in _signs(one.text):
            first = seen.setdefault(sign, one)
            if first.intent == one.intent or not _alike(first.text, one.text):
                continue
            if (pair := frozenset((first.place, one.place))) not in told:
                told.add(pair)
                text = f'"{one.text}" ({one.intent}) is nearly "{first.text}" ({first.intent}, {first.place}).'
                yield one.finding(text, WARNING)


def _alike(first: str, second: str) -> bool:
    """Whether they have the same words but for small ones, or differ by one letter of a long sentence."""
    one, other = _letters(first), _letters(second)
    return _words(first) == _words(second) or abs(len(one) - len(other)) <= 1


@lru_cache(maxsize=16384)
def _letters(text: str) -> str:
    """Small letters without marks of entities, apostrophes and punctuation."""
    bare = re.sub(r"['\u2019]", "", ENTITY.sub(r"\1", text).casefold())
    return " ".join(re.findall(r"\w+", bare))


@lru_cache(maxsize=16384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(word for word in _letters(text).split() if word not in SMALL))


@lru_cache(maxsize=16384)
def _signs(text: str) -> tuple[str, ...]:
    """What two sentences share that are nearly the same: their words, or all letters but one. Some come twice."""
    words, letters = _words(text), _letters(text)
    own = [" ".join(words)] if words else []
    if len(letters) >= 12:
        own += [f"#{letters}", *[f"#{letters[:n]}{letters[n + 1 :]}" for n in range(len(letters))]]
    return tuple(own)
