"""The terminal chat, through the running installation: what a designer types, sees, and is told of why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from journeys.chat import converse

pytestmark = pytest.mark.stack


async def talk(home: Path, channel: str, lines: Sequence[str], *, why: bool = False) -> str:
    """Everything that was shown."""
    left, shown = iter([*lines, ""]), list[str]()

    async def read() -> str:
        line = next(left)
        shown.append(f"> {line}")
        return line

    await converse(home, channel, "dora", why=why, read=read, show=shown.append)
    return "\n".join(shown)


async def test_an_answer_comes_with_what_was_understood_and_what_is_known(home: Path) -> None:
    told = await talk(home, "sms", ["activate my card"], why=True)
    assert told.startswith("You are ") and "What is your first and last name?" in told
    assert "= activate_card " in told and "form activation_form" in told


async def test_without_why_only_the_answer_is_shown(home: Path) -> None:
    told = await talk(home, "messenger", ["activate my card"])
    assert "What is your first and last name?" in told and "activation_form" not in told


async def test_a_number_takes_an_option_and_a_code_by_text_is_shown(home: Path) -> None:
    told = await talk(home, "web", ["help", "1"])
    options = [line for line in told.splitlines() if line.startswith("  1. ")]
    assert options, told
    told = await talk(home, "web", ["what is my balance", "{number}"])
    assert "Which mobile number" in told


async def test_a_call_is_answered_first_and_figures_are_keys(home: Path) -> None:
    told = await talk(home, "voice", ["activate my card"])
    assert told.index("this is the Harbour Bank assistant") < told.index("> activate my card")
