"""Sentences with their intents from a CSV file with the columns ``text`` and ``category``."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class Unreadable(Exception):
    """A file cannot be measured with; the message says why."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, and what is meant by it."""

    text: str
    intent: str


def read(path: Path, *, named: bool = True) -> list[Sentence]:
    """All rows with a text. ``named``: each needs a category. Raises Unreadable."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path}: {error}") from error
    if not rows or "text" not in rows[0] or (named and "category" not in rows[0]):
        raise Unreadable(f"{path}: the first line names the columns: text,category")
    found = [Sentence(" ".join(row["text"].split()), row.get("category") or "") for row in rows if (row["text"] or "").strip()]
    if named and not all(one.intent for one in found):
        raise Unreadable(f"{path}: a sentence has no category")
    return found


def few(sentences: Sequence[Sentence], each: int, seed: int) -> list[Sentence]:
    """``each`` of every intent, drawn by ``seed``."""
    mixed = list(sentences)
    random.Random(seed).shuffle(mixed)
    counts: dict[str, int] = {}
    kept = []
    for one in mixed:
        counts[one.intent] = counts.get(one.intent, 0) + 1
        if counts[one.intent] <= each:
            kept.append(one)
    return kept
