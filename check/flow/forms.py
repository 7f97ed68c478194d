"""Forms from their beginning to what follows when they are over, and what fills their slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from bot.rasa_side.any_form import ANY_FORM
from check.findings import WARNING, Finding, near
from check.reading.assistant import BUILT_IN_SLOTS, TEST_STORIES, Assistant
from check.reading.documents import Document, Key

CONDITIONS = frozenset({"active_loop", "requested_slot"})


def forms(assistant: Assistant) -> Iterator[Finding]:
    """A slot twice, unknown intents, and forms that nothing begins or nothing follows."""
    begun, over = _run(assistant)
    for name, entry in assistant.forms.items():
        document, key = entry.document, entry.key
        yield from _named(assistant, document, key, name)
        if over and name not in over:
            text = f"Nothing follows when {name} is over: a rule with the condition - active_loop: {name} is missing."
            yield document.finding(key, f"{text} Copy one of another form.")
        if begun and name not in begun:
            yield document.finding(key, f"No rule and no story begins {name}.", WARNING)


def _named(assistant: Assistant, document: Document, key: Key, name: str) -> Iterator[Finding]:
    seen: set[Any] = set()
    for place, slot in document.entries(*key, "required_slots"):
        if isinstance(slot, str) and slot in seen:
            yield document.finding(place, f"The form {name} has {slot} twice.")
        seen.add(slot if isinstance(slot, str) else None)
    for place, intent in document.entries(*key, "ignored_intents"):
        if intent not in assistant.intents:
            yield document.finding(place, f"The domain has no intent {intent}.{near(intent, assistant.intents)}")


def _run(assistant: Assistant) -> tuple[set[str], set[str]]:
    """The forms that rules and stories begin, and those for which they say what follows; one for any form begins none."""
    begun: set[str] = set()
    over: set[str] = set()
    for document, key, _ in assistant.sections("rules", "stories"):
        if document.name == TEST_STORIES:
            continue
        every = [step for part in ("condition", "steps") for _, step in document.entries(*key, part) if isinstance(step, Mapping)]
        named = {str(step[what]) for step in every for what in ("action", "active_loop") if step.get(what)}
        if any("active_loop" in step and step["active_loop"] in (None, "null") for step in every):
            over |= set(assistant.forms) if ANY_FORM in named else named
        for step, following in pairwise(every):
            if step.get("action") and step["action"] == following.get("active_loop"):
                begun.add(str(step["action"]))
    return begun, over


def mappings(assistant: Assistant) -> Iterator[Finding]:
    """What fills a slot: under conditions that can be true, and not by whatever is said."""
    for document in assistant.domain:
        for key, _ in document.entries("slots"):
            for place, one in document.entries(*key, "mappings"):
                if isinstance(one, Mapping):
                    yield from _filled(assistant, document, place, one, str(key[-1]))


def _filled(assistant: Assistant, document: Document, key: Key, one: Mapping[str, Any], slot: str) -> Iterator[Finding]:
    if one.get("type") == "from_text" and not one.get("conditions") and not one.get("intent"):
        text = f"{slot} would be filled with each message, whatever was asked. Write conditions: [{{active_loop: ...}}]"
        yield document.finding(key, text, WARNING)
    for place, condition in document.entries(*key, "conditions"):
        if not isinstance(condition, Mapping) or set(condition) - CONDITIONS:
            yield document.finding(place, "A condition of a mapping is written - active_loop: form, with requested_slot: below.")
            continue
        form, wanted = condition.get("active_loop"), condition.get("requested_slot")
        if form is not None and form not in assistant.forms:
            yield document.finding((*place, "active_loop"), f"The domain has no form {form}.{near(form, assistant.forms)}")
        if wanted is not None and wanted not in assistant.slots.keys() | BUILT_IN_SLOTS:
            at = (*place, "requested_slot")
            yield document.finding(at, f"The domain has no slot {wanted}.{near(wanted, assistant.slots)}")
