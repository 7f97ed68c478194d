"""Who says what: responses that nobody says, and names that are said and not there."""

from __future__ import annotations

from collections.abc import Iterator

from check.findings import WARNING, Finding, near
from check.reading.assistant import CHANNELS, Assistant
from check.reading.documents import Document, Key

FORMS = ("utter_welcome_back_{form}", "utter_recap_{form}", "utter_offer_{short}", "utter_back_to_{short}")
"""What the general skills say of each form (docs/designing.md)."""

INTENTS = ("utter_wish_{intent}", "utter_sure_{intent}")
"""What the general skills say of a wish that may be meant, and of one that is asked for first."""

SLOTS = ("utter_explain_{slot}",)
TROUBLES = ("utter_reason_", "utter_tried_", "utter_welcome_back_")
"""Said of a trouble by its code, which is a word in the actions' code."""

CHOOSING = "utter_choosing_"
RASAS = ("utter_message", "utter_action")
"""Words of Rasa's own in the code."""

NEEDS = ("utter_needs_possessed", "utter_needs_proven")


def values(assistant: Assistant) -> frozenset[str]:
    """The words of which the code makes names: forms, slots, channels."""
    forms = assistant.forms.keys()
    return frozenset(
        {*forms, *(form.removesuffix("_form") for form in forms), *(slot for _, slot in assistant.asked()), *CHANNELS}
    )


def said(assistant: Assistant) -> frozenset[str]:
    """The responses that somebody says."""
    steps = _done(assistant)
    code, known = assistant.code, values(assistant)
    by_code = {name for name in assistant.responses if code.names(name, known) or _of_trouble(assistant, name)}
    choosing = {CHOOSING + name.removeprefix("utter_") for name in assistant.responses}
    asks = {ask for form, slot in assistant.asked() for ask in (f"utter_ask_{slot}", f"utter_ask_{form}_{slot}")}
    wishes = {text.format(intent=intent) for intent in assistant.intents for text in INTENTS}
    return frozenset(steps | by_code | choosing | asks | wishes | set(NEEDS) | assistant.notices)


def _done(assistant: Assistant) -> set[str]:
    """What rules and stories do."""
    steps = (step for document, key, _ in assistant.sections("rules", "stories") for _, step in document.entries(*key, "steps"))
    return {step["action"] for step in steps if isinstance(step, dict) and isinstance(step.get("action"), str)}


def _of_trouble(assistant: Assistant, name: str) -> bool:
    return any(name.startswith(prefix) and name.removeprefix(prefix) in assistant.code.words for prefix in TROUBLES)


def dead(assistant: Assistant) -> Iterator[Finding]:
    """Responses that no rule, no story, no action, no form and no gateway says."""
    used = said(assistant)
    missing = missing_names(assistant)
    for name, entry in assistant.responses.items():
        if not name.startswith("utter_"):
            yield entry.document.finding(entry.key, f"A response's name begins with utter_: utter_{name}")
        elif name not in used and not near(name, missing):
            yield entry.document.finding(entry.key, f"Nobody says {name}: no rule, no story, no form and no action.", WARNING)


def missing_names(assistant: Assistant) -> set[str]:
    """Responses that are said and not there: one that is misspelt is told there."""
    code = {name for name in assistant.code.said if _said_by_name(name)}
    forms = {name for name, _ in _of_forms(assistant)}
    wanted = {name for name in code | forms | _done(assistant) if name.startswith("utter_")}
    return wanted - assistant.responses.keys()


def _of_forms(assistant: Assistant) -> Iterator[tuple[str, str]]:
    """Each response that a form needs, with the form."""
    for form in assistant.forms:
        yield from ((pattern.format(form=form, short=form.removesuffix("_form")), form) for pattern in FORMS)
    for form, slot in assistant.asked():
        yield from ((pattern.format(slot=slot), form) for pattern in SLOTS)


