"""Every scripted call of this folder through the running installation, and the list of them in docs/calls.md."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from journeys.calls.script import read_calls
from journeys.outcome import Outcome
from tests.calls.conftest import FOLDER, sabotaged

ALL = read_calls(FOLDER)


@pytest.mark.stack
@pytest.mark.parametrize("name", [call.name for call in ALL])
def test_call(name: str, outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes[name].trouble is None, f"\n{outcomes[name]}"


@pytest.mark.stack
@pytest.mark.parametrize("name", [call.name for call in sabotaged()])
def test_a_call_that_goes_otherwise_fails_and_says_so(name: str, outcomes: Mapping[str, Outcome]) -> None:
    assert name.removeprefix("sabotaged: ") in (outcomes[name].trouble or ""), f"\n{outcomes[name]}"
