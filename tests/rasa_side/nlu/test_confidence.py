"""A confidence says how often it is right, and falls for what is unlike everything."""

from __future__ import annotations

import numpy as np

from bot.rasa_side.nlu import confidence
from bot.rasa_side.nlu.confidence import Confidence, nearness

CLASSES = 5


def bold(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores that are right in three of four cases and always sure."""
    chance = np.random.default_rng(seed)
    right = chance.integers(0, CLASSES, n)
    said = np.where(chance.random(n) < 0.75, right, (right + 1) % CLASSES)
    logits = np.eye(CLASSES, dtype=np.float32)[said] * 12 + chance.normal(0, 0.1, (n, CLASSES)).astype(np.float32)
    return logits, chance.normal(0.7, 0.05, n).astype(np.float32), right


def test_who_is_too_bold_is_toned_down() -> None:
    fitted = confidence.fit(*bold(2000, 1))
    logits, near, right = bold(2000, 2)
    found = fitted.of(logits, near)
    assert abs(found.max(1).mean() - (found.argmax(1) == right).mean()) < 0.05


def test_what_is_unlike_everything_has_none() -> None:
    fitted = confidence.fit(*bold(2000, 1))
    logits, near, _ = bold(50, 3)
    assert np.median(fitted.of(logits, near).max(1)) > 0.5
    assert (fitted.of(logits, near - 0.5).max(1) < 0.1).all()
    assert (fitted.of(logits - 5, near).max(1) < 0.1).all()


def test_it_is_kept_as_numbers() -> None:
    fitted = confidence.fit(*bold(500, 1))
    assert Confidence(*fitted.numbers()) == fitted


def test_without_held_out_examples_everything_is_familiar() -> None:
    found = Confidence().of(np.array([[3.0, 1.0]], np.float32), np.zeros(1, np.float32))
    assert abs(found.sum() - 1) < 1e-6


def test_of_few_examples_all_are_the_nearest() -> None:
    one = np.array([[1.0, 0.0]], np.float32)
    assert nearness(one, one).tolist() == [1.0]
