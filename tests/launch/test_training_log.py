"""A training's output is long; what somebody has to know of it is not. The lines are Rasa's, as it wrote them."""

from __future__ import annotations

import pytest

from launch.processes.training_log import error, warnings

IO = "/x/.venv/lib/python3.11/site-packages/rasa/shared/utils/io.py:100: UserWarning:"
INFO = "2026-11-27 09:50:15 INFO     rasa.engine.training.hooks  - Starting to train component 'RulePolicy'."
UNUSED = f"\x1b[0m\x1b[93m{IO} The utterance 'utter_dial_welcome' is not used in any story or rule."
UNHEARD = f"\x1b[93m{IO} The intent 'call_started' is listed in the domain file, but is not found in the NLU training data."
PACKAGES = (
    "/x/.venv/lib/python3.11/site-packages/rasa/shared/utils/validation.py:134: UserWarning: "
    "pkg_resources is deprecated as an API. The pkg_resources package is slated for removal."
)
SKLEARN = (
    "/x/.venv/lib/python3.11/site-packages/sklearn/linear_model/_logistic.py:1272: FutureWarning: 'multi_class' was deprecated."
)
TRUE = "Entity 'branch' has neither start nor end in 'nearest [branch'."


def test_a_contradiction_is_told_whole_and_alone() -> None:
    lines = [
        UNUSED,
        "2026-11-27 09:50:15 ERROR    rasa.engine.graph  - Error running graph component for node train_RulePolicy1.",
        "\x1b[91mInvalidRule: ",
        "Contradicting rules or stories found \U0001f6a8",
        "",
        "- the prediction of the action 'utter_thanks' in rule 'thanks' is contradicting with rule(s) 'thanks again'.",
        "Please update your stories and rules so that they don't contradict each other. \x1b[0m",
        "something after it",
    ]
    assert error(lines) == [
        "InvalidRule:",
        "Contradicting rules or stories found \U0001f6a8",
        "- the prediction of the action 'utter_thanks' in rule 'thanks' is contradicting with rule(s) 'thanks again'.",
        "Please update your stories and rules so that they don't contradict each other.",
    ]


def test_an_error_in_one_line_is_that_line() -> None:
    wrong = "InvalidConfigException: Can't load class for name 'NoSuch'."
    assert error([UNUSED, INFO, f"\x1b[91m{wrong}\x1b[0m"]) == [wrong]


def test_of_a_trace_the_exception_is_told() -> None:
    trace = [
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "    boom()",
        "OSError: No space left on device",
    ]
    assert error([INFO, *trace]) == ["OSError: No space left on device"]


def test_without_either_the_end_is_told() -> None:
    assert error([*(f"line {n}" for n in range(40)), ""]) == [f"line {n}" for n in range(25, 40)]


@pytest.mark.parametrize("line", [UNUSED, UNHEARD, PACKAGES, SKLEARN, INFO, "  import pkg_resources"])
def test_what_is_not_true_or_not_for_designers_is_not_said(line: str) -> None:
    assert warnings([line]) == []


def test_a_true_warning_is_said_once() -> None:
    assert warnings([UNUSED, f"\x1b[93m{IO} {TRUE}", UNHEARD, f"\x1b[0m\x1b[93m{IO} {TRUE}"]) == [TRUE]
