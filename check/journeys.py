"""Journeys and scripted calls: their own reader says what is wrong, and the slots that they look at are the domain's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.model import Proof
from check.findings import Finding, near
from check.reading.assistant import CALLS, JOURNEYS, Assistant
from check.reading.documents import Document, Key
from journeys.calls.script import calls
from journeys.script import CHECKS, ScriptError, each, filled, journey

STEP = re.compile(r"^step (\d+): ")
NOT_FILLED = re.compile(r"^step \d+: '<\w+> ")
"""A verb of a channel that ``each`` does not have."""


def scripts(assistant: Assistant) -> Iterator[Finding]:
    """Every journey and every call."""
    names: dict[str, str] = {}
    for document in assistant.tests:
        kind = (
            "journey" if document.name.startswith(f"{JOURNEYS}/") else "call" if document.name.startswith(f"{CALLS}/") else None
        )
        if kind is None or not document.parsed.readable:
            continue
        if not isinstance(document.content, list):
            yield document.finding((), f"A list is expected: each begins with - {kind}: its name.")
        for key, body in document.entries():
            yield from _read(document, key, body, _journeys if kind == "journey" else _calls)
            yield from _slots(assistant, document, key)
            yield from _customer(assistant, document, key, body)
            name = str(body.get(kind)) if isinstance(body, Mapping) else ""
            place = f"{document.name}:{document.line(*key)}"
            if names.setdefault(f"{kind} {name}", place) != place and name:
                yield document.finding(key, f"Two {kind}s are named {name}: {names[f'{kind} {name}']} is one too.")


def _journeys(body: Any) -> None:
    for values in each(body):
        journey(filled(values, body))


def _calls(body: Any) -> None:
    list(calls(body))


def _read(document: Document, key: Key, body: Any, read: Callable[[Any], None]) -> Iterator[Finding]:
    """Each step alone, so that all mistakes are told, where the whole has one."""
    try:
        read(body)
    except ScriptError as error:
        text = str(error)
        if NOT_FILLED.search(text):
            return  # told by its words (check/scripts.py)
        step = STEP.match(text)
        place = (*key, "steps", int(step[1]) - 1) if step else key
        text = STEP.sub("", text)
        yield document.finding(
            place, text[0].upper() + text[1:] + ("" if text.endswith((".", ")")) else ".") + _guess(document, place, text)
        )
        if step:
            steps = list(body["steps"])
            del steps[int(step[1]) - 1]
            yield from _rest(document, key, {**body, "steps": steps}, read, int(step[1]) - 1)
    except (TypeError, ValueError) as error:
        yield document.finding(key, f"This cannot be read: {error}.")


def _rest(document: Document, key: Key, body: Any, read: Callable[[Any], None], gone: int) -> Iterator[Finding]:
    """The next mistake of a script, once a step with one is left out."""
    try:
        read(body)
    except ScriptError as error:
        step = STEP.match(str(error))
        if step:
            number = int(step[1]) - 1
            text = STEP.sub("", str(error))
            yield document.finding((*key, "steps", number + (number >= gone)), text[0].upper() + text[1:] + ".")
    except (TypeError, ValueError):
        return


def _guess(document: Document, key: Key, text: str) -> str:
    found = re.match(r"'([^']+)' is not known; known are: (.*)", text)
    if found:
        return near(found[1], [one.strip() for one in found[2].split(",")])
    step = document.value(*key)
    slips = [near(name, CHECKS) for name in step if str(name) not in CHECKS] if isinstance(step, Mapping) else []
    return next((slip for slip in slips if slip), "")


def _customer(assistant: Assistant, document: Document, key: Key, body: Any) -> Iterator[Finding]:
    """A person of the sample's records, who is named in the actions' code."""
    whom = body.get("customer") if isinstance(body, Mapping) else None
    known = assistant.code.words | {"nobody"}
    if whom is not None and assistant.code.sources and whom not in known and "<" not in str(whom):
        yield document.finding((*key, "customer"), f"The sample's records have no customer {whom}.{near(whom, known)}")


def _slots(assistant: Assistant, document: Document, key: Key) -> Iterator[Finding]:
    labels = [proof.label for proof in Proof]
    for step, body in document.entries(*key, "steps"):
        proof = body.get("proof") if isinstance(body, Mapping) else None
        if proof is not None and proof not in labels and "<" not in str(proof):
            yield document.finding((*step, "proof"), f"There is no level {proof}.{near(proof, labels)}")
        for place, _ in document.entries(*step, "slots"):
            if place[-1] not in assistant.slots and place[-1] != "requested_slot":
                yield document.finding(place, f"The domain has no slot {place[-1]}.{near(place[-1], assistant.slots)}")
