"""A project of Rasa's that holds nothing but sentences, with one pipeline; trained as ``make train`` trains."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.nlu.sentences import Sentence

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = ("-m", "bot.rasa_side.patches.compat")
SECONDS = 3600


class Untrainable(Exception):
    """The training failed; the message has its last lines."""


def environment() -> dict[str, str]:
    """Of the processes that train and answer: one core, and Rasa says nothing to anybody."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}


def config(path: Path) -> dict[str, Any]:
    """The pipeline of a configuration, without what only this assistant has. The rest of it is about conversations."""
    content = yaml.safe_load(path.read_text())
    return {"recipe": content["recipe"], "language": content["language"], "pipeline": content["pipeline"]}


def train(folder: Path, sentences: Sequence[Sentence], pipeline: dict[str, Any], python: Path) -> tuple[Path, float]:
    """The model, and seconds from Rasa's start to its end. Raises Untrainable."""
    intents = sorted({one.intent for one in sentences})
    nlu = [{"intent": name, "examples": _listed(one.text for one in sentences if one.intent == name)} for name in intents]
    files = {
        "domain.yml": {"version": "3.1", "intents": intents},
        "nlu.yml": {"version": "3.1", "nlu": nlu},
        "config.yml": pipeline,
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000))
    began = time.monotonic()
    command = [
        str(python),
        *LAUNCH,
        "rasa",
        "train",
        "nlu",
        "--config",
        "config.yml",
        "--nlu",
        "nlu.yml",
        "--domain",
        "domain.yml",
    ]
    done = subprocess.run(
        [*command, "--out", ".", "--fixed-model-name", "it"],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    if done.returncode or not (folder / "it.tar.gz").exists():
        raise Untrainable(f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return folder / "it.tar.gz", time.monotonic() - began


def _listed(texts: Any) -> str:
    """As a designer writes them; brackets and braces would be read as marks of entities."""
    return "".join(f"- {text.translate(str.maketrans('[]{}', '()()'))}\n" for text in texts)
