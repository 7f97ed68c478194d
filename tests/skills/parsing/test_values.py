"""Sums, spans of time, counts and references as customers say them (values.yml)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml

from bot.skills.parsing.amounts import Amount, parse_amount
from bot.skills.parsing.numbers import Duration, parse_count, parse_duration
from bot.skills.parsing.references import parse_postcode, parse_reference
from tests.talking.training import ROOT

SAID: dict[str, Any] = yaml.safe_load((ROOT / "tests/skills/parsing/values.yml").read_text())
SHAPE = "AA-99999"


@pytest.mark.parametrize(("words", "meant"), SAID["amounts"].items())
def test_sums(words: str, meant: str) -> None:
    value, currency = meant.split()
    assert parse_amount(words) == Amount(Decimal(value), currency)


@pytest.mark.parametrize("words", SAID["no_amounts"])
def test_no_sum_or_two(words: str) -> None:
    assert parse_amount(words) is None


@pytest.mark.parametrize(("words", "meant"), SAID["durations"].items())
def test_spans(words: str, meant: str) -> None:
    assert parse_duration(words) == Duration(*map(int, meant.split()))


@pytest.mark.parametrize("words", SAID["no_durations"])
def test_no_span(words: str) -> None:
    assert parse_duration(words) is None


@pytest.mark.parametrize(("words", "meant"), SAID["counts"].items())
def test_counts(words: str, meant: int) -> None:
    assert parse_count(words) == meant


@pytest.mark.parametrize(("words", "meant"), SAID["references"].items())
def test_references(words: str, meant: str) -> None:
    assert parse_reference(words, SHAPE) == meant


@pytest.mark.parametrize("words", SAID["no_references"])
def test_no_reference(words: str) -> None:
    assert parse_reference(words, SHAPE) is None


@pytest.mark.parametrize(
    "words", ["", "9" * 9000, "$" * 500, "1,2,3,4.5.6", "\u200b", "double double double", "٣٤٥", "½", "a " * 4000]
)
def test_nothing_breaks_them(words: str) -> None:
    for read in (parse_amount, parse_duration, parse_count):
        read(words)  # type: ignore[operator]
    parse_reference(words, SHAPE)


@pytest.mark.parametrize(
    ("words", "country", "code"),
    [("my zip is one double zero one two", "US", "10012"), ("sw1a 1aa", "GB", "SW1A 1AA"),
     ("it's E C 1 V 9 H N", "GB", "EC1V 9HN"),
     ("k1a0b1", "CA", "K1A 0B1"), ("no idea", "GB", None), ("１００１２", "US", "10012")],
)  # fmt: skip
def test_postcodes(words: str, country: str, code: str | None) -> None:
    assert parse_postcode(words, country) == code