def _said_by_name(name: str) -> bool:
    return name.startswith("utter_") and name not in RASAS and not name.endswith("_")


def missing(assistant: Assistant) -> Iterator[Finding]:
    """Responses that forms need and actions say, and the domain does not have; slots that no form can ask for."""
    there, asking = assistant.responses.keys(), assistant.custom_actions.keys()
    for name, form in _of_forms(assistant):
        if name not in there:
            entry = assistant.forms[form]
            yield entry.document.finding(entry.key, f"The form {form} needs the response {name}.{near(name, there)}")
    for form, slot in assistant.asked():
        entry = assistant.forms[form]
        place = (*entry.key, "required_slots")
        if slot not in assistant.slots:
            yield entry.document.finding(place, f"The domain has no slot {slot}.{near(slot, assistant.slots)}")
        elif (
            not {f"action_ask_{form}_{slot}", f"action_ask_{slot}"} & asking
            and not {f"utter_ask_{slot}", f"utter_ask_{form}_{slot}"} & there
        ):
            known = near(f"utter_ask_{slot}", [name for name in there if name.startswith("utter_ask_")])
            yield entry.document.finding(place, f"Nothing asks for {slot}: the response utter_ask_{slot} is missing.{known}")
    for name, (path, line) in assistant.code.said.items():
        if _said_by_name(name) and name not in there:
            yield Finding(path, line, f"The domain has no response {name}.{near(name, there)}")


def actions(assistant: Assistant) -> Iterator[Finding]:
    """Actions of the domain that no code has, and actions of the code that the domain does not name."""
    if not assistant.code.sources:
        return
    known = values(assistant)
    code = {name for name in assistant.code.said if not name.startswith("utter_")}
    for name, entry in assistant.custom_actions.items():
        if name not in assistant.responses and not assistant.code.names(name, known):
            yield entry.document.finding(entry.key, f"No action of the code is named {name}.{near(name, code)}")


def twice(assistant: Assistant) -> Iterator[Finding]:
    """A response twice among the general files, or among the business's; a slot, form or intent twice in one layer."""
    for kind in ("responses", "forms", "intents", "actions"):
        seen: dict[tuple[bool, str], str] = {}
        for document in assistant.domain:
            general = document.name.startswith("domain/general/")
            for key, value in document.entries(kind):
                name = key[-1] if isinstance(key[-1], str) else next(iter(value)) if isinstance(value, dict) else str(value)
                place = f"{document.name}:{document.line(*key)}"
                before = seen.setdefault((general, str(name)), place)
                if before != place:
                    yield document.finding(key, f"{name} stands here twice: {before} has it too.")


def slots(assistant: Assistant) -> Iterator[Finding]:
    """Mappings of slots from entities and intents that the domain does not have; two types for one slot."""
    types: dict[str, tuple[object, str]] = {}
    for document in assistant.domain:
        for key, slot in document.entries("slots"):
            if not isinstance(slot, dict):
                continue
            kind, place = types.setdefault(str(key[-1]), (slot.get("type"), f"{document.name}:{document.line(*key)}"))
            if kind != slot.get("type"):
                yield document.finding(key, f"The slot {key[-1]} is {slot.get('type')} here and {kind} in {place}.")
            for at, one in document.entries(*key, "mappings"):
                yield from _mapping(assistant, document, at, one)


def _mapping(assistant: Assistant, document: Document, key: Key, one: object) -> Iterator[Finding]:
    if not isinstance(one, dict):
        return
    if one.get("type") == "from_entity" and one.get("entity") is not None and one["entity"] not in assistant.entities:
        yield document.finding(key, f"The domain has no entity {one.get('entity')}.{near(one.get('entity'), assistant.entities)}")
    for kind in ("intent", "not_intent"):
        given = one.get(kind)
        for name in given if isinstance(given, list) else [given] if given else []:
            if name not in assistant.intents:
                yield document.finding(key, f"The domain has no intent {name}.{near(name, assistant.intents)}")
