"""Which level of proof a response, a slot or an action needs: read from the designers' ``domain/_levels.yml``.

Two doors ask here and nobody else: the action server before it runs an action (``actions.guard``), and Rasa before it
puts a response into words (``bot.rasa_side.guarded``). What is not listed needs nothing (docs/identity.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.model import Proof

FILE = "_levels.yml"
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

    @classmethod
    def from_domain(cls, folder: Path) -> Levels:
        """Read ``_levels.yml`` and check its names against the domain's other files. Raises LevelsError.

        Without the file nothing needs proof.
        """
        path = folder / FILE
        if not path.exists():
            return cls()
        found = cls.from_mapping(_read(path).get("levels") or {})
        found.check({key: known for file in sorted(folder.glob("*.yml")) for key, known in _names(_read(file))})
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
                for name in names or ():
                    if found[kind].setdefault(str(name), proof) is not proof:
                        raise LevelsError(f"{FILE}: {name} is listed at two levels.")
        return cls(**found)

    def check(self, known: Mapping[tuple[str, str], bool]) -> None:
        """Raises LevelsError when a listed name is not in the domain: a misspelt one would protect nothing."""
        for kind, names in (("responses", self.responses), ("slots", self.slots), ("actions", self.actions)):
            if missing := sorted(name for name in names if (kind, name) not in known):
                raise LevelsError(f"{FILE}: there is no {kind[:-1]} {missing[0]} in the domain.")


def proof_in(metadata: Mapping[str, Any] | None) -> Proof:
    """The level of a message's sender, as the gateway vouches for it; whatever is missing or unknown is a mere claim."""
    given = metadata or {}
    proof = {level.label: level for level in Proof}.get(str(given.get("proof")), Proof.CLAIMED)
    return max(proof, Proof.POSSESSED) if given.get("code") == "accepted" else proof


def _level(label: object) -> Proof:
    labels = {proof.label: proof for proof in Proof if proof is not Proof.CLAIMED}
    if label not in labels:
        raise LevelsError(f"{FILE}: there is no level {label!r}; known are {', '.join(labels)}.")
    return labels[str(label)]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise LevelsError(f"{path}: cannot be read: {type(error).__name__}") from error
    if not isinstance(content, Mapping):
        raise LevelsError(f"{path}: a mapping is expected.")
    return content


def _names(content: Mapping[str, Any]) -> list[tuple[tuple[str, str], bool]]:
    """What one domain file declares; an action may be listed with settings (``- name: {...}``)."""
    actions = [next(iter(one)) if isinstance(one, Mapping) else one for one in content.get("actions") or ()]
    declared = {"responses": content.get("responses") or {}, "slots": content.get("slots") or {}, "actions": actions}
    return [((kind, str(name)), True) for kind, names in declared.items() for name in names]
