"""Mistakes as people make them, planted in a copy of the sample: ``planted/*.yml`` has them, a file for each kind.

``mistake``: what somebody did. ``file``, ``old``, ``new``: the edit; without ``old``, ``new`` is added at the end, in a file that
may be new. ``says``: words of the finding. It stands on the line with ``at`` (else with the first line of ``new``), in ``where``
(else in ``file``), and is an error unless ``severity`` says warning. There must be no finding elsewhere, but in files that begin
with one of ``also``, where the mistake is felt too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "planted"


@dataclass(frozen=True, slots=True)
class Planted:
    """One of them."""

    mistake: str
    file: str
    new: str
    says: tuple[str, ...]
    old: str = ""
    at: str = ""
    where: str = ""
    severity: str = "error"
    also: tuple[str, ...] = ()


def planted() -> list[Planted]:
    """All of them."""
    every = [one for path in sorted(FOLDER.glob("*.yml")) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return [Planted(**{**one, "says": tuple(one["says"]), "also": tuple(one.get("also", ()))}) for one in every]


@contextmanager
def planting(root: Path, one: Planted) -> Iterator[str]:
    """The mistake in its file, which is as it was afterwards. Gives the text in which the finding is expected."""
    path = root / one.file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(edited(before or "", one), encoding="utf-8")
    try:
        yield (root / (one.where or one.file)).read_text(encoding="utf-8")
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")


def edited(before: str, one: Planted) -> str:
    """The file with the mistake."""
    if not one.old:
        return before + one.new
    assert one.old in before, "the sample has changed: plant the mistake elsewhere"
    return before.replace(one.old, one.new, 1)


def line_of(text: str, words: str) -> int:
    """The line on which these words stand: the last such place, for what was added at the end."""
    assert words.strip() and words in text
    return text[: text.rindex(words)].count("\n") + 1 + len(words) - len(words.lstrip("\n"))
