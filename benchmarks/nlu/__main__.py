"""``python -m benchmarks.nlu --train a.csv --test b.csv``: one JSON object as the last line.

docs/understanding.md says what each figure means."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.nlu import figures
from benchmarks.nlu.channels import RULES
from benchmarks.nlu.figures import Answer
from benchmarks.nlu.project import ROOT, SECONDS, Untrainable, config, environment, train
from benchmarks.nlu.sentences import Sentence, Unreadable, few, read
from launch.install.diet import with_diet

SAMPLE = 500
"""Sentences that are asked once more in each channel's way."""

DIET_PYTHON = ROOT / ".venv-diet" / "bin" / "python"


def measured(
    trained: Sequence[Sentence],
    test: Sequence[Sentence],
    oos: Sequence[Sentence],
    pipeline: dict[str, Any],
    python: Path,
    curve: bool,
) -> dict[str, Any]:
    """All figures of one pipeline. Raises Untrainable."""
    chance = random.Random(1)
    sample = chance.sample(range(len(test)), min(SAMPLE, len(test)))
    ways = {name: [rule(test[one].text, chance) for one in sample] for name, rule in RULES.items()}
    texts = [[one.text for one in test], [one.text for one in oos], *ways.values()]
    with tempfile.TemporaryDirectory(prefix="onethread-nlu-") as name:
        model, seconds = train(Path(name), trained, pipeline, python)
        found = _asked(Path(name), model, [text for group in texts for text in group], python)
    answers = iter(map(Answer.of, found.pop("answers")))
    clean, strange, *others = [[next(answers) for _ in group] for group in texts]
    intents = [one.intent for one in test]
    base = figures.accuracy([clean[one] for one in sample], [intents[one] for one in sample])
    result: dict[str, Any] = {
        "accuracy": figures.accuracy(clean, intents),
        "accuracy_after_fallback": figures.accuracy_after_fallback(clean, intents),
        "oos_recall": figures.refused(strange) if strange else None,
        "ece": figures.calibration_error(clean, intents),
        "train_s": seconds,
        **found,
        "loss": {
            name: base - figures.accuracy(group, [intents[one] for one in sample])
            for name, group in zip(ways, others, strict=True)
        },
    }
    return {**result, "curve": figures.curve(clean, intents, strange)} if curve else result


def _asked(folder: Path, model: Path, texts: list[str], python: Path) -> dict[str, Any]:
    questions, answers = folder / "questions.json", folder / "answers.json"
    questions.write_text(json.dumps(texts))
    command = [str(python), "-m", "benchmarks.nlu.asked", str(model), str(questions), str(answers)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise Untrainable(done.stderr[-3000:])
    content: dict[str, Any] = json.loads(answers.read_text())
    return content


def rounded(value: Any) -> Any:
    """Figures with four places."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu", description="Measure how well sentences are understood.")
    parser.add_argument("--train", type=Path, required=True, help="CSV with the columns text and category")
    parser.add_argument("--test", type=Path, required=True, help="the same, of sentences that are not in it")
    parser.add_argument("--oos", type=Path, help="CSV with the column text: questions about something else")
    parser.add_argument("--config", type=Path, default=ROOT / "config.yml", help="whose pipeline is measured")
    parser.add_argument("--each", type=int, help="train with so many sentences of each category")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--curve", action="store_true", help="what each threshold would do")
    parser.add_argument("--diet", action="store_true", help="and the same with DIET")
    return parser.parse_args(given)


def main() -> int:
    """0; 1 when something cannot be read or trained."""
    asked = read_arguments(sys.argv[1:])
    try:
        trained, test = read(asked.train), read(asked.test)
        trained = few(trained, asked.each, asked.seed) if asked.each else trained
        oos = read(asked.oos, named=False) if asked.oos else []
        pipeline = config(asked.config)
        print(f"{len(trained)} sentences to learn from, {len(test)} to test, {len(oos)} about something else", flush=True)
        result = measured(trained, test, oos, pipeline, Path(sys.executable), asked.curve)
        if asked.diet:
            result["diet"] = measured(trained, test, oos, with_diet(pipeline), DIET_PYTHON, asked.curve)
    except (Unreadable, Untrainable) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(rounded(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
