"""What `make bench-nlu` counts, and how it roughens sentences."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from benchmarks.nlu.channels import RULES
from benchmarks.nlu.crossed import sentences, told
from benchmarks.nlu.figures import Answer, accuracy, accuracy_after_fallback, calibration_error, curve, refused
from benchmarks.nlu.project import config
from benchmarks.nlu.sentences import Unreadable, few, read
from tests.test_house import ROOT

SURE, UNSURE, WRONG = Answer("card", "card", 0.9), Answer("nlu_fallback", "card", 0.3), Answer("hours", "hours", 0.8)
STRANGE = Answer("nlu_fallback", "hours", 0.1)


def test_before_and_after_the_fallback() -> None:
    answers, meant = [SURE, UNSURE, WRONG], ["card"] * 3
    assert accuracy(answers, meant) == pytest.approx(2 / 3) and accuracy_after_fallback(answers, meant) == pytest.approx(1 / 3)
    assert refused([SURE, UNSURE, STRANGE]) == pytest.approx(2 / 3)


def test_a_confidence_that_keeps_its_word_has_no_error() -> None:
    nine_of_ten = [Answer("card", "card", 0.9)] * 10
    assert calibration_error(nine_of_ten, ["card"] * 9 + ["hours"]) == pytest.approx(0)
    assert calibration_error(nine_of_ten, ["hours"] * 10) == pytest.approx(0.9)


def test_the_worst_intent_comes_first_with_what_it_is_taken_for() -> None:
    meant = ["card", "card", "card", "hours", "hours", "bye"]
    worst, middle, best = told(meant, ["card", "hours", "hours", "hours", "hours", "bye"])
    assert (worst.intent, worst.f1, worst.support, worst.taken_for) == ("card", pytest.approx(1 / 2), 3, {"hours": 2})
    assert (middle.intent, middle.f1) == ("hours", pytest.approx(2 / 3)) and (best.f1, best.taken_for) == (1, {})


def test_each_language_is_told_by_itself(tmp_path: Path) -> None:
    for name, said in (("shop/hours.yml", "when"), ("shop/es/hours.yml", "cuándo")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"nlu: [{{intent: hours, examples: '- {said}'}}]", encoding="utf-8")
    assert sentences(tmp_path) == [("when", "hours")] and sentences(tmp_path, "es") == [("cuándo", "hours")]


def test_the_curve_trades_wrong_answers_for_questions() -> None:
    rows = curve([SURE, UNSURE, WRONG], ["card"] * 3, [STRANGE])
    low, high = rows[0], rows[-2]
    assert (low["right"], low["wrong"], low["asked"]) == pytest.approx((2 / 3, 1 / 3, 0), abs=1e-3)
    assert (high["right"], high["wrong"], high["asked"]) == pytest.approx((1 / 3, 0, 2 / 3), abs=1e-3)
    assert high["oos_recall"] == 1


@pytest.mark.parametrize("channel", RULES)
def test_every_channel_says_it_in_another_way_and_alike_each_time(channel: str) -> None:
    said = "Please tell me when you think that my card will be here."
    first, again = (RULES[channel](said, random.Random(3)) for _ in range(2))
    assert first == again != said
    assert all(RULES[channel](short, random.Random(number)) is not None for number, short in enumerate(("a", "hi", "?")))


def test_few_of_each_are_drawn_by_the_seed(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("text,category\n" + "".join(f"sentence {n},{'ab'[n % 2]}\n" for n in range(20)))
    found = few(read(path), 3, 1)
    assert sorted(one.intent for one in found) == ["a"] * 3 + ["b"] * 3 and found == few(read(path), 3, 1) != few(
        read(path), 3, 2
    )


@pytest.mark.parametrize("content", ["", "said,meant\nhello,greet\n", "text,category\nhello,\n"])
def test_a_file_that_is_none_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(Unreadable, match=r"bad\.csv"):
        read(path)


@pytest.mark.parametrize("path", [ROOT / "config.yml", ROOT / "benchmarks" / "nlu" / "vectors.yml"])
def test_a_pipeline_is_taken_alone(path: Path) -> None:
    found = config(path)
    assert {"name": "WhitespaceTokenizer"} in found["pipeline"] and "importers" not in json.dumps(found)


def test_slips_on_slips_are_slips_too() -> None:
    for seed in range(300):
        assert RULES["typing"]("where is my card, please tell me", random.Random(seed))
