"""The graph as a file, its weights in another: made once, in seconds, from the package's weights; older ones are deleted.

The weights lie as the processor's kernels want them, and are mapped into memory: processes that use them share one copy.
https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html (what is packed is for one machine only)
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from bot.sentence_vectors.weights import Weights, folder

MODELS = Path(__file__).parents[2] / "models"
NAME = "sentence-vectors"
WEIGHTS = "weights"
SMALLEST = 1024
"""Bytes; what is smaller stays in the graph."""

LEFT_OVER = 3600.0
"""Seconds after which nobody makes it any more."""


def model_file(models: Path | None = None) -> Path:
    """The graph below ``models`` (the checkout's own by default). Two processes that make it at once make the same."""
    path = (models or MODELS) / f"{NAME}-{mark()}-{machine()}" / "graph.onnx"
    if not path.exists():
        _made(path)
    return path


def mark() -> str:
    """Changes with the weights and with how the graph is written."""
    weights = folder() / "model.safetensors"
    digest = hashlib.sha256(f"{weights.stat().st_size}".encode())
    for source in ("graph.py", "weights.py", "model_file.py"):
        digest.update(Path(__file__).with_name(source).read_bytes())
    return digest.hexdigest()[:12]


def machine() -> str:
    """Changes with the runtime's version and with the processor, for which weights are packed."""
    return hashlib.sha256(f"{version('onnxruntime')} {_processor()}".encode()).hexdigest()[:8]


def _processor() -> str:
    told = ("model name", "flags", "Features", "CPU part")
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(sorted({line for line in lines if line.startswith(told)}))


def in_memory() -> bytes:
    """The graph with its weights, as it is before it is written."""
    from bot.sentence_vectors.graph import build  # here: who finds the file does not load onnx

    graph: bytes = build(Weights(folder())).SerializeToString()
    return graph


def _made(path: Path) -> None:
    place = path.parent
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f"making-{NAME}-", ignore_cleanup_errors=True) as begun:
        _write(Path(begun) / path.name)
        Path(begun).chmod(0o755)  # who trains and who serves may be different users
        try:
            Path(begun).rename(place)
        except OSError:  # another process was quicker
            if not path.exists():
                raise
    for left in place.parent.glob(f"making-{NAME}-*"):  # by who was killed while making it
        if time.time() - left.stat().st_mtime > LEFT_OVER:
            shutil.rmtree(left, ignore_errors=True)
    for older in place.parent.glob(f"{NAME}-*"):
        if older.is_file():
            older.unlink(missing_ok=True)
        elif not older.name.startswith(f"{NAME}-{mark()}-"):  # another machine may use this folder, too
            shutil.rmtree(older, ignore_errors=True)


def _write(path: Path) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.optimized_model_filepath = str(path)
    for name, value in {
        "session.optimized_model_external_initializers_file_name": WEIGHTS,
        "session.optimized_model_external_initializers_min_size_in_bytes": str(SMALLEST),
        "session.save_external_prepacked_constant_initializers": "1",
    }.items():
        options.add_session_config_entry(name, value)
    onnxruntime.InferenceSession(in_memory(), options, providers=["CPUExecutionProvider"])
