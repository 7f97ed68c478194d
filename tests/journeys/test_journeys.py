"""Every journey of this folder through the running installation, and the proof that they test something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from journeys.outcome import Outcome
from journeys.run import run_all
from journeys.script import Journey, read
from journeys.seats import matches
from journeys.stage import open_stage
from tests.journeys.conftest import FOLDER

ALL = read(FOLDER)


@pytest.mark.stack
@pytest.mark.parametrize("name", [journey.name for journey in ALL])
def test_journey(name: str, outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes[name].trouble is None, f"\n{outcomes[name]}"


def test_there_are_enough_and_each_crosses_or_checks() -> None:
    assert len(ALL) >= 60
    for journey in ALL:
        assert sum(len(step.expect) + len(step.never) + len(step.slots) for step in journey.steps) >= 2, journey.name


@pytest.mark.stack
def test_what_must_never_come_does_come_elsewhere(outcomes: Mapping[str, Outcome]) -> None:
    """A misspelt ``never`` would forbid nothing: each has to fit something that was said in some journey."""
    said = [line for outcome in outcomes.values() for line in outcome.told]
    for pattern in {pattern for journey in ALL for step in journey.steps for pattern in step.never if "{" not in pattern}:
        assert any(matches(pattern, line) for line in said), f"nobody ever said {pattern!r}"


@pytest.mark.stack
async def test_a_journey_that_goes_otherwise_fails_and_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journeys.seats.PATIENCE", 4.0)
    good = next(journey for journey in ALL if journey.file == "balance.yml")
    async with open_stage(home) as stage:
        outcomes = await run_all(stage, _sabotaged(good))
    assert [outcome.trouble is not None for outcome in outcomes] == [True] * len(outcomes)
    assert all(any(" < " in line for line in outcome.told) for outcome in outcomes)
    understood = outcomes[0].told[outcomes[0].told.index("understood:") :]
    assert any("= ask_balance " in line for line in understood), "what was understood stands below"


def _sabotaged(good: Journey) -> list[Journey]:
    """The journey with a wrong expectation of each kind at its first step that expects something."""
    place = next(n for n, step in enumerate(good.steps) if step.expect)
    step = good.steps[place]
    said = step.expect[0][1]
    wrong = [
        replace(step, expect=((step.who, "a word nobody says"),)),
        replace(step, never=(said,)),
        replace(step, options=("No such option",)),
        replace(step, slots={"full_name": "Somebody Else"}),
        replace(step, owner="person"),
        replace(step, proof="proven"),
    ]
    return [replace(good, steps=(*good.steps[:place], one, *good.steps[place + 1 :])) for one in wrong]
