"""What may stand where: the keys of each kind of file, and the form of their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from check.findings import WARNING, Finding, listed, near
from check.reading.assistant import TEST_STORIES, Assistant
from check.reading.documents import Document, Key

DOMAIN = frozenset("version intents entities slots forms actions e2e_actions responses session_config config".split())
DATA = frozenset("version nlu rules stories".split())
SLIP = 0.85
"""How much a file's name is like one of these that it is a slip of it."""

SETTINGS = {
    "_levels.yml": frozenset({"levels"}),
    "_slots.yml": frozenset({"carry_over", "repeats"}),
    "_voice.yml": frozenset({"voice"}),
    "_wishes.yml": frozenset({"wishes"}),
    "_waiting.yml": frozenset({"waiting"}),
    "_signals.yml": frozenset({"signals"}),
    "_retention.yml": frozenset({"retention"}),
    "_languages.yml": frozenset({"languages"}),
    "_desk.yml": frozenset({"desk"}),
    "_queues.yml": frozenset({"queues", "capacity"}),
    "_notices.yml": frozenset({"responses"}),
    "_session.yml": frozenset({"session_config", "config"}),
}
NLU = frozenset("intent synonym regex lookup examples metadata".split())
RULE = frozenset("rule steps condition conversation_start wait_for_user_input metadata".split())
STORY = frozenset("story steps metadata".split())
STEP = frozenset("intent user entities action slot_was_set active_loop or checkpoint bot end_to_end commands".split()) - {
    "commands"
}
SLOT = frozenset("type mappings influence_conversation initial_value values min_value max_value value_reset_delay".split())
SLOT_TYPES = frozenset("text bool categorical float list any".split())
MAPPING = frozenset("type entity intent not_intent role group value conditions action".split())
MAPPINGS = frozenset("from_entity from_text from_intent from_trigger_intent custom".split())
FORM = frozenset({"required_slots", "ignored_intents"})
NAMED = re.compile(r"[A-Za-z0-9_+-]+")
"""Names of intents that an option can send (bot/rasa_side/tracker/wire.py)."""

INTENT = frozenset({"use_entities", "ignore_entities", "triggers"})
VARIATION = frozenset(
    "text buttons image custom attachment elements quick_replies channel metadata condition id button_type".split()
)
BUTTON = frozenset({"title", "payload", "url", "type", "content_type"})
CUSTOM = {
    "images": frozenset({"url", "title"}),
    "cards": frozenset({"title", "text", "image", "link", "buttons"}),
    "links": frozenset({"title", "url"}),
    "locations": frozenset({"name", "address", "latitude", "longitude", "url", "tel"}),
    "dates": frozenset({"title", "start", "end", "place", "uid", "sequence", "cancelled"}),
    "tables": frozenset({"columns", "rows"}),
}
SESSION = frozenset({"session_expiration_time", "carry_over_slots_to_new_session"})


def unknown(document: Document, key: Key, known: Collection[str], what: str) -> Iterator[Finding]:
    """The names in the mapping at ``key`` that are not known there."""
    for place, _ in document.entries(*key):
        if place[-1] not in known:
            text = f"{what} has no {place[-1]}.{near(place[-1], known) or listed(known)}"
            yield document.finding(place, text)


def files(assistant: Assistant) -> Iterator[Finding]:
    """Files of settings whose names are slips, so that nobody reads them, and formats of another time."""
    for document in assistant.domain:
        file = document.name.rsplit("/", 1)[-1]
        if _own(document) and (guess := near(file, SETTINGS.keys(), SLIP)):
            yield document.finding((), f"Nothing reads a file named {file}.{guess}")
    for document in (*assistant.domain, *assistant.data):
        version = document.value("version")
        if version is not None and not str(version).startswith("3."):
            yield document.finding(("version",), f'This is written for version {version}: Rasa reads version: "3.1" only.')


def tops(assistant: Assistant) -> Iterator[Finding]:
    """The names at the top of each file in ``domain/`` and ``data/``, and the kinds of the values under them."""
    for document in assistant.domain:
        known = _known(document)
        yield from _top(document, known | {"version"}, strict=not _own(document))
    for document in (*assistant.data, *(one for one in assistant.tests if one.name == TEST_STORIES)):
        yield from _top(document, DATA, strict=True)


def _known(document: Document) -> frozenset[str]:
    file = document.name.rsplit("/", 1)[-1]
    return SETTINGS.get(file, DOMAIN | frozenset().union(*SETTINGS.values()) if file.startswith("_") else DOMAIN)


def _own(document: Document) -> bool:
    """A file of somebody's own: ``_branding.yml``, of which nothing is read."""
    file = document.name.rsplit("/", 1)[-1]
    return file.startswith("_") and file not in SETTINGS


