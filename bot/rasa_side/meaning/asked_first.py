"""Wishes that destroy or divert (``asks_first`` in domain/*/_wishes.yml): one that is not sure is asked for before it begins.

It becomes the intent ``unsure`` with the wish as its entity, whatever rule there is for the wish. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.rasa_side.meaning.examples import Examples
from bot.rasa_side.meaning.speech import plain

COURTESY = frozenset("please pls plz thanks thank you hi hello hey ok okay now".split())
"""Changes nothing of a command."""

QUESTION = frozenset("what how why when which who does do did".split())
"""Begins an example that is no command: it says what the wish is about ("how long can a card stay locked")."""

ASKED_FOR = frozenset({"i", "we", "you"})
UNSURE = "unsure"
WISH = "wish"


@dataclass(frozen=True, slots=True)
class Doubt:
    """``sure``: the confidence from which on nothing is asked; ``commands``: designers' sentences, which are sure as they are."""

    sure: float = 0.0
    commands: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, asks_first: Iterable[str], sure: float, examples: Examples) -> Doubt:
        """For these intents."""
        return cls(sure, {intent: frozenset(_commands(examples.get(intent, ()))) for intent in asks_first})

    def asked(self, text: str, data: dict[str, Any]) -> dict[str, Any]:
        """Rasa's parse data, as ``unsure`` where it has to be asked first."""
        intent = data.get("intent") or {}
        name, confidence = str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)
        if name not in self.commands:
            return data
        if _bare(text) in self.commands[name]:  # sure, and no answer where a form asks
            return {**data, "intent": {"name": name, "confidence": 1.0}}
        if confidence >= self.sure:
            return data
        wish = {"entity": WISH, "value": name, "start": 0, "end": 0}
        return {**data, "intent": {"name": UNSURE, "confidence": confidence}, "entities": [*data.get("entities", ()), wish]}


def _commands(sentences: Iterable[str]) -> Iterator[str]:
    """Those that order something."""
    for sentence in sentences:
        bare = _bare(sentence)
        first, *rest = bare.split() or [""]
        if first not in QUESTION or not ASKED_FOR.isdisjoint(rest[:2]):  # "how do i reach a person"
            yield bare


def _bare(text: str) -> str:
    return " ".join(word for word in plain(text).split() if word not in COURTESY)
