"""The repeat meter: each time somebody is asked for what the conversation holds already. Pure functions over tracker events.

A question is a form's ``requested_slot``, a response ``utter_ask_<slot>``, or an agent's sentence with a question mark and
one of the designers' phrases for the slot. It is a repeat when the slot has a value, or when the channel itself tells it
(``known_from``): the customer's number, a level of proof. What was given up in the same turn (a wrong answer, "one step
back", a value that is too old) may be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.model import Author, Proof
from bot.ports.levels import proof_in

FILE = "_slots.yml"
ASK = "utter_ask_"
TEL = "tel"


@dataclass(frozen=True, slots=True)
class Repeat:
    """Asked again for ``slot``, by the ``bot`` or an ``agent``."""

    slot: str
    by: Author
    at: datetime


@dataclass(frozen=True, slots=True)
class Questions:
    """From ``domain/*/_slots.yml``: ``known_from`` (slot -> ``tel`` or a level) and ``agents_ask`` (slot -> phrases)."""

    known_from: Mapping[str, str] = field(default_factory=dict)
    agents_ask: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_domain(cls, folder: Path) -> Questions:
        """Read the files; nothing but slots' values is known without. ``bot.transcript.continuity`` tells what is wrong in
        them."""
        given = domain_files.settings(folder, FILE, "repeats")
        phrases = {slot: tuple(str(one).casefold() for one in many) for slot, many in (given.get("agents_ask") or {}).items()}
        return cls({str(slot): str(how) for slot, how in (given.get("known_from") or {}).items()}, phrases)

    def asked_in(self, words: str) -> bool:
        """Whether an agent's words may ask for something."""
        said = words.casefold()
        return "?" in said and any(phrase in said for phrases in self.agents_ask.values() for phrase in phrases)

    def told_by_channel(self, slot: str, metadata: Mapping[str, Any]) -> bool:
        """Whether the sender's channel answers it without a question."""
        how = self.known_from.get(slot)
        if how == TEL:
            return bool(metadata.get("tel"))
        levels = {proof.label: proof for proof in Proof}
        return how in levels and proof_in(metadata) >= levels[how]


@dataclass(slots=True)
class Meter:
    """``take`` events in their order; ``found``: the repeats among them. ``state`` is what it knows, as JSON has it."""

    questions: Questions
    held: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    sender: Mapping[str, Any] = field(default_factory=dict)
    contact: str = ""
    before: dict[str, set[str]] = field(default_factory=dict)
    found: list[Repeat] = field(default_factory=list)

    def state(self) -> dict[str, Any]:
        """All but what was found."""
        sets = {"held": sorted(self.held), "given_up": sorted(self.given_up), "asked": sorted(self.asked)}
        before = {contact: sorted(held) for contact, held in self.before.items()}
        return {**sets, "sender": dict(self.sender), "contact": self.contact, "before": before}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.held, self.given_up, self.asked = (set(state[name]) for name in ("held", "given_up", "asked"))
        self.sender, self.contact = state["sender"], state["contact"]
        self.before = {contact: set(held) for contact, held in state["before"].items()}

    def take(self, event: Mapping[str, Any]) -> None:
        """The next event."""
        match event.get("event"):
            case "user":
                self.sender, self.given_up, self.asked = event.get("metadata") or {}, set(), set()
                self._belongs_to(str(self.sender.get("contact") or self.contact))
            case "slot":
                self._slot(str(event.get("name")), event)
            case "bot":
                self._said(event)

    def _belongs_to(self, contact: str) -> None:
        """A joined conversation was copied in from another contact: nothing of this one was known there, as yet."""
        if contact == self.contact:
            return
        self.before[self.contact] = self.held
        known = self.before.get(contact)
        self.held = known | self.held if known is not None else set()
        self.contact = contact

    def _slot(self, name: str, event: Mapping[str, Any]) -> None:
        value = event.get("value")
        if name == "requested_slot":
            if value:
                self._asks(str(value), Author.BOT, event)
        elif value in (None, [], False):
            if name in self.held or value is None:
                self.given_up.add(name)
            self.held.discard(name)
        else:
            self.held.add(name)

    def _said(self, event: Mapping[str, Any]) -> None:
        metadata = event.get("metadata") or {}
        if metadata.get("author") == Author.AGENT.value:
            words = str(event.get("text") or "").casefold()
            for slot, phrases in self.questions.agents_ask.items() if "?" in words else ():
                if any(phrase in words for phrase in phrases):
                    self.asked.discard(slot)  # an agent has no turns: each question counts
                    self._asks(slot, Author.AGENT, event)
        elif (name := str(metadata.get("utter_action") or "")).startswith(ASK):
            self._asks(name.removeprefix(ASK), Author.BOT, event)

    def _asks(self, slot: str, by: Author, event: Mapping[str, Any]) -> None:
        """Once a turn: a form sets ``requested_slot`` and says the question."""
        if slot in self.asked:
            return
        self.asked.add(slot)
        known = slot in self.held or (by is Author.BOT and self.questions.told_by_channel(slot, self.sender))
        if known and slot not in self.given_up:
            at = datetime.fromtimestamp(float(event.get("timestamp") or 0.0), UTC)
            self.found.append(Repeat(slot, by, at))


def asked_again(events: Iterable[Mapping[str, Any]], held: Iterable[str], questions: Questions) -> tuple[str, ...]:
    """What one turn asked for again. ``held``: the slots with a value before it."""
    events = list(events)
    sender = (events[0].get("metadata") or {}) if events else {}
    meter = Meter(questions, held=set(held), contact=str(sender.get("contact") or ""))
    for event in events:
        meter.take(event)
    return tuple(repeat.slot for repeat in meter.found)


def repeats(events: Iterable[Mapping[str, Any]], questions: Questions) -> tuple[Repeat, ...]:
    """Every repeat of a conversation, oldest first."""
    meter = Meter(questions)
    for event in events:
        meter.take(event)
    return tuple(meter.found)
