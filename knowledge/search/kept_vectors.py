"""Vectors of the articles in a file, so that a start does not compute them again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from knowledge.search.meaning import Array, Encode

MODEL = "all-MiniLM-L6-v2"


def kept(texts: Sequence[str], encode: Encode, folder: Path) -> Array:
    """``[texts, width]``: from the file below ``folder`` when the texts are those of the last time, else made and kept.

    A folder that cannot be written costs the time of making them again, and nothing else.
    """
    digest = hashlib.sha256("\0".join([MODEL, *texts]).encode()).hexdigest()[:16]
    path = folder / f"articles-{digest}.npy"
    with suppress(OSError, ValueError, EOFError):
        found: Array = np.load(path, allow_pickle=False)
        if len(found) == len(texts):
            return found
    made = encode(texts)
    with suppress(OSError):
        _keep(made, path)
    return made


def _keep(vectors: Array, path: Path) -> None:
    """Whole or not at all; those of earlier texts go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="articles-", suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        np.save(file, vectors)
    Path(name).replace(path)
    for old in path.parent.glob("articles-*.npy"):
        if old != path:
            old.unlink(missing_ok=True)
