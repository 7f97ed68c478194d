"""Rules and stories: what they name is there, no two rules say different things of the same moment, and forms go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.rasa_side.any_form import ANY_DEED, ANY_FORM, Meant
from check.findings import WARNING, Finding, near
from check.reading import articles
from check.reading.assistant import BUILT_IN_INTENTS, BUILT_IN_SLOTS, TEST_STORIES, Assistant
from check.reading.documents import Document, Key

LISTENS = "action_listen"
NO_CONDITION: frozenset[str] = frozenset()


def names(assistant: Assistant) -> Iterator[Finding]:
    """Intents, actions, responses, slots, forms and entities of which the domain knows nothing."""
    known = _Known(assistant)
    for document, key, step in all_steps(assistant):
        yield from known.step(document, key, step)


def all_steps(assistant: Assistant) -> Iterator[tuple[Document, Key, Mapping[str, Any]]]:
    """Each step and condition of all rules and stories, with its place; those below ``or``, too."""
    for document, key, _ in assistant.sections("rules", "stories"):
        for part in ("condition", "steps"):
            yield from _steps(document, (*key, part))


def _steps(document: Document, key: Key) -> Iterator[tuple[Document, Key, Mapping[str, Any]]]:
    for place, step in document.entries(*key):
        if isinstance(step, Mapping):
            yield document, place, step
            yield from _steps(document, (*place, "or"))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the domain has, asked by each step."""

    assistant: Assistant

    def step(self, document: Document, key: Key, step: Mapping[str, Any]) -> Iterator[Finding]:
        domain = self.assistant
        if "intent" in step:
            yield from _missing(document, (*key, "intent"), "intent", step["intent"], domain.intents.keys() | BUILT_IN_INTENTS)
        if "action" in step:
            yield from self._action(document, (*key, "action"), step["action"])
        if step.get("active_loop") not in (None, ANY_FORM):
            yield from _missing(document, (*key, "active_loop"), "form", step["active_loop"], domain.forms)
        if "slot_was_set" in step:
            yield from self._slots(document, (*key, "slot_was_set"))
        for place, entity in document.entries(*key, "entities"):
            for name in entity if isinstance(entity, Mapping) else [entity]:
                if name not in ("role", "group", "value"):
                    yield from _missing(document, place, "entity", name, domain.entities)

    def _action(self, document: Document, key: Key, name: Any) -> Iterator[Finding]:
        what = "response" if str(name).startswith("utter_") else "action"
        if name in self.assistant.notices:
            yield document.finding(key, f"{name} is the gateway's own sentence: a rule cannot say it.")
        yield from _missing(document, key, what, name, self.assistant.actions | {ANY_FORM, ANY_DEED})

    def _slots(self, document: Document, key: Key) -> Iterator[Finding]:
        if not isinstance(document.value(*key), list | Mapping):
            yield document.finding(key, "slot_was_set: needs a list below it: - slot: value")
        for place, given in document.entries(*key):
            pairs = (
                given.items()
                if isinstance(given, Mapping)
                else [(given, None)]
                if isinstance(place[-1], int)
                else [(place[-1], given)]
            )
            for name, value in pairs:
                at = (*place, name) if isinstance(given, Mapping) else place
                yield from _missing(document, at, "slot", name, self.assistant.slots.keys() | BUILT_IN_SLOTS)
                yield from self._value(document, at, str(name), value)

    def _value(self, document: Document, key: Key, name: str, value: Any) -> Iterator[Finding]:
        values = values_of(self.assistant, name)
        if values and value is not None and str(value) not in values | {ANY_FORM, ANY_DEED}:
            yield document.finding(key, f"The slot {name} has no value {value}.{near(value, values)}")


def values_of(assistant: Assistant, slot: str) -> frozenset[str]:
    """What a categorical slot may hold, of all the files that have it; nothing for another slot."""
    found: set[str] = set()
    meant = _meant(assistant)
    for document in assistant.domain:
        given = document.value("slots", slot, "values")
        for value in given if isinstance(given, list) else ():
            found.update(meant.of(value).values() if value in (ANY_FORM, ANY_DEED) else [str(value)])
    return frozenset(found)


def _missing(document: Document, key: Key, what: str, name: Any, known: Collection[str]) -> Iterator[Finding]:
    if what == "form" and name == "null":
        yield document.finding(key, "Write null without quotes: with them it is a name.")
    elif name not in known:
        yield document.finding(key, f"The domain has no {what} {name}.{near(name, known)}")


def _meant(assistant: Assistant) -> Meant:
    deeds = (name for document in assistant.domain for key, lists in document.entries("levels") for name in _actions(lists))
    return Meant(tuple(assistant.forms), tuple(dict.fromkeys(deeds)))