def _top(document: Document, known: frozenset[str], *, strict: bool) -> Iterator[Finding]:
    if document.content is None:
        return
    if not isinstance(document.content, Mapping):
        yield document.finding((), "Names such as responses: or nlu: are expected at the top.")
        return
    for key, value in document.entries():
        name, meant = str(key[0]), near(key[0], known)
        if name not in known and (strict or meant):
            yield document.finding(key, f"Nothing reads {name}: here.{meant or listed(known)}")
        elif name in _KINDS and value is not None and not isinstance(value, _KINDS[name]):
            kind = "a list: each entry begins with a dash" if _KINDS[name] == (list,) else "names with their values"
            yield document.finding(key, f"{name}: needs {kind}.")


_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("intents", "entities", "actions"), (list,)),
    **dict.fromkeys(("nlu", "rules", "stories"), (list,)),
    **dict.fromkeys(("slots", "forms", "responses", "session_config"), (dict,)),
    **dict.fromkeys(("carry_over", "repeats", "voice", "wishes", "waiting", "retention", "levels", "languages"), (dict,)),
}


def keys(assistant: Assistant) -> Iterator[Finding]:
    """The names inside of slots, forms, intents, responses, examples, rules and stories."""
    for document in assistant.domain:
        yield from _slots(document)
        for key, value in document.entries("forms"):
            yield from (unknown(document, key, FORM, "A form") if isinstance(value, Mapping) else ())
        for key, value in document.entries("intents"):
            name = next(iter(value), "") if isinstance(value, Mapping) else value
            if not NAMED.fullmatch(str(name)):
                yield document.finding(key, f"The name of an intent has letters, figures, - and _ alone, not as in {name}.")
            for place, how in document.entries(*key) if isinstance(value, Mapping) else ():
                yield from (unknown(document, place, INTENT, "An intent") if isinstance(how, Mapping) else ())
        yield from (one for key, _ in document.entries("responses") for one in _response(document, key))
        yield from unknown(document, ("session_config",), SESSION, "session_config")
        yield from _session(document)
    yield from _examples(assistant)
    yield from _told(assistant)


def _session(document: Document) -> Iterator[Finding]:
    """One conversation for life (docs/continuity.md)."""
    minutes = document.value("session_config", "session_expiration_time")
    if minutes:
        text = f"After {minutes} minutes of silence a conversation would begin anew, without its open question: 0 is never."
        yield document.finding(("session_config", "session_expiration_time"), text, WARNING)
    if document.value("session_config", "carry_over_slots_to_new_session") is False:
        text = "What customers gave would be asked again in the next session: true keeps it."
        yield document.finding(("session_config", "carry_over_slots_to_new_session"), text, WARNING)


def _slots(document: Document) -> Iterator[Finding]:
    for key, slot in document.entries("slots"):
        if not isinstance(slot, Mapping):
            yield document.finding(key, f"The slot {key[-1]} needs its type and mappings.")
            continue
        yield from unknown(document, key, SLOT, "A slot")
        kind = str(slot.get("type"))
        if "type" not in slot:
            yield document.finding(key, f"The slot {key[-1]} has no type.{listed(SLOT_TYPES)}")
        elif kind not in SLOT_TYPES and "." not in kind:
            yield document.finding((*key, "type"), f"There is no type {kind} of slots.{near(kind, SLOT_TYPES)}")
        if kind == "categorical" and not slot.get("values"):
            yield document.finding(key, f"The slot {key[-1]} is categorical and has no values.")
        if not slot.get("mappings") and not any(near(name, {"mappings"}) for name in slot if name not in SLOT):
            cure = "Write mappings: [{type: custom}] when an action fills it."
            yield document.finding(key, f"The slot {key[-1]} has no mappings: nothing would fill it. {cure}")
        yield from _limits(document, key, slot)
        for place, one in document.entries(*key, "mappings"):
            yield from unknown(document, place, MAPPING, "A mapping")
            if isinstance(one, Mapping) and one.get("type") not in MAPPINGS:
                yield document.finding(
                    place, f"There is no mapping {one.get('type')}.{near(one.get('type'), MAPPINGS) or listed(MAPPINGS)}"
                )


