"""``make bench-knowledge``: strangers' questions against the sample's articles; one JSON object as the last line.

``hit@1`` and ``hit@3``: of the questions that an article answers, how many find it first, or among the first three.
``answered`` and ``right``: how many of these are answered at all, and from the right article. ``refused``: of those that no
article answers, how many get no answer. Thresholds were chosen on the half ``dev``; ``test`` is what they are worth.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.library import Library

QUESTIONS = Path(__file__).parents[1] / "tests" / "knowledge" / "questions.yml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question: the articles found, the best first, and whether the first was good enough to be said."""

    right: tuple[str, ...]
    found: tuple[str, ...]
    answered: bool

    def hit(self, first: int) -> bool:
        """Whether a right one is among the first so many."""
        return any(slug in self.right for slug in self.found[:first])


def asked(library: Library, questions: Sequence[Any]) -> list[Outcome]:
    """Each question put to the library."""
    outcomes = []
    for one in questions:
        hits = library.search(one["text"])
        found = tuple(hit.article.slug for hit in hits[:3])
        outcomes.append(Outcome(tuple(one["articles"]), found, bool(hits) and hits[0].answers))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares of 1."""
    ours, others = [one for one in outcomes if one.right], [one for one in outcomes if not one.right]
    return {
        "questions": len(outcomes),
        "hit@1": _share([one.hit(1) for one in ours]),
        "hit@3": _share([one.hit(3) for one in ours]),
        "answered": _share([one.answered for one in ours]),
        "right": _share([one.answered and one.hit(1) for one in ours]),
        "refused": _share([not one.answered for one in others]),
    }


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4) if found else 0.0


def main() -> None:
    """Open as a start does, ask everything, print."""
    questions = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    begun = time.process_time()
    library = Library.open().warm()
    opened = time.process_time()
    halves = {half: asked(library, [one for one in questions if one["half"] == half]) for half in ("dev", "test")}
    each = (time.process_time() - opened) / len(questions)
    told: dict[str, Any] = {half: figures(outcomes) for half, outcomes in halves.items()}
    print(json.dumps({**told, "open_s": round(opened - begun, 3), "ask_ms": round(1000 * each, 2)}))


if __name__ == "__main__":
    main()
