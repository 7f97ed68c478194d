"""Which level of proof a response, a slot or an action needs: read from the designers' ``domain/*/_levels.yml``.

Two doors ask here and nobody else: the action server before it runs an action (``bot.skills.action_server.guard``), and Rasa
before it puts a response into words (``bot.rasa_side.guarded``). What is not listed needs nothing (docs/identity.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import Proof

FILE = "_levels.yml"
Event = TypeVar("Event", bound=Mapping[str, Any])
KINDS = ("responses", "slots", "actions")


class LevelsError(Exception):
    """The file cannot be used; the message is a sentence for designers that names what is wrong."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The level each name needs; what is missing needs CLAIMED."""

    responses: Mapping[str, Proof] = field(default_factory=dict)
    slots: Mapping[str, Proof] = field(default_factory=dict)
    actions: Mapping[str, Proof] = field(default_factory=dict)

    def response(self, name: object) -> Proof:
        """What a response needs before it is put into words."""
        return self.responses.get(str(name), Proof.CLAIMED)

    def action(self, name: str) -> Proof:
        """What an action needs before it runs."""
        return self.actions.get(name, Proof.CLAIMED)

    def hidden_slots(self, proof: Proof) -> frozenset[str]:
        """The slots that a sender of this level has no part in."""
        return frozenset(name for name, needed in self.slots.items() if needed > proof)

    def slots_of_another(self, events: Iterable[Mapping[str, Any]], tel: str | None) -> frozenset[str]:
        """The slots with a level that were filled in the talk of another number: no part of this sender's."""
        filled: dict[str, str | None] = {}
        for event, told in told_to(events):
            if event.get("event") == "slot" and event.get("name") in self.slots:
                filled[str(event["name"])] = told
        return frozenset(name for name, told in filled.items() if of_another(told, tel))

    @classmethod
    def from_domain(cls, folder: Path) -> Levels:
        """Read ``_levels.yml`` (the general one and the business's) and check its names against the domain. Raises LevelsError.

        Without such a file nothing needs proof.
        """
        try:
            found = cls.from_mapping(domain_files.settings(folder, FILE, "levels"))
            if found != cls():
                contents = [domain_files.read(folder, path) for path in domain_files.paths(folder) if path.name != FILE]
                found.check({kind: frozenset(domain_files.named(contents, kind)) for kind in KINDS})
        except DomainFileError as error:
            raise LevelsError(str(error)) from error
        return found

    @classmethod
    def from_mapping(cls, levels: Mapping[str, Any]) -> Levels:
        """``{level: {"responses": [...], "slots": [...], "actions": [...]}}``. Raises LevelsError."""
        found: dict[str, dict[str, Proof]] = {kind: {} for kind in KINDS}
        for label, lists in levels.items():
            proof = _level(label)
            for kind, names in (lists or {}).items():
                if kind not in KINDS:
                    raise LevelsError(f"{FILE}: {label} has {kind!r}; known are {', '.join(KINDS)}.")
                if proof is Proof.CLAIMED and kind != "actions":
                    raise LevelsError(
                        f"{FILE}: {label} has {kind!r}; only actions are listed there, which ask for more themselves."
                    )
                for name in names or ():
                    if found[kind].setdefault(str(name), proof) is not proof:
                        raise LevelsError(f"{FILE}: {name} is listed at two levels.")
        return cls(**found)

    def check(self, known: Mapping[str, frozenset[str]]) -> None:
        """Raises LevelsError when a listed name is not in the domain: a misspelt one would protect nothing."""
        for kind, names in (("responses", self.responses), ("slots", self.slots), ("actions", self.actions)):
            if missing := sorted(name for name in names if name not in known[kind]):
                raise LevelsError(f"{FILE}: there is no {kind[:-1]} {missing[0]} in the domain.")


def told_to(events: Iterable[Event]) -> Iterator[tuple[Event, str | None]]:
    """Events (as JSON, oldest first), each with the number whose talk it belongs to, as far as that was known."""
    tel: str | None = None
    for event in events:
        if event.get("event") == "user":
            tel = (event.get("metadata") or {}).get("tel")
        yield event, tel


def of_another(told: str | None, tel: str | None) -> bool:
    """Whether what was told in the talk of one number is not for this sender's: a conversation may have had two."""
    return told is not None and told != tel


def proof_in(metadata: Mapping[str, Any] | None) -> Proof:
    """The level of a message's sender, as the gateway vouches for it; whatever is missing or unknown is a mere claim."""
    given = metadata or {}
    proof = {level.label: level for level in Proof}.get(str(given.get("proof")), Proof.CLAIMED)
    return max(proof, Proof.POSSESSED) if given.get("code") == "accepted" else proof


def _level(label: object) -> Proof:
    labels = {proof.label: proof for proof in Proof}
    if label not in labels:
        raise LevelsError(f"{FILE}: there is no level {label!r}; known are {', '.join(labels)}.")
    return labels[str(label)]
