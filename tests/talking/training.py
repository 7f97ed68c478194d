"""Rasa's command line on the assistant of this tree, in a process of its own (training and validation leave traces in memory)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_ENDPOINTS = "version: '3.1'\n"


def rasa(*arguments: str, folder: Path, root: Path = ROOT, seconds: float = 900) -> subprocess.CompletedProcess[str]:
    """Run ``rasa <arguments>`` in the project (``root``) with an endpoints file that names no server."""
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(NO_ENDPOINTS)
    more = ("--endpoints", str(endpoints)) if arguments[0] == "test" else ()
    return subprocess.run(
        [sys.executable, "-m", "bot.rasa_side.patches.compat", "rasa", *arguments, *more],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def train(folder: Path, root: Path = ROOT) -> Path:
    """Train the assistant of ``root`` into ``folder``; the model's file. About a minute of processor time."""
    done = rasa("train", "--domain", "domain", "--out", str(folder), "--fixed-model-name", "it", folder=folder, root=root)
    model = folder / "it.tar.gz"
    assert done.returncode == 0 and model.exists(), done.stderr[-3000:]
    return model
