"""Customers for journeys: each journey has a number of its own, with the records of one of the sample bank's people.

A business that replaces ``actions/`` gives its own ``actions.doubles.make(folder, like, number, card)``, or none: then
journeys are run by people whom no record knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

AREAS = ("415", "512", "713", "206", "303", "404", "503", "602", "702", "801")

Make = Callable[[Path, str, str, str], str]
"""Makes a record like somebody's, with this number and these last four digits; gives the name."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who takes the journey. ``card`` are the last four digits of their card."""

    number: str
    psid: str
    card: str
    home: Path
    name: str = ""

    def like(self, whom: str) -> Customer:
        """The same with the records of the sample person ``whom``; ``nobody`` has none."""
        if whom == "nobody":
            return replace(self, name="Nora Nobody")
        return replace(self, name=_maker()(self.home, whom, self.number, self.card))


def _maker() -> Make:
    make: Make = import_module("actions.doubles").make
    return make


def customer(number: int, home: Path) -> Customer:
    """The one with this running number, from the range kept for fiction (555-0100 to 555-0199)."""
    area, line = AREAS[number // 100 % len(AREAS)], number % 100
    return Customer(f"+1{area}55501{line:02d}", f"77{number:014d}", f"{2000 + number % 7000}", home)
