"""A rule for any form, or for any deed that needs proof, as one for each (docs/designing.md).

Pure: ``make check`` reads rules with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANY_FORM, ANY_DEED = "any_form", "any_deed"
FORM, ACTION = "_form", "action_"


@dataclass(frozen=True, slots=True)
class Meant:
    """What ``any_form`` and ``any_deed`` stand for: forms and actions by name. In a slot a form is named without ``_form``, and
    a deed without ``action_``."""

    forms: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()

    def of(self, word: str) -> Mapping[str, str]:
        """Each name with what it is called in a slot."""
        if word == ANY_FORM:
            return {name: name.removesuffix(FORM) for name in self.forms}
        return {name: name.removeprefix(ACTION) for name in self.deeds}

    def in_slots(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        """The domain's slots, with all that is meant among the values of a categorical one."""
        return {name: {**how, "values": self._values(how["values"])} if "values" in how else how for name, how in slots.items()}

    def _values(self, values: Iterable[Any]) -> list[Any]:
        words = (ANY_FORM, ANY_DEED)
        every = (value for given in values for value in (self.of(given).values() if given in words else (given,)))
        return list(dict.fromkeys(every))

    def rules(self, rules: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The rules, one for each form or deed where they are for any."""
        for rule in rules:
            word = next((word for word in (ANY_FORM, ANY_DEED) if _says(rule, word)), None)
            if word is None:
                yield rule
                continue
            for name, short in self.of(word).items():
                yield {**_put(rule, word, name, short), "rule": f"{rule['rule']}: {short}"}


def _says(part: Any, word: str) -> bool:
    if isinstance(part, Mapping):
        return any(_says(value, word) for value in part.values())
    return any(_says(item, word) for item in part) if isinstance(part, list) else part == word


def _put(part: Any, word: str, name: str, short: str) -> Any:
    """A rule, or a part of one, with a name in the word's place."""
    if isinstance(part, Mapping):
        return {key: _put(value, word, short if key == "slot_was_set" else name, short) for key, value in part.items()}
    if isinstance(part, list):
        return [_put(item, word, name, short) for item in part]
    return name if part == word else part
