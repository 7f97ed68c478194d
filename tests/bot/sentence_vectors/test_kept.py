"""Vectors of examples are computed once, whatever happens to their file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.sentence_vectors import kept
from bot.sentence_vectors.kept import FILE, Array, encoded
from bot.sentence_vectors.weights import WIDTH


class Computing:
    """Vectors that tell the length of their text; what it was asked for is in ``asked``."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Array:
        self.asked += texts
        return np.array([[len(text) / 3] * WIDTH for text in texts], np.float32)


def test_a_further_training_computes_new_sentences_alone(tmp_path: Path) -> None:
    first = Computing()
    made = encoded(["a card", "money", "a card"], first, tmp_path)
    assert first.asked == ["a card", "money"] and made.shape == (3, WIDTH)
    second = Computing()
    again = encoded(["money", "hours", "a card"], second, tmp_path)
    assert second.asked == ["hours"]
    assert np.array_equal(again[[2, 0]], made[:2]), "those that were kept are those that were made"
    assert np.allclose(again[:, 0], [5 / 3, 5 / 3, 2], atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"nothing that can be read", b"PK\x03\x04 half an archive"])
def test_a_broken_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    computing = Computing()
    encoded(["a card"], computing, tmp_path)
    encoded(["a card"], computing, tmp_path)
    assert computing.asked == ["a card"]


def test_a_folder_that_is_not_there_costs_time_alone(tmp_path: Path) -> None:
    assert encoded(["a card"], Computing(), tmp_path / "away").shape == (1, WIDTH)


def test_no_sentence_is_none(tmp_path: Path) -> None:
    assert encoded([], Computing(), tmp_path).shape == (0, WIDTH)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    encoded(["one", "two"], Computing(), tmp_path)
    encoded(["one", "three"], Computing(), tmp_path)
    computing = Computing()
    encoded(["one", "two", "three"], computing, tmp_path)
    assert computing.asked == ["two"]
    assert {path.name for path in tmp_path.iterdir()} == {FILE}, "nothing half written is left"
