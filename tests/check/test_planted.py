"""None of these mistakes is silent, and each is told where it is, in words that lead to the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from check.findings import Finding
from check.rules import findings
from tests.check.planting import Planted, line_of, planted, planting

PLANTED = planted()
LEAST = 60


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.mistake)
def test_a_mistake_is_told_where_it_is(sample: Path, one: Planted) -> None:
    with planting(sample, one) as text:
        found = findings(sample)
    line = line_of(text, one.at or one.new.split("\n")[0])
    there = [each for each in found if (each.path, each.line) == (one.where or one.file, line)]
    assert any(told(each, one) for each in there), "\n".join([f"silent at line {line}:", *map(str, found)])
    assert [str(each) for each in found if each not in there and not each.path.startswith(one.also)] == []


def told(finding: Finding, one: Planted) -> bool:
    return finding.severity == one.severity and all(words in finding.text for words in one.says)


def test_there_are_enough_of_them_and_each_is_another() -> None:
    assert len({one.mistake for one in PLANTED}) == len(PLANTED) >= LEAST
