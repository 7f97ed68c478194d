"""Slots that only some may know, in sentences that all may hear: there they would be empty."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import Proof
from check.findings import Finding
from check.reading.assistant import Assistant
from check.sentences.wording import PLACEHOLDER, responses
from check.usage import values

LEVELS = {proof.label: proof for proof in Proof}


def told(assistant: Assistant) -> Iterator[Finding]:
    """Of each response that says a slot with a level: its own is as high, or an action fills the value."""
    slots, level = _of(assistant, "slots"), _of(assistant, "responses")
    known = values(assistant) if slots else frozenset[str]()
    for name, _, found in responses(assistant) if slots else ():
        for one in found:
            for value in PLACEHOLDER.findall(one.text):
                needed, own = slots.get(value, Proof.CLAIMED), level.get(name, Proof.CLAIMED)
                if needed > own and value not in assistant.code.fills(name, known):
                    text = (
                        f"says {{{value}}}, which is empty below {needed.label}: list {name} under {needed.label} in _levels.yml."
                    )
                    yield one.finding(text)


def _of(assistant: Assistant, kind: str) -> dict[str, Proof]:
    """The level of each slot, or response, that has one."""
    found: dict[str, Proof] = {}
    for document in assistant.domain:
        for key, _ in document.entries("levels"):
            for _, name in document.entries(*key, kind):
                found[str(name)] = LEVELS.get(str(key[-1]), Proof.CLAIMED)
    return found
