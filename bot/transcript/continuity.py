"""Coming back: how long somebody was away, whether they changed channel, and what may still be known (docs/continuity.md).

The designers' rules are in ``domain/*/_slots.yml``, read and checked when the gateway starts. Pure but for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import Contact, InboundMessage

FILE = "_slots.yml"
RECAP_AFTER = timedelta(hours=6)
_SPAN = re.compile(r"(\d+) (minute|hour|day|week)s?")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LEFT = ({"event": "active_loop", "name": None}, {"event": "slot", "name": "requested_slot", "value": None})
_KINDS = {"asked again after ": True, "forgotten after ": False}


class CarryOverError(Exception):
    """The file cannot be used; the message is a sentence for designers."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A value that is too old once somebody was away for so long. ``asked_again``: the customer is told so."""

    after: timedelta
    asked_again: bool


@dataclass(frozen=True, slots=True)
class Return:
    """How a message comes after the one before it: ``away`` is the time between them (None: there was none)."""

    away: timedelta | None = None
    moved: bool = False

    @classmethod
    def of(cls, contact: Contact, message: InboundMessage) -> Return:
        """``contact`` as it was before this message."""
        if contact.last_seen is None:
            return cls()
        away = max(message.received_at - contact.last_seen, timedelta())
        return cls(away, contact.last_channel is not message.channel or contact.last_address != message.sender)


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What is kept for how long. Slots and forms without a rule are kept."""

    recap_after: timedelta = RECAP_AFTER
    slots: Mapping[str, Rule] = field(default_factory=dict)
    forms: Mapping[str, Rule] = field(default_factory=dict)
    of_a_number: tuple[str, ...] = ()
    """Slots that concern one telephone number alone."""
    form_of: Mapping[str, str] = field(default_factory=dict)
    """The form that asks for a slot."""

    def is_long(self, away: timedelta | None) -> bool:
        """Whether it was long enough for a recap."""
        return away is not None and away >= self.recap_after

    def concerns(self, away: timedelta | None) -> bool:
        """Whether anything may be too old after that; saves asking the tracker at every turn."""
        rules = (*self.slots.values(), *self.forms.values())
        return away is not None and any(away >= rule.after for rule in rules)

    def too_old(self, away: timedelta, slots: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
        """The filled slots that are too old, and whether the open form is."""
        names = tuple(name for name, rule in self.slots.items() if away >= rule.after and slots.get(name) not in (None, []))
        rule = self.forms.get(self.form_of.get(str(slots.get("requested_slot")), ""))
        return names, rule is not None and away >= rule.after

    def left_behind(self, slots: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rasa's events for a conversation that a browser has left for another number's: what it had begun there is over."""
        names = [name for name in self.of_a_number if slots.get(name) not in (None, [], False)]
        return emptying(names, form=slots.get("requested_slot") in self.of_a_number)

    def asked_again(self, names: Iterable[str]) -> list[str]:
        """Those among the emptied slots whose asking again is announced."""
        return [name for name in names if self.slots[name].asked_again]

    @classmethod
    def from_domain(cls, folder: Path) -> CarryOver:
        """Read ``_slots.yml`` (the general one and the business's) and check its names against the domain. CarryOverError;
        without such a file all is kept."""
        try:
            given = domain_files.settings(folder, FILE, "carry_over")
            contents = [domain_files.read(folder, path) for path in domain_files.paths(folder) if given and path.name != FILE]
        except DomainFileError as error:
            raise CarryOverError(str(error)) from error
        if not given:
            return cls()
        found, forms = cls.from_mapping(given), domain_files.named(contents, "forms")
        for kind, rules, known in (
            ("slot", {*found.slots, *found.of_a_number}, domain_files.named(contents, "slots")),
            ("form", {*found.forms}, forms),
        ):
            if missing := sorted(rules - set(known)):
                raise CarryOverError(f"{FILE}: there is no {kind} {missing[0]} in the domain.")
        return replace(found, form_of=_asking(forms))

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any]) -> CarryOver:
        """``{"recap_after": "6 hours", "slots": {name: rule}, "forms": {name: rule}, "of_a_number": [slot]}``. CarryOverError."""
        if unknown := set(body) - {"recap_after", "slots", "forms", "of_a_number"}:
            known = "recap_after, slots, forms and of_a_number"
            raise CarryOverError(f"{FILE}: {sorted(unknown)[0]!r} is not known; known are {known}.")
        recap_after = span(str(body.get("recap_after", "6 hours")))
        of_a_number = tuple(str(name) for name in body.get("of_a_number") or ())
        return cls(recap_after, _rules(body.get("slots") or {}), _rules(body.get("forms") or {}), of_a_number)


def emptying(names: Iterable[str], *, form: bool) -> list[dict[str, Any]]:
    """Rasa's events that empty these slots and leave the open form."""
    events: list[dict[str, Any]] = [{"event": "slot", "name": name, "value": None} for name in names]
    return [*events, *(dict(event) for event in _LEFT)] if form else events


def span(text: str) -> timedelta:
    """``6 hours``, ``3 days``. Raises CarryOverError."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise CarryOverError(f"{FILE}: {text!r} is not a time; write 20 minutes, 6 hours, 3 days, 2 weeks.")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _asking(forms: Mapping[str, Any]) -> dict[str, str]:
    return {str(slot): form for form, settings in forms.items() for slot in (settings or {}).get("required_slots") or ()}


def _rules(body: Mapping[str, Any]) -> dict[str, Rule]:
    if not isinstance(body, Mapping):
        raise CarryOverError(f"{FILE}: names with their rules are expected.")
    return {str(name): rule for name, text in body.items() if (rule := _rule(str(name), str(text))) is not None}


def _rule(name: str, text: str) -> Rule | None:
    if text == "kept":
        return None
    for beginning, asked_again in _KINDS.items():
        if text.startswith(beginning):
            return Rule(span(text.removeprefix(beginning)), asked_again)
    raise CarryOverError(f"{FILE}: {name} is {text!r}; write kept, asked again after 7 days, or forgotten after 1 day.")
