"""What of an article makes a model old: the intents that it names, however they are written, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launch.training import Trainer

BEFORE = "---\ntitle: Fees\nintents:\n  - fees\n  - costs\nowner: Ana\n---\nIt costs nothing.\n\n- by card\n"


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    (tmp_path / "config.yml").write_text("language: en\n")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("rasa\n")
    (tmp_path / "articles").mkdir()
    return Trainer(tmp_path, Path(sys.executable), tmp_path / "config.yml", tmp_path)


def marks(trainer: Trainer, *articles: str) -> list[str]:
    found = []
    for article in articles:
        (trainer.root / "articles" / "fees.md").write_text(article)
        found.append(trainer.fingerprint())
    return found


@pytest.mark.parametrize(
    "other",
    [
        BEFORE.replace("  - costs", "  # asked less often\n  - prices"),
        BEFORE.replace("  - costs", "\n  - prices"),
        BEFORE.replace("intents:\n  - fees\n  - costs", "intents: [fees]"),
        BEFORE.replace("- fees\n", "- fees\n\t- more\n"),
    ],
)
def test_another_intent_makes_it_old(trainer: Trainer, other: str) -> None:
    before, after = marks(trainer, BEFORE, other)
    assert before != after


def test_a_change_behind_a_comment_or_a_blank_line_is_seen(trainer: Trainer) -> None:
    for between in ("\n", "  # asked less often\n"):
        text = BEFORE.replace("  - costs", f"{between}  - costs")
        before, after = marks(trainer, text, text.replace("- costs", "- prices"))
        assert before != after


def test_words_and_other_keys_may_change(trainer: Trainer) -> None:
    assert len(set(marks(trainer, BEFORE, BEFORE.replace("nothing", "a dollar"), BEFORE.replace("by card", "in cash")))) == 1
    assert len(set(marks(trainer, BEFORE, BEFORE.replace("Ana", "Ben"), BEFORE.replace("Fees", "What it costs")))) == 1
