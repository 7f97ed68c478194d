"""A classifier of all examples, and its confidence, fitted on examples that an earlier classifier had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from bot.rasa_side.nlu import confidence, linear
from bot.rasa_side.nlu.adam import Array, Rows
from bot.rasa_side.nlu.confidence import Confidence, nearness
from bot.rasa_side.nlu.linear import LARGE, Linear

FOLDS = 4
"""Parts of the examples. Of many examples one part is enough to hold out; of few, each in its turn."""


def trained(rows: Rows, vectors: Array, intents: Sequence[str], config: Mapping[str, Any]) -> tuple[Linear, Confidence]:
    """``vectors``: the dense features as they are, ``[n, width]``; ``config``: the classifier's."""

    def fitted(of: Sequence[int]) -> Linear:
        chosen = [intents[one] for one in of]
        return linear.fit(rows.of(of), chosen, config["rate"], config["decay"], int(config["seed"]))

    everything = fitted(range(len(intents)))
    logits, near, right = [], [], []
    for seen, unseen in _folds(intents, int(config["seed"])):
        model = fitted(seen)
        if model.classes == everything.classes:
            logits.append(model.logits(rows.of(unseen)))
            near.append(nearness(vectors[unseen], vectors[seen]))
            right += [everything.classes.index(intents[one]) for one in unseen]
    if not right:  # too few examples to hold any back
        return everything, Confidence()
    return everything, confidence.fit(np.vstack(logits), np.concatenate(near), np.array(right))


def _folds(intents: Sequence[str], seed: int) -> list[tuple[list[int], list[int]]]:
    """Numbers of the seen and of the unseen examples; none when an intent has only one."""
    count = min(FOLDS, *Counter(intents).values()) if len(set(intents)) > 1 else 0
    if count < 2:
        return []
    split = StratifiedKFold(count, shuffle=True, random_state=seed).split(np.zeros(len(intents)), list(intents))
    parts = [(seen.tolist(), unseen.tolist()) for seen, unseen in split]
    return parts[:1] if len(intents) >= LARGE else parts
