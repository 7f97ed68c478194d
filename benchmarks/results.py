"""What a benchmark found, as a value, as JSON in ``results/`` and as a table in docs/benchmarks.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``target`` says what it should be, in words; ``met`` is None where there is no target."""

    label: str
    value: float
    unit: str = ""
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """All that one benchmark found. ``runs``: how often it was repeated; ``notes``: sentences on how to read it."""

    name: str
    title: str
    runs: int
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    machine: dict[str, Any] = field(default_factory=dict)


def at_most(label: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure that should not pass ``limit``."""
    return Figure(label, value, unit, f"≤ {limit:g}{' ' + unit if unit else ''}", value <= limit)


def at_least(label: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure that should reach ``limit``."""
    return Figure(label, value, unit, f"≥ {limit:g}{' ' + unit if unit else ''}", value >= limit)


def save(found: Found, folder: Path) -> Path:
    """Write ``<folder>/<name>.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.name}.json"
    path.write_text(json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n")
    return path


def read_back(path: Path) -> Found:
    """Read one back. Raises OSError, ValueError, KeyError or TypeError for a file that is none."""
    content = json.loads(path.read_text())
    figures = tuple(Figure(**figure) for figure in content.pop("figures"))
    return Found(**{**content, "figures": figures, "notes": tuple(content["notes"])})


def table(found: Found) -> str:
    """One benchmark as Markdown."""
    lines = [f"### {found.title}", "", f"`python -m benchmarks {found.name}`, {_where(found)}", ""]
    lines += ["| | measured | target |", "|---|---|---|"]
    lines += [f"| {figure.label} | {shown(figure)} | {_target(figure)} |" for figure in found.figures]
    lines += ["", *(f"* {note}" for note in found.notes)]
    return "\n".join(lines).rstrip() + "\n"


def shown(figure: Figure) -> str:
    """The value with its unit, in three digits or so."""
    value = figure.value
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{' ' + figure.unit if figure.unit else ''}"


def write_into(page: Path, found: Iterable[Found], order: Sequence[str]) -> None:
    """Bring these tables of ``page`` up to date; the others stay. ``order``: of their names.

    ValueError when the page does not have the marks of the results.
    """
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    there, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} does not have the marks of the results")
    tables = _tables(there) | {one.name: table(one) for one in found}
    shown = "\n".join(tables[name] for name in order if name in tables)
    page.write_text(f"{before}{BEGIN}\n\n{shown}\n{END}{after}")


def _tables(text: str) -> dict[str, str]:
    """The tables of a page, by the name of what made them."""
    parts = [part.strip() + "\n" for part in re.split(r"^(?=### )", text, flags=re.MULTILINE)]
    return {made[1]: part for part in parts if (made := re.search(r"`python -m benchmarks (\w+)`", part))}


def _target(figure: Figure) -> str:
    if figure.met is None:
        return figure.target
    return f"{figure.target}: {'met' if figure.met else '**missed**'}"


def _where(found: Found) -> str:
    machine = found.machine
    parts = [f"{found.runs} runs" if found.runs > 1 else "1 run", str(machine.get("at", ""))[:16].replace("T", " ")]
    if machine.get("commit"):
        parts.append(f"commit {machine['commit']}")
    if machine.get("load"):
        parts.append(f"load before it {machine['load']}")
    return ", ".join(part for part in parts if part)