def _actions(lists: Any) -> list[str]:
    given = lists.get("actions") if isinstance(lists, Mapping) else None
    return [str(name) for name in given] if isinstance(given, list) else []


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``parts`` in order, each an action or what is true before it, with its place."""

    name: str
    document: Document
    key: Key
    condition: frozenset[str]
    parts: tuple[tuple[bool, str, Key], ...]
    listens: bool


def rules(assistant: Assistant) -> Iterator[Rule]:
    """Every rule, those for any form or deed as one for each."""
    meant = _meant(assistant)
    for document, key, told in assistant.sections("rules"):
        if not isinstance(told, Mapping) or not isinstance(told.get("steps"), list):
            continue
        for one in meant.rules([{"rule": "", **told}]):
            steps = [step for step in one["steps"] if isinstance(step, Mapping)]
            parts = tuple((("action" in step), _said(step), (*key, "steps", number)) for number, step in enumerate(steps))
            condition = frozenset(_said(step) for step in one.get("condition") or () if isinstance(step, Mapping))
            yield Rule(str(told.get("rule")), document, key, condition, parts, one.get("wait_for_user_input") is not False)


def _said(step: Mapping[str, Any]) -> str:
    """A step in one line."""
    if "action" in step:
        return str(step["action"])
    return repr(sorted((str(name), repr(value)) for name, value in step.items() if name != "user"))


def contradictions(assistant: Assistant) -> Iterator[Finding]:
    """Two rules with the same condition and the same beginning, and then different actions; and the same rule twice."""
    after: dict[tuple[Any, ...], tuple[str, Rule]] = {}
    whole: dict[tuple[Any, ...], Rule] = {}
    for rule in rules(assistant):
        same = whole.setdefault((rule.condition, tuple(part[:2] for part in rule.parts)), rule)
        if same is not rule and _place(same) != _place(rule):
            yield rule.document.finding(rule.key, f"The rule {rule.name} is the same as {same.name} ({_place(same)}).")
        elif same is rule:
            yield from _against(rule, after)


def _against(rule: Rule, after: dict[tuple[Any, ...], tuple[str, Rule]]) -> Iterator[Finding]:
    moment: tuple[Any, ...] = (rule.condition,)
    ending = [(True, LISTENS, rule.key)] if rule.listens and rule.parts and rule.parts[-1][0] else []
    for acts, said, key in (*rule.parts, *ending):
        if acts and moment != (NO_CONDITION,):  # what begins with an action holds after that action, not always
            done, other = after.setdefault(moment, (said, rule))
            if done != said:
                yield rule.document.finding(
                    key,
                    f"The rule {rule.name} goes on with {_deed(said)} where {other.name} "
                    f"({_place(other)}) goes on with {_deed(done)}, at the same moment.",
                )
                return
        moment = (*moment, said)


def _deed(said: str) -> str:
    return "nothing more" if said == LISTENS else said


def _place(rule: Rule) -> str:
    return f"{rule.document.name}:{rule.document.line(*rule.key)}"


def forms_go_on(assistant: Assistant) -> Iterator[Finding]:
    """A form that is run is left open or closed by the next line; nothing is said beside its question."""
    known = assistant.forms.keys() | {ANY_FORM}
    for document, key, told in assistant.sections("rules"):
        yield from _nothing_done(document, key, told)
        steps = [(place, step) for place, step in document.entries(*key, "steps") if isinstance(step, Mapping)]
        for (place, step), (after, following) in zip(steps, [*steps[1:], (key, {})], strict=False):
            form = step.get("action")
            if form in known and "active_loop" not in following:
                yield document.finding(
                    place,
                    f"{form} asks its question here: write - active_loop: {form} below it, "
                    "or - active_loop: null where it is over.",
                )
            elif step.get("active_loop") in known and "action" in following:
                yield document.finding(
                    after,
                    f"{following['action']} would be said beside the question of {step['active_loop']}, "
                    "which is open here: say it before the form.",
                )


def _nothing_done(document: Document, key: Key, told: Any) -> Iterator[Finding]:
    steps = told.get("steps") if isinstance(told, Mapping) else None
    plain = [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    known = {"intent", "slot_was_set", "active_loop", "entities", "or", "user"}
    if plain and all(set(step) <= known for step in plain):
        yield document.finding(key, f"The rule {told.get('rule')} does nothing: write - action: name below it.")


def answered(assistant: Assistant) -> Iterator[Finding]:
    """Intents that no rule, no story and no article answers; a name that two rules, or two stories, have."""
    used = {step.get("intent") for document, _, step in all_steps(assistant) if document.name != TEST_STORIES}
    usual = (one for one in assistant.articles if one.language == articles.USUAL)
    used |= _triggering(assistant) | {name for _, _, name in articles.intents(usual)}
    for name, entry in assistant.intents.items():
        if name not in used and not near(name, used - assistant.intents.keys() - {None}):
            yield entry.document.finding(entry.key, f"No rule, no story and no article answers the intent {name}.", WARNING)
    yield from _named_twice(assistant)


def first_intents(assistant: Assistant) -> dict[str, str]:
    """The intents with which a rule begins, with the rule's name and place."""
    found: dict[str, str] = {}
    for document, key, told in assistant.sections("rules"):
        first = document.value(*key, "steps", 0)
        if isinstance(first, Mapping) and "intent" in first and isinstance(told, Mapping):
            place = f"{document.name}:{document.line(*key)}"
            found.setdefault(str(first["intent"]), f"The rule {told.get('rule')} ({place})")
    return found


def _named_twice(assistant: Assistant) -> Iterator[Finding]:
    seen: dict[tuple[str, bool, Any], str] = {}
    for document, key, told in assistant.sections("rules", "stories"):
        kind = "rule" if isinstance(told, Mapping) and "rule" in told else "story"
        title = told.get(kind) if isinstance(told, Mapping) else None
        place = f"{document.name}:{document.line(*key)}"
        before = seen.setdefault((kind, document.name == TEST_STORIES, title), place) if title else place
        if before != place:
            yield document.finding(key, f"Two {'rules' if kind == 'rule' else 'stories'} are named {title}: {before} is one too.")


def _triggering(assistant: Assistant) -> set[Any]:
    """Intents that fill a slot or run an action by themselves."""
    found: set[Any] = set()
    for entry in assistant.intents.values():
        if isinstance(entry.value, Mapping) and entry.value.get("triggers"):
            found |= {entry.key[-1]}
    return found
