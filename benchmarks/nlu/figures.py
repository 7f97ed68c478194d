"""Figures from answers: how often they are right, and whether their confidence says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BINS = 15
THRESHOLDS = tuple(number / 20 for number in range(2, 19))
REFUSED = frozenset({"nlu_fallback", "out_of_scope"})


@dataclass(frozen=True, slots=True)
class Answer:
    """``taken``: the intent after the fallback; ``likeliest``, with its confidence, before it."""

    taken: str
    likeliest: str
    confidence: float

    @classmethod
    def of(cls, row: Sequence[object]) -> Answer:
        """From a line of ``benchmarks.nlu.asked``; an empty text has no ranking."""
        first = row[1] if len(row) > 1 else ("", 0.0)
        assert isinstance(first, Sequence)
        return cls(str(row[0]), str(first[0]), float(first[1]))


def accuracy(answers: Sequence[Answer], intents: Sequence[str]) -> float:
    """Share whose likeliest intent is right."""
    return _share(one.likeliest == intent for one, intent in zip(answers, intents, strict=True))


def accuracy_after_fallback(answers: Sequence[Answer], intents: Sequence[str]) -> float:
    """Share that is taken for what it is."""
    return _share(one.taken == intent for one, intent in zip(answers, intents, strict=True))


def refused(answers: Sequence[Answer]) -> float:
    """Share that is taken for none of the intents."""
    return _share(one.taken in REFUSED for one in answers)


def calibration_error(answers: Sequence[Answer], intents: Sequence[str]) -> float:
    """Expected calibration error (Naeini et al. 2015), 15 bins of equal width."""
    error = 0.0
    for number in range(BINS):
        inside = [
            (one, intent)
            for one, intent in zip(answers, intents, strict=True)
            if min(int(one.confidence * BINS), BINS - 1) == number
        ]
        if inside:
            right = _share(one.likeliest == intent for one, intent in inside)
            said = sum(one.confidence for one, _ in inside) / len(inside)
            error += len(inside) / len(answers) * abs(right - said)
    return error


def curve(answers: Sequence[Answer], intents: Sequence[str], strange: Sequence[Answer]) -> list[dict[str, float]]:
    """For each threshold: ``right``, ``wrong`` and ``asked`` (refused) shares of what is in scope, and the share of ``strange``
    questions that is refused."""
    rows = []
    for threshold in THRESHOLDS:
        sure = [(one.likeliest == intent) for one, intent in zip(answers, intents, strict=True) if one.confidence >= threshold]
        row = {"threshold": threshold, "right": sum(sure) / len(answers), "wrong": (len(sure) - sum(sure)) / len(answers)}
        row["asked"] = 1 - len(sure) / len(answers)
        if strange:
            row["oos_recall"] = _share(one.confidence < threshold or one.likeliest in REFUSED for one in strange)
        rows.append({name: round(value, 4) for name, value in row.items()})
    return rows


def _share(right: Iterable[bool]) -> float:
    found = list(right)
    return sum(found) / len(found) if found else 0.0
