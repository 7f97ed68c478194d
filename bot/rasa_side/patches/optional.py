"""Components that need TensorFlow, which the base installation does not have."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Iterable
from typing import Any

# tests/rasa_side/patches/test_optional.py compares this with the components Rasa registers
NEED_TENSORFLOW = frozenset(
    {
        "ConveRTFeaturizer",
        "DIETClassifier",
        "LanguageModelFeaturizer",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
    }
)


class TensorFlowMissing(Exception):
    """A configuration or a model names components that cannot work here; the message says what to do."""


def have_tensorflow() -> bool:
    """True where the ``diet`` extra is installed; a stand-in of ``bot.rasa_side.patches.stubs`` does not count."""
    return importlib.machinery.PathFinder.find_spec("tensorflow") is not None


def refuse_without_tensorflow(names: Iterable[str], where: str, *, installed: bool) -> None:
    """Raise TensorFlowMissing when ``names`` (classes, with or without their module) need it and it is not there."""
    wanted = sorted({name.rpartition(".")[2] for name in names} & NEED_TENSORFLOW)
    if wanted and not installed:
        verb = "needs" if len(wanted) == 1 else "need"
        raise TensorFlowMissing(
            f"{where} names {', '.join(wanted)}, which {verb} TensorFlow; this installation has none. "
            "Install it and train again with: make train DIET=1"
        )


def components_of(config: dict[str, Any]) -> list[str]:
    """The names in ``pipeline`` and ``policies`` of a Rasa configuration."""
    entries = [*(config.get("pipeline") or []), *(config.get("policies") or [])]
    return [str(entry.get("name", "")) if isinstance(entry, dict) else str(entry) for entry in entries]
