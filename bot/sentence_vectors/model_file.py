"""The graph as a file: made once, in seconds, from the package's weights; an older one is deleted."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from bot.sentence_vectors.weights import Weights, folder

MODELS = Path(__file__).parents[2] / "models"


def model_file(models: Path | None = None) -> Path:
    """The file below ``models`` (the checkout's own by default). Two processes that make it at once write the same."""
    path = (models or MODELS) / f"sentence-vectors-{mark()}.onnx"
    if not path.exists():
        _made(path)
    return path


def mark() -> str:
    """Changes with the weights and with how the graph is written."""
    weights = folder() / "model.safetensors"
    digest = hashlib.sha256(f"{weights.stat().st_size}".encode())
    for source in ("graph.py", "weights.py"):
        digest.update(Path(__file__).with_name(source).read_bytes())
    return digest.hexdigest()[:12]


def _made(path: Path) -> None:
    from bot.sentence_vectors.graph import build  # here: who finds the file does not load onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="sentence-vectors-")
    with os.fdopen(handle, "wb") as file:
        file.write(build(Weights(folder())).SerializeToString())
    Path(name).replace(path)
    for older in set(path.parent.glob("sentence-vectors-*.onnx")) - {path}:
        older.unlink(missing_ok=True)
