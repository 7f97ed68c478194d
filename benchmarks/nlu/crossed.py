"""``python -m benchmarks.nlu.crossed [--floor 0.8] [--language es]``: how well intents are told apart, by our own sentences.

Five folds, stratified: each fifth of the sentences in ``data/nlu`` is put to a classifier of the others, with the settings of
``config.yml``; the likeliest intent counts, whatever its confidence. Prints F1 and support of each intent, the worst first,
with what it is taken for; the last line is one JSON object. With ``--floor``, 1 when an intent is below it. Each language
is told by itself: English, or that of ``--language``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.rasa_side.meaning import examples

ROOT = Path(__file__).resolve().parents[2]
NGRAMS, CLASSIFIER = "bot.rasa_side.nlu.ngrams.Ngrams", "bot.rasa_side.nlu.classifier.CalibratedClassifier"
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """How one intent fared. ``support``: its sentences; ``taken_for``: the intents that some of them were taken for."""

    intent: str
    f1: float
    support: int
    taken_for: Mapping[str, int]


def told(meant: Sequence[str], found: Sequence[str]) -> list[Told]:
    """Of each intent, the worst first. ``meant`` and ``found``: the intent of each sentence, and the likeliest."""
    supports, takings, both = Counter(meant), Counter(found), Counter(zip(meant, found, strict=True))
    rows = [
        Told(
            intent,
            2 * both[intent, intent] / (support + takings[intent]),
            support,
            {other: number for (one, other), number in both.most_common() if one == intent and other != intent},
        )
        for intent, support in supports.items()
    ]
    return sorted(rows, key=lambda row: (row.f1, row.intent))


def sentences(folder: Path, language: str = "") -> list[tuple[str, str]]:
    """Each different sentence below ``folder`` in one language (two letters; empty for English), with its intent."""
    given = examples.read(folder, language)
    return [(text, intent) for intent, texts in given.items() for text in dict.fromkeys(texts)]


def crossed(known: Sequence[tuple[str, str]], settings: Mapping[str, Mapping[str, Any]], language: str = "") -> list[str]:
    """The likeliest intent of each sentence, by a classifier that has not seen it. ``settings``: of the components, by name."""
    import numpy as np
    from rasa.shared.nlu.constants import METADATA
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from sklearn.model_selection import StratifiedKFold

    from bot.rasa_side.nlu.languages import KEY
    from bot.rasa_side.nlu.vectors import SentenceVectors

    messages = [Message.build(text, intent) for text, intent in known]
    for one in messages if language else ():
        one.set(METADATA, {KEY: language})
    SentenceVectors("vectors", SentenceVectors.get_default_config()).process_training_data(TrainingData(messages))
    intents = np.array([intent for _, intent in known])
    found = intents.copy()
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(intents, intents):
        found[unseen] = _fold([messages[one] for one in seen], [messages[one] for one in unseen], settings)
    return [str(one) for one in found]


def _fold(seen: Sequence[Any], unseen: Sequence[Any], settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.constants import INTENT
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.rasa_side.nlu import linear
    from bot.rasa_side.nlu.classifier import CalibratedClassifier, features
    from bot.rasa_side.nlu.ngrams import Ngrams

    ours = {**CalibratedClassifier.get_default_config(), **settings[CLASSIFIER]}
    known, asked = ([Message(dict(one.data), features=list(one.features)) for one in part] for part in (seen, unseen))
    with tempfile.TemporaryDirectory(prefix="onethread-folds-") as folder:
        grams = Ngrams(
            "ngrams", {**Ngrams.get_default_config(), **settings[NGRAMS]}, LocalModelStorage(Path(folder)), Resource("it")
        )
        grams.train(TrainingData(known))
    rows = [features(grams.process(part), ours["dense_weight"])[0] for part in (known, asked)]
    model = linear.fit(rows[0], [one.get(INTENT) for one in known], ours["rate"], ours["decay"], int(ours["seed"]))
    return [model.classes[one] for one in model.logits(rows[1]).argmax(1)]


def _settings() -> dict[str, dict[str, Any]]:
    """Of each component of ``config.yml``, by its name."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return {str(one["name"]): {name: value for name, value in one.items() if name != "name"} for one in pipeline}


def main() -> int:
    """Needs no trained model."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu.crossed", description="F1 of each intent, cross-validated.")
    parser.add_argument("--floor", type=float, help="1 when an intent is below it, such as 0.8")
    parser.add_argument("--language", default="", help="two letters, such as es; without it English")
    given = parser.parse_args()
    known = sentences(ROOT / "data" / "nlu", given.language)
    if not known:
        parser.error(f"no sentence in data/nlu is in {given.language}")
    meant, found = [intent for _, intent in known], crossed(known, _settings(), given.language)
    rows = told(meant, found)
    for row in rows:
        others = ", ".join(f"{name} {number}" for name, number in list(row.taken_for.items())[:3])
        print(f"{row.f1:.3f}  {row.support:4}  {row.intent:24} {others}")
    right = sum(one == other for one, other in zip(meant, found, strict=True)) / len(known)
    below = [row.intent for row in rows if given.floor is not None and row.f1 < given.floor]
    figures = {"sentences": len(known), "intents": len(rows), "accuracy": round(right, 4), "worst": round(rows[0].f1, 4)}
    print(json.dumps({**figures, "below": below} if given.floor is not None else figures))
    return 1 if below else 0


if __name__ == "__main__":
    from bot.rasa_side.patches.compat import install

    install()
    sys.exit(main())
