"""Rules and stories step by step: one thing in each, one message in a rule, checkpoints in pairs, stories as rules have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from check.findings import Finding, near
from check.flow.dialogue import rules
from check.reading.assistant import TEST_STORIES, Assistant
from check.reading.documents import Document, Key

THINGS = ("intent", "user", "action", "active_loop", "slot_was_set", "checkpoint", "or", "bot")
TOGETHER = ({"intent", "user"}, {"checkpoint", "slot_was_set"})
"""What Rasa reads as one thing; of any other two it reads the first and leaves out the second."""

LEARNS_WORDS = "TEDPolicy"
Steps = list[tuple[Key, Mapping[str, Any]]]


def steps(assistant: Assistant) -> Iterator[Finding]:
    """Of each rule and story by itself."""
    words = LEARNS_WORDS in _policies(assistant)
    for document, key, told in assistant.sections("rules", "stories"):
        for part in ("condition", "steps"):
            for place, step in _of(document, (*key, part)):
                yield from _one_thing(document, place, step)
        found = _of(document, (*key, "steps"))
        if isinstance(told, Mapping) and "rule" in told:
            yield from _rule(document, told, found)
        if document.name != TEST_STORIES and not words:
            yield from (_in_words(document, place) for place, step in found if "user" in step and "intent" not in step)


def _of(document: Document, key: Key) -> Steps:
    return [(place, step) for place, step in document.entries(*key) if isinstance(step, Mapping)]


def _policies(assistant: Assistant) -> set[Any]:
    config = assistant.settings.get("config.yml")
    return {part.get("name") for _, part in config.entries("policies") if isinstance(part, Mapping)} if config else set()


def _one_thing(document: Document, key: Key, step: Mapping[str, Any]) -> Iterator[Finding]:
    found = [name for name in step if name in THINGS]
    if len(found) > 1 and set(found) not in TOGETHER:
        text = f"A step is one thing, and this has {' and '.join(found)}: write a dash before {found[1]}:"
        yield document.finding((*key, found[1]), text)


def _rule(document: Document, told: Mapping[str, Any], found: Steps) -> Iterator[Finding]:
    said = [place for place, step in found if "intent" in step or "user" in step or "or" in step]
    for place in said[1:2]:
        text = f"The rule {told['rule']} has a second message of the customer: a rule has one. Write a story, or two rules."
        yield document.finding(place, text)
    for place, step in found:
        if "checkpoint" in step:
            yield document.finding(place, "Rules know no checkpoints: stories do.")


def _in_words(document: Document, key: Key) -> Finding:
    text = f"A customer's words teach nothing here without {LEARNS_WORDS} in config.yml: write - intent: name."
    return document.finding((*key, "user"), text)


def checkpoints(assistant: Assistant) -> Iterator[Finding]:
    """A checkpoint that only ends stories, or only begins them: Rasa leaves these stories out, or cuts them off."""
    begins: dict[str, tuple[Document, Key]] = {}
    ends: dict[str, tuple[Document, Key]] = {}
    for document, key, _ in assistant.sections("stories"):
        found = _of(document, (*key, "steps"))
        for number, (place, step) in enumerate(found):
            name = str(step.get("checkpoint"))
            if "checkpoint" in step:
                if number < len(found) - 1:
                    begins.setdefault(name, (document, place))
                if number > 0:
                    ends.setdefault(name, (document, place))
    for here, there, what in ((begins, ends, "ends with"), (ends, begins, "begins with")):
        for name in here.keys() - there.keys():
            document, place = here[name]
            guess = near(name, there.keys() - here.keys())
            yield document.finding(place, f"No story {what} the checkpoint {name}.{guess}")


def against_rules(assistant: Assistant) -> Iterator[Finding]:
    """A story in which an intent is followed by another action than the rule for it has, at any moment."""
    always = _always(assistant)
    for document, key, _ in assistant.sections("stories"):
        for (_, step), (at, following) in pairwise(_of(document, (*key, "steps"))):
            action, by = always.get(str(step.get("intent")), ("", ""))
            done = following.get("action")
            if set(step) == {"intent"} and {action, done} <= assistant.actions and done != action:
                yield document.finding(at, f"{done} follows {step['intent']} here, and {action} by the rule {by}.")


def _always(assistant: Assistant) -> dict[str, tuple[str, str]]:
    """What follows an intent at any moment, and the rule that says so."""
    found: dict[str, tuple[str, str]] = {}
    for rule in rules(assistant):
        first = rule.document.value(*rule.key, "steps", 0)
        plain = isinstance(first, Mapping) and set(first) == {"intent"}
        if plain and not rule.condition and len(rule.parts) > 1 and rule.parts[1][0]:
            place = f"{rule.name} ({rule.document.name}:{rule.document.line(*rule.key)})"
            found.setdefault(str(first["intent"]), (rule.parts[1][1], place))
    return found