def _limits(document: Document, key: Key, slot: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(slot.get("influence_conversation", True), bool):
        yield document.finding((*key, "influence_conversation"), "influence_conversation is true or false.")
    low, high = slot.get("min_value"), slot.get("max_value")
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        yield document.finding((*key, "min_value"), f"min_value is {low}, and max_value no more than {high}.")


def _response(document: Document, key: Key) -> Iterator[Finding]:
    if not isinstance(document.value(*key), list) or not document.value(*key):
        yield document.finding(key, f'{key[-1]} needs a list of texts below it: - text: "..."')
        return
    for place, variation in document.entries(*key):
        if not isinstance(variation, Mapping):
            yield document.finding(place, f'{key[-1]}: write - text: "..."')
            continue
        yield from unknown(document, place, VARIATION, "A response")
        if "text" in variation and not isinstance(variation["text"], str):
            yield document.finding((*place, "text"), f'{key[-1]}: a text stands in quotes: text: "{variation["text"]}"')
        if not isinstance(variation.get("channel", ""), str):
            yield document.finding((*place, "channel"), f"{key[-1]}: one channel for each text.")
        for number, button in document.entries(*place, "buttons"):
            if isinstance(button, Mapping):
                yield from unknown(document, number, BUTTON, "A button")
                for name in ("title", "payload"):
                    if button.get(name) is not None and not isinstance(button[name], str):
                        line = document.finding(
                            (*number, name), f"{key[-1]}: a {name} stands in quotes: it is read as {button[name]}."
                        )
                        yield line
            else:
                yield document.finding(number, "A button is written {title: ..., payload: /intent}.")
        if isinstance(variation.get("custom"), Mapping):
            yield from _custom(document, (*place, "custom"))


def _custom(document: Document, key: Key) -> Iterator[Finding]:
    yield from unknown(document, key, CUSTOM, "custom")
    for kind, known in CUSTOM.items():
        for place, part in document.entries(*key, kind):
            yield from (unknown(document, place, known, f"An entry of {kind}") if isinstance(part, Mapping) else ())


def _examples(assistant: Assistant) -> Iterator[Finding]:
    for document, key, item in assistant.sections("nlu"):
        if not isinstance(item, Mapping):
            yield document.finding(key, "An entry of nlu is written - intent: name, with examples: | below it.")
            continue
        yield from unknown(document, key, NLU, "An entry of nlu")
        named = [kind for kind in ("intent", "synonym", "regex", "lookup") if kind in item]
        if not named and not any(near(name, NLU) for name in item if name not in NLU):
            yield document.finding(key, "Say what these are examples of: intent: name.")
        examples = item.get("examples")
        meant = any(near(name, {"examples"}) for name in item if name not in NLU)
        if not examples and named and not meant:
            yield document.finding(key, f"{item[named[0]]} has no examples.")
        elif isinstance(examples, list) and not all(isinstance(one, Mapping) for one in examples):
            yield document.finding((*key, "examples"), "A stroke is missing behind examples: write examples: |")
        elif examples and not isinstance(examples, str | list):
            yield document.finding((*key, "examples"), "examples: | and below it one example in each line, with a dash.")


def _told(assistant: Assistant) -> Iterator[Finding]:
    for kind, known in (("rules", RULE), ("stories", STORY)):
        word = "rule" if kind == "rules" else "story"
        for document, key, told in assistant.sections(kind):
            if not isinstance(told, Mapping):
                yield document.finding(key, f"Each entry of {kind} is written - {word}: its name, with steps: below it.")
                continue
            yield from unknown(document, key, known, f"A {word}")
            if word not in told and not any(near(name, {word}) for name in told if name not in known):
                yield document.finding(key, f"This {word} has no name: write - {word}: its name.")
            slip = any(near(name, {"steps"}) for name in told if name not in known)
            if not slip and (not isinstance(told.get("steps"), list) or not told["steps"]):
                yield document.finding(key, f"The {word} {told.get(word, '')} has no steps.")
            yield from _steps(document, (*key, "steps"))
            yield from _steps(document, (*key, "condition"))


def _steps(document: Document, key: Key) -> Iterator[Finding]:
    for place, step in document.entries(*key):
        if not isinstance(step, Mapping):
            yield document.finding(place, "A step is written - intent: name or - action: name.")
            continue
        yield from unknown(document, place, STEP, "A step")
        yield from _steps(document, (*place, "or"))


def meant(document: Document) -> Document:
    """The document with its slips at the top read as what they were meant to be, so that one slip is one finding."""
    content = document.content
    if not isinstance(content, Mapping):
        return document
    known = _known(document) if document.name.startswith("domain/") else DATA
    renamed = {
        name: right for name in content if name not in known | {"version"} if (right := _right(name, known - content.keys()))
    }
    return _renamed(document, renamed) if renamed else document


def _right(name: Any, known: Collection[str]) -> str | None:
    found = near(name, known)
    return found.removeprefix(" Did you mean ").removesuffix("?") if found else None


def _renamed(document: Document, names: Mapping[Any, str]) -> Document:
    content = {names.get(name, name): value for name, value in document.content.items()}
    lines = {(names.get(key[0], key[0]), *key[1:]) if key else key: line for key, line in document.parsed.lines.items()}
    return replace(document, parsed=replace(document.parsed, content=content, lines=lines))
