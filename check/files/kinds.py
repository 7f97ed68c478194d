"""Values of the wrong kind: a word where a list is read, a list where a name is. Some stop Rasa, others are passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from check.findings import Finding
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

NAME, LIST, TRUTH, NUMBER, NAMES = "one name", "a list: [...]", "true or false, without quotes", "a number", "names with values"
KINDS: Mapping[str, tuple[type, ...]] = {NAME: (str,), LIST: (list,), TRUTH: (bool,), NUMBER: (int, float), NAMES: (dict,)}
STEP = {"intent": NAME, "action": NAME, "active_loop": NAME, "checkpoint": NAME, "user": NAME, "or": LIST, "entities": LIST}
RULE = {"wait_for_user_input": TRUTH, "conversation_start": TRUTH, "condition": LIST}
SLOT = {"type": NAME, "values": LIST, "mappings": LIST, "min_value": NUMBER, "max_value": NUMBER, "value_reset_delay": NUMBER}
FORM = {"required_slots": LIST, "ignored_intents": LIST}
WISHES = {"begins": NAMES, "together": LIST, "asks_first": LIST, "refusals": NAMES}
CARRY_OVER = {"slots": NAMES, "forms": NAMES, "of_a_number": LIST}
NEEDS = {"from_entity": "entity", "from_intent": "value", "from_trigger_intent": "value"}
"""What a mapping cannot do without."""


def kinds(assistant: Assistant) -> Iterator[Finding]:
    """Of everything that has a kind of its own."""
    for document in assistant.domain:
        for slot, _ in document.entries("slots"):
            yield from _each(document, slot, SLOT)
            yield from (one for key, mapping in document.entries(*slot, "mappings") for one in _mapping(document, key, mapping))
        for form, value in document.entries("forms"):
            yield from _form(document, form, value)
        yield from _each(document, ("wishes",), WISHES)
        yield from _each(document, ("carry_over",), CARRY_OVER)
    for document, key, _ in assistant.sections("rules", "stories"):
        yield from _each(document, key, RULE)
        for part in ("condition", "steps"):
            yield from _steps(document, (*key, part))


def _steps(document: Document, key: Key) -> Iterator[Finding]:
    for step, _ in document.entries(*key):
        yield from _each(document, step, STEP)
        yield from _steps(document, (*step, "or"))


def _each(document: Document, key: Key, wanted: Mapping[str, str]) -> Iterator[Finding]:
    """The values at ``key`` that are of another kind than ``wanted``; nothing is no kind."""
    given = document.value(*key)
    for name, value in given.items() if isinstance(given, Mapping) else ():
        kind = wanted.get(name)
        if kind and value is not None and (not isinstance(value, KINDS[kind]) or (kind == NUMBER and isinstance(value, bool))):
            yield document.finding((*key, name), f"{name}: needs {kind}.")


def _mapping(document: Document, key: Key, mapping: Any) -> Iterator[Finding]:
    needed = NEEDS.get(str(mapping.get("type"))) if isinstance(mapping, Mapping) else None
    if needed and mapping.get(needed) is None:
        yield document.finding(key, f"A mapping {mapping['type']} needs {needed}:")


def _form(document: Document, key: Key, form: Any) -> Iterator[Finding]:
    if form is not None and not isinstance(form, Mapping):
        yield document.finding(key, f"{key[-1]}: needs required_slots: and a list below it.")
    yield from _each(document, key, FORM)
    for place, slot in document.entries(*key, "required_slots"):
        if not isinstance(slot, str) and isinstance(place[-1], int):
            yield document.finding(place, f"{key[-1]}: each of required_slots is one name.")
