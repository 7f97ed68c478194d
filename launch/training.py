"""The assistant's trained model: found when one belongs to the data as it is now, else trained.

``python -m launch.training`` is ``make train``: it trains in any case.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gateway.settings.env_file import read_values
from gateway.settings.kinds import ConfigError
from launch.install.environment import home_of, part_env
from launch.install.installation import Installation, StartError, write_private_text
from launch.processes import training_log
from launch.processes.checked import AFTER, check_assistant
from launch.processes.parts import Served
from launch.processes.process import Process
from launch.published import Shelf, in_use

LOOK = 0.5
Check = Callable[[Path, Callable[[str], None]], None]
LINES = 5000
"""Of a training's output that are looked at."""

INTENTS = re.compile(r"^intents:.*\n(?:(?!---)(?:[ \t#-].*)?\n)*", re.MULTILINE)
"""All that a training reads of an article, comments and blank lines between included: its text may change without one."""

KEPT = 3
"""Models that are kept; older ones are deleted after a training, but none that an installation serves (launch.published)."""
LATER = "What runs now stays as it is. This model is live with the next `make run`, or after `make publish` for a service."


@dataclass(frozen=True, slots=True)
class Trainer:
    """Trains below ``root`` with ``python`` (one environment per tier), from ``config``; the log goes to ``logs``.
    ``check`` looks for mistakes first (``trainer`` gives it); it raises StartError."""

    root: Path
    python: Path
    config: Path
    logs: Path
    check: Check | None = None

    def fingerprint(self) -> str:
        """What a model depends on: pipeline, domain, data, what articles name, our NLU components, the libraries' versions."""
        digest = hashlib.sha256()
        for path in self._sources():
            digest.update(f"{path.relative_to(self.root)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        for path in sorted((self.root / "articles").rglob("*.md")):
            digest.update("".join(INTENTS.findall(path.read_text(encoding="utf-8", errors="replace"))).encode())
        return digest.hexdigest()

    def _sources(self) -> Iterator[Path]:
        yield self.config
        yield self.root / "requirements" / "base.txt"
        for folder in ("domain", "data"):
            yield from sorted(p for p in (self.root / folder).rglob("*.y*ml") if p.is_file())
        for folder in ("rasa_side", "sentence_vectors"):
            yield from sorted((self.root / "bot" / folder).rglob("*.py"))

    def find(self) -> Path | None:
        """The model trained from exactly what is there now."""
        model = self._model(self.fingerprint())
        return model if model.exists() else None

    async def train(self, env: dict[str, str], say: Callable[[str], None] = print) -> Path:
        """Train and keep the model under its fingerprint's name; what Rasa warns of is said. Raises StartError with the error."""
        mark = self.fingerprint()
        model, part = self._model(mark), self.root / "models" / "in-training"
        part.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        process = Process(self._command(part, model), env, self.root, self.logs / "train.log", LINES)
        try:
            code = await asyncio.shield(process.exited)
        finally:
            process.kill()
        made = part / model.name
        if code != 0 or not made.exists():
            lines = "\n".join(f"    {line}" for line in training_log.error(process.lines))
            raise StartError(f"Training failed (exit code {code}):\n{lines}\n{AFTER} The whole log: {process.log}")
        for warning in training_log.warnings(process.lines):
            say(f"Warning: {warning}")
        made.replace(model)
        record = {"fingerprint": mark, "seconds": round(time.monotonic() - began, 1), "config": self.config.name}
        write_private_text(model.with_suffix("").with_suffix(".json"), json.dumps(record) + "\n")
        self._forget_old()
        return model

    def _model(self, mark: str) -> Path:
        return self.root / "models" / f"onethread-{mark[:16]}.tar.gz"

    def _command(self, out: Path, model: Path) -> list[str]:
        rasa = [str(self.python), "-m", "bot.rasa_side.patches.compat", "rasa", "train"]
        data = ["--config", str(self.config), "--domain", "domain", "--data", "data", "--out", str(out)]
        return [*rasa, *data, "--fixed-model-name", model.name.removesuffix(".tar.gz")]

    def _forget_old(self) -> None:
        models = sorted((self.root / "models").glob("onethread-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
        for model in models[KEPT:]:
            if in_use(model):
                continue
            model.unlink()
            model.with_suffix("").with_suffix(".json").unlink(missing_ok=True)


def trainer(root: Path, logs: Path, *, diet: bool) -> Trainer:
    """The base tier's trainer, or that of the environment with TensorFlow."""
    if not diet:
        return Trainer(root, Path(sys.executable), root / "config.yml", logs, check_assistant)
    python = root / ".venv-diet" / "bin" / "python"
    if not python.exists():
        raise StartError("The environment with TensorFlow is not there: make it with `make train DIET=1`.")
    from launch.install.diet import diet_config  # here: only this tier pays for reading YAML

    return Trainer(root, python, diet_config(root / "config.yml", root / "models" / "config-diet.yml"), logs, check_assistant)


async def ready_model(work: Trainer, system: Mapping[str, str], say: Callable[[str], None]) -> Served:
    """The model for the data as it is now, which is checked, and trained from if need be. Raises StartError."""
    await _checked(work, say)
    model = work.find()
    if model is None:
        async with _alone(work.root, say):
            model = work.find()  # another start may just have trained it
            if model is None:
                say(f"Training the assistant, once for this data (log: {work.logs / 'train.log'}) ...")
                model = await work.train(training_env(system), say)
    return Served(model, work.python)


async def _checked(work: Trainer, say: Callable[[str], None]) -> None:
    """Whoever trains, starts or talks to the assistant comes by here. Raises StartError with every mistake."""
    if work.check is not None:
        await asyncio.to_thread(work.check, work.root, say)


@asynccontextmanager
async def _alone(root: Path, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Two trainings at once in one checkout break each other's files; the lock ends with its process."""
    (root / "models").mkdir(exist_ok=True)
    with (root / "models" / ".training").open("w") as held:
        told = False
        while not _locked(held):
            if not told:
                say("Another start is training the assistant: waiting for it ...")
            told = True
            await asyncio.sleep(LOOK)
        yield


def _locked(held: TextIO) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def training_env(system: Mapping[str, str]) -> dict[str, str]:
    """What a training may know."""
    return part_env(system, {"RASA_TELEMETRY_ENABLED": "false"})


async def served_model(place: Installation, work: Trainer, system: Mapping[str, str], say: Callable[[str], None]) -> Served:
    """What a service serves: the model that was published, whatever was written or trained since; at the first start of all
    the data as it is. Raises StartError.
    """
    shelf = Shelf(place)
    named = shelf.named()
    if named is None:
        return shelf.publish(await ready_model(work, system, say))
    say(f"Serving {named.model.name}, as published; `make publish` and a restart change that.")
    return named


async def _anew(work: Trainer) -> Path:
    await _checked(work, print)
    async with _alone(work.root, print):
        return await work.train(training_env(os.environ))


async def _published(place: Installation, work: Trainer) -> Path:
    return Shelf(place).publish(await ready_model(work, os.environ, print)).model


def main() -> None:
    """Train now, or publish what is there; the model's path is the last line."""
    parser = argparse.ArgumentParser(prog="python -m launch.training", description="Train the assistant.")
    parser.add_argument("--diet", action="store_true", help="with DIET, in the environment that has TensorFlow")
    parser.add_argument("--publish", action="store_true", help="make the data as it is now what this installation serves")
    arguments = parser.parse_args()
    root = Path(__file__).parent.parent
    try:
        values = read_values(root / ".env", os.environ)
        place = Installation.open(home_of(values, root))
        work = trainer(root, place.logs, diet=arguments.diet)
        if arguments.publish:
            made = asyncio.run(_published(place, work))
            print("Published: served from the next start on. What runs now stays as it is until then.", made, sep="\n")
            return
        print(f"Training with {work.config.name}; the log is {work.logs / 'train.log'}.", flush=True)
        made = asyncio.run(_anew(work))
        print(LATER, made, sep="\n")
    except (ConfigError, StartError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
