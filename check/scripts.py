"""What a journey or a call says and expects: values that somebody fills, options that there are, and no contradiction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from check.findings import Finding, near
from check.reading.assistant import CALLS, JOURNEYS, Assistant
from check.reading.documents import Document, Key

FILLED = frozenset({"number", "name", "card", "code", "link"})
"""By ``journeys/words.py``."""

VALUE = re.compile(r"\{([a-z]\w*)\}", re.I)
EACH = re.compile(r"<(\w+)>")
ALIKE = 0.85
"""How much a title that is tapped is like another's that it is a slip of it: others may come from the records."""


def words(assistant: Assistant) -> Iterator[Finding]:
    """Of each step of each script."""
    titles = frozenset(_titles(assistant))
    for document in assistant.tests:
        if document.name.startswith((f"{JOURNEYS}/", f"{CALLS}/")):
            for key, body in document.entries():
                each = body.get("each") if isinstance(body, Mapping) else None
                names = frozenset(map(str, each)) if isinstance(each, Mapping) else frozenset()
                for place, step in document.entries(*key, "steps"):
                    yield from _step(document, place, step, names, titles)


def _step(document: Document, key: Key, step: Any, each: frozenset[str], titles: frozenset[str]) -> Iterator[Finding]:
    if isinstance(step, Mapping):
        for place, text in ((key, " ".join(map(str, step))), *_texts(document, key)):
            yield from _filled(document, place, text, each)
        yield from _tapped(document, key, step, titles)
        yield from _both(document, key, step)


def _filled(document: Document, key: Key, text: str, each: frozenset[str]) -> Iterator[Finding]:
    for name in EACH.findall(text) if each else ():
        if name not in each:
            yield document.finding(key, f"each: has no {name}, so <{name}> would be said as it stands.{near(name, each)}")
    for name in VALUE.findall(text):
        if name not in FILLED:
            guess = near(name, FILLED) or f" Known are {', '.join(f'{{{one}}}' for one in sorted(FILLED))}."
            yield document.finding(key, f"Nobody fills {{{name}}} in a script.{guess}")


def _tapped(document: Document, key: Key, step: Mapping[Any, Any], titles: frozenset[str]) -> Iterator[Finding]:
    for name, title in step.items():
        tapped = str(name).endswith(" taps") and isinstance(title, str) and title not in titles
        if tapped and (guess := near(title, titles, ALIKE)):
            yield document.finding((*key, name), f"No option is called {title}.{guess}")


def _both(document: Document, key: Key, step: Mapping[Any, Any]) -> Iterator[Finding]:
    never, expected = (one if isinstance(one, list) else [one] for one in (step.get("never"), step.get("expect")))
    for words_ in never:
        if words_ is not None and words_ in expected:
            yield document.finding((*key, "never"), f"{words_} is expected here, too: it can be only one.")


def _texts(document: Document, key: Key) -> Iterator[tuple[Key, str]]:
    for place, value in document.entries(*key):
        if isinstance(value, str):
            yield place, value
        else:
            yield from _texts(document, place)


def _titles(assistant: Assistant) -> Iterator[str]:
    """What options are called, of responses and articles."""
    for entry in assistant.responses.values():
        if str(entry.key[-1]).startswith("utter_wish_"):
            yield from (str(one.get("text")) for _, one in entry.document.entries(*entry.key) if isinstance(one, Mapping))
        for place, _ in entry.document.entries(*entry.key):
            for _, button in entry.document.entries(*place, "buttons"):
                yield str(button.get("title")) if isinstance(button, Mapping) else ""
    yield from (str(one.document.value("next", "title")) for one in assistant.articles)
