"""Files that nobody reads, as their names end otherwise or they stand in another folder: what is in them would count nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from check.findings import Finding, near
from check.reading.assistant import CALLS, JOURNEYS, Assistant
from knowledge.elsewhere import FILE
from knowledge.reading import FOLDER

KEPT_ASIDE = re.compile(r"^\.|~$|\.(bak|old|orig|swp|tmp)$", re.I)
"""Copies that editors and people keep beside a file."""

YAML = re.compile(r"(.+?)\.(ya?ml|ymal|yalm|ylm|yam|ym)\b", re.I)
MARKDOWN = re.compile(r"(.+?)\.(md|markdown|mdown|mkd|mdx|docx)\b", re.I)
SLIP = 0.85


def files(assistant: Assistant) -> Iterator[Finding]:
    """Of each folder that designers write in."""
    root = assistant.root
    for folder in ("domain", "data"):
        unread = (path for path in _below(root / folder) if not path.match("*.y*ml"))
        yield from _named(root, unread, YAML, ".yml")
    yield from _named(root, (path for path in _below(root / FOLDER) if path.suffix != ".md"), MARKDOWN, ".md")
    for path in _below(root / FOLDER):
        if path.name != FILE and (guess := near(path.name, {FILE}, SLIP)):
            yield _finding(root, path, f"Nothing reads a file named {path.name}.{guess}")
    yield from _scripts(root)


def _scripts(root: Path) -> Iterator[Finding]:
    """Journeys and calls are read from their own folders, and not from those below."""
    for folder in (JOURNEYS, CALLS):
        unread = [path for path in _below(root / folder) if path.suffix != ".yml" or path.parent != root / folder]
        yield from _named(root, (path for path in unread if path.suffix != ".yml"), YAML, ".yml")
        for path in unread:
            if path.suffix == ".yml":
                yield _finding(root, path, f"Nothing reads this file: it belongs into {folder}/ itself.")
    for path in (root / "journeys").glob("*.y*ml"):
        yield _finding(root, path, f"Nothing reads this file: journeys belong into {JOURNEYS}/.")


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not KEPT_ASIDE.search(path.name) and path.is_file())


def _named(root: Path, paths: Iterable[Path], meant: re.Pattern[str], ending: str) -> Iterator[Finding]:
    for path in paths:
        if found := meant.match(path.name):
            text = f"Nothing reads this file: its name has to end in {ending}. Call it {found[1]}{ending}."
            yield _finding(root, path, text)


def _finding(root: Path, path: Path, text: str) -> Finding:
    return Finding(str(path.relative_to(root)), 1, text)
