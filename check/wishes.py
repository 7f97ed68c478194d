"""Wishes: what they are called, what they begin, and words that can be found in what customers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.rasa_side.meaning.speech import plain
from check.findings import WARNING, Finding
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

FILE = "/_wishes.yml"
MENUS = ("utter_main_menu", "utter_call_greeting")
"""Where wishes have their titles (bot/skills/doubt/guessing.py)."""

TITLE, SURE = "utter_wish_", "utter_sure_"


def words(assistant: Assistant) -> Iterator[Finding]:
    """Words of refusals as they are compared: another spelling would never be found."""
    parts = (("refusals",), ("refusals", "facts"), ("clauses",))
    for document, key, given in (one for part in parts for one in _settings(assistant, *part)):
        for place, phrase in document.entries(*key) if isinstance(given, list) else ():
            if isinstance(phrase, str) and (compared := plain(phrase)) != phrase:
                yield document.finding(place, f'"{phrase}" is never found: it is compared as "{compared}". Write it so.')


def begins(assistant: Assistant) -> Iterator[Finding]:
    """The form of a wish is the one that its rule begins."""
    begun = _begun(assistant)
    for document, key, form in _settings(assistant, "begins"):
        rule = begun.get(str(key[-1]))
        if rule and form != rule and form in (None, *assistant.forms):
            yield document.finding(key, f"The rule for {key[-1]} begins {rule}, not {form or 'nothing'}.")


def _begun(assistant: Assistant) -> dict[str, str]:
    """The form with which a rule for an intent alone goes on, whatever is in the slots."""
    found: dict[str, str] = {}
    for document, key, _ in assistant.sections("rules"):
        steps = [step for _, step in document.entries(*key, "steps") if isinstance(step, Mapping)]
        forms = [step["active_loop"] for step in steps if step.get("active_loop") in assistant.forms]
        plain_ = not document.value(*key, "condition") and not any("slot_was_set" in step for step in steps)
        if steps and plain_ and set(steps[0]) == {"intent"} and forms:
            found[str(steps[0]["intent"])] = str(forms[-1])
    return found


def titles(assistant: Assistant) -> Iterator[Finding]:
    """Two wishes of one title: nobody could choose between them. And a wish that asks first and has no words for it."""
    seen: dict[str, str] = {}
    for name, entry in assistant.responses.items():
        if name.startswith(TITLE):
            for place, one in entry.document.entries(*entry.key):
                text = one.get("text") if isinstance(one, Mapping) and "channel" not in one else None
                if isinstance(text, str) and seen.setdefault(text.casefold(), name) != name:
                    found = f"{name} and {seen[text.casefold()]} have one title: nobody could choose between them."
                    yield entry.document.finding((*place, "text"), found)
    named = assistant.responses.keys()
    offered = _offered(assistant)
    for document, key, _ in _settings(assistant, "asks_first"):
        intent = str(document.value(*key))
        if intent in assistant.intents and not {TITLE + intent, SURE + intent} & named and intent not in offered:
            text = f"{intent} is asked for by its bare name: write the response {SURE}{intent}."
            yield document.finding(key, text, WARNING)


def _offered(assistant: Assistant) -> set[str]:
    """The intents that have a title in a menu."""
    menus = [assistant.responses[name] for name in MENUS if name in assistant.responses]
    return {
        str(button.get("payload")).removeprefix("/")
        for entry in menus
        for place, _ in entry.document.entries(*entry.key)
        for _, button in entry.document.entries(*place, "buttons")
        if isinstance(button, Mapping)
    }


def _settings(assistant: Assistant, *part: str) -> Iterator[tuple[Document, Key, Any]]:
    for document in assistant.domain:
        if document.name.endswith(FILE):
            yield from ((document, key, value) for key, value in document.entries("wishes", *part))
