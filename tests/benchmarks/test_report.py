"""The benchmarks' own arithmetic, and the page they write. Nothing is measured here."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import numbers
from benchmarks.__main__ import GROUPS, ORDER, benchmarks, read_arguments
from benchmarks.measures.flat import first_messages
from benchmarks.measures.load import MESSAGES
from benchmarks.measures.records.invented import messages
from benchmarks.measures.stages import parse
from benchmarks.results import BEGIN, END, Figure, Found, at_least, at_most, read_back, save, shown, table, write_into
from benchmarks.stack import ROOT
from benchmarks.traffic import ACTION, SCRIPT, Senders, line
from bot.conversation.once import TURNS_PER_SENDER
from records.facts import decode, encode

FOUND = Found(
    "hop", "A turn", 5, (at_most("ratio", 1.25, 1.3), Figure("turn", 34.91, "ms")), ("A note.",), {"at": "2026-11-21T22:10:00"}
)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.8), (1.0, 5.0)])
def test_percentiles_lie_between_the_values(share: float, expected: float) -> None:
    assert numbers.percentile([5, 1, 4, 2, 3], share) == pytest.approx(expected)


def test_a_ratio_is_taken_run_by_run() -> None:
    slow_second_run = [[2.0, 2.0], [20.0, 20.0], [2.0, 2.0]]
    assert numbers.ratio_of(slow_second_run, [[1.0], [10.0], [1.0]]) == 2.0
    with pytest.raises(ValueError, match="both sides"):
        numbers.ratio_of([[1.0]], [])


def test_growth_is_a_slope() -> None:
    assert numbers.slope([(0, 10), (1, 12), (2, 14)]) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="vary"):
        numbers.slope([(1, 10), (1, 12)])


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (at_most("x", 1.3, 1.3), True),
        (at_most("x", 1.31, 1.3), False),
        (at_least("x", 3, 3), True),
        (at_least("x", 2.9, 3), False),
    ],
)
def test_a_target_is_met_or_not(figure: Figure, met: bool) -> None:
    assert figure.met is met


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234, "", "1.23"),
        (34.91, "ms", "34.9 ms"),
        (563.4, "ms", "563 ms"),
        (10_000, "turns", "10,000 turns"),
        (3.0, "s", "3 s"),
    ],
)
def test_numbers_are_shown_in_three_digits(value: float, unit: str, text: str) -> None:
    assert shown(Figure("x", value, unit)) == text


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    assert read_back(save(FOUND, tmp_path)) == FOUND


def test_a_missed_target_stands_out() -> None:
    missed = Found("hop", "A turn", 1, (at_most("ratio", 1.5, 1.3),))
    assert "**missed**" in table(missed)
    assert "≤ 1.3: met" in table(FOUND)


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_into(page, [FOUND], ORDER)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text and "34.9 ms" in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="marks"):
        write_into(page, [FOUND], ORDER)


def test_a_table_that_was_not_measured_again_stays(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    write_into(page, [replace(FOUND, name="memory", title="Memory"), FOUND], ORDER)
    write_into(page, [replace(FOUND, title="A turn, measured again")], ORDER)
    titles = [line for line in page.read_text().splitlines() if line.startswith("### ")]
    assert titles == ["### A turn, measured again", "### Memory"]


def test_the_page_in_the_docs_has_its_marks() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text()
    assert text.index(BEGIN) < text.index(END)


def test_every_benchmark_has_its_place_on_the_page() -> None:
    assert set(benchmarks()) <= set(ORDER)


def test_the_records_are_several_measurements() -> None:
    assert read_arguments(["records"]).names == list(GROUPS["records"])
    assert set(GROUPS["records"]) <= set(benchmarks())


@pytest.mark.parametrize("words", ["bench records hop", "bench memory"])
def test_make_bench_takes_names_even_those_of_targets(words: str) -> None:
    make = ["make", "-n", *words.split()]
    said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"benchmarks {words.removeprefix('bench ')}" in " ".join(said.split())
    assert "launch.processes.memory" not in said and "env-diet" not in said


def test_what_is_invented_is_what_the_recorder_knows() -> None:
    facts = list(messages(3, 10))
    assert [decode(encode(fact)) for fact in facts] == facts
    assert len({fact.id for fact in facts}) == len(facts) == 42


@pytest.mark.parametrize("given", [["nonsense"], ["--runs", "0"]])
def test_nonsense_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(given)
    assert "usage" in capsys.readouterr().err


def test_names_and_runs_are_read() -> None:
    arguments = read_arguments(["hop", "flat", "--runs", "7", "--no-page"])
    assert (arguments.names, arguments.runs, arguments.no_page) == (["hop", "flat"], 7, True)


def test_stages_are_read_from_the_metrics_page() -> None:
    text = 'onethread_stage_seconds_count{stage="rasa"} 4.0\nonethread_stage_seconds_sum{stage="rasa"} 0.2\nother{stage="rasa"} 9'
    assert parse(text) == {"rasa": (0.2, 4.0)}


def test_a_history_is_cut_before_a_message() -> None:
    events = [{"event": name} for name in ("action", "user", "bot", "user", "bot")]
    assert first_messages(events, 0) == events[:1]
    assert first_messages(events, 1) == events[:3]
    assert first_messages(events, 9) == events


def test_no_customer_writes_more_than_one_may() -> None:
    assert TURNS_PER_SENDER[0] > MESSAGES
    senders = Senders()
    assert len({senders.new() for _ in range(100)}) == 100
    assert line(len(SCRIPT)) == line(0)


def test_the_next_address_is_found_in_the_twiml() -> None:
    twiml = '<Response><Gather action="/twilio/voice/answer?step=1&amp;x=2"><Say>Hi</Say></Gather></Response>'
    found = ACTION.search(twiml)
    assert found and found[1] == "/twilio/voice/answer?step=1&amp;x=2"
