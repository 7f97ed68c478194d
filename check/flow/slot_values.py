"""Values where slots are named: what a slot can hold, and what a rule can see of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.rasa_side.any_form import ANY_DEED, ANY_FORM
from check.findings import Finding, near
from check.flow.dialogue import all_steps, values_of
from check.reading.assistant import BUILT_IN_SLOTS, TEST_STORIES, Assistant
from check.reading.documents import Document, Key

PARTS = ("type", "name", "value")
WANTED = "requested_slot"
WORDS = ("true", "false", ANY_FORM, ANY_DEED)
"""Which Rasa, or we, read as more than words in a rule."""


def unfit(assistant: Assistant, name: str, value: Any) -> str:
    """Why the slot cannot hold this, as a sentence; empty where it can, or nothing is known of the slot."""
    entry = assistant.slots.get(name)
    slot = entry.value if entry is not None and isinstance(entry.value, Mapping) else {}
    kind = slot.get("type")
    if value is None:
        return ""
    if kind == "bool" and not isinstance(value, bool):
        return f"The slot {name} is true or false, without quotes, not {value}."
    if kind == "float" and (isinstance(value, bool) or not isinstance(value, int | float)):
        return f"The slot {name} is a number, without quotes, not {value}."
    if kind == "list" and not isinstance(value, list):
        return f"The slot {name} is a list: [{value}]"
    if kind == "text" and not isinstance(value, str):
        return f'The slot {name} is text: write "{value}" in quotes.'
    values = values_of(assistant, name)
    if kind == "categorical" and values and str(value) not in values:
        return f"The slot {name} has no value {value}.{near(value, values)}"
    return ""


def initial(assistant: Assistant) -> Iterator[Finding]:
    """Values with which slots begin."""
    for document in assistant.domain:
        for key, slot in document.entries("slots"):
            value = slot.get("initial_value") if isinstance(slot, Mapping) else None
            if why := unfit(assistant, str(key[-1]), value):
                yield document.finding((*key, "initial_value"), why)


def in_rules(assistant: Assistant) -> Iterator[Finding]:
    """Slots that a rule or story looks at and cannot see: the rule would hold whatever is in them."""
    asked = {slot for _, slot in assistant.asked()}
    for document, key, step in all_steps(assistant):
        if "slot_was_set" not in step or document.name == TEST_STORIES:
            continue
        for place, given in document.entries(*key, "slot_was_set"):
            for name, value in given.items() if isinstance(given, Mapping) else [(given, None)]:
                yield from _seen(assistant, document, place, str(name), value)
                if name == WANTED and value is not None and value not in asked:
                    yield document.finding(place, f"No form asks for the slot {value}.{near(value, asked)}")


def _seen(assistant: Assistant, document: Document, key: Key, name: str, value: Any) -> Iterator[Finding]:
    entry = assistant.slots.get(name)
    slot = entry.value if entry is not None and isinstance(entry.value, Mapping) else None
    if slot is None or name in BUILT_IN_SLOTS:
        return
    kind = slot.get("type")
    if slot.get("influence_conversation") is False or kind == "any":
        why = "is of type any" if kind == "any" else "has influence_conversation: false"
        yield document.finding(key, f"Rules cannot see the slot {name}, which {why}: this would hold whatever is in it.")
    elif kind in ("text", "list") and value is not None:
        text = f"Of the slot {name} ({kind}) rules see whether it is filled, not with what: make it categorical to tell {value}."
        yield document.finding(key, text)
    elif kind in ("bool", "float") and value not in WORDS and (why := unfit(assistant, name, value)):
        yield document.finding(key, why)


def conditions(assistant: Assistant) -> Iterator[Finding]:
    """Texts that are said under a condition: on slots that there are, with a text for when none is true."""
    for document in assistant.domain:
        for key, given in document.entries("responses"):
            plain = [one for one in given if isinstance(one, Mapping) and "channel" not in one] if isinstance(given, list) else []
            if plain and all(one.get("condition") for one in plain):
                text = f"{key[-1]} has no text without a condition: where none is true, nothing would be said."
                yield document.finding(key, text)
            for place, one in document.entries(*key):
                if isinstance(one, Mapping) and "condition" in one:
                    yield from _condition(assistant, document, (*place, "condition"), str(key[-1]))


def _condition(assistant: Assistant, document: Document, key: Key, response: str) -> Iterator[Finding]:
    if not isinstance(document.value(*key), list):
        yield document.finding(key, f"{response}: condition: needs a list below it: - {{type: slot, name: ..., value: ...}}")
        return
    for place, one in document.entries(*key):
        if not isinstance(one, Mapping) or set(one) != set(PARTS) or one["type"] != "slot":
            yield document.finding(place, f"{response}: a condition is written - {{type: slot, name: ..., value: ...}}")
        elif one["name"] not in assistant.slots.keys() | BUILT_IN_SLOTS:
            yield document.finding(place, f"The domain has no slot {one['name']}.{near(one['name'], assistant.slots)}")
        elif why := unfit(assistant, str(one["name"]), one["value"]):
            yield document.finding(place, why)
