"""docs/calls.md lists every scripted call and every other whole call, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from journeys.calls.script import GATHER, RELAY, ScriptedCall, calls, read_calls
from journeys.script import ScriptError
from tests.calls.conftest import FOLDER

ROOT = FOLDER.parents[1]
PAGE = ROOT / "docs" / "calls.md"
ALL = read_calls(FOLDER)
BEGIN, END = "<!-- calls -->\n", "<!-- end of calls -->"

SITUATIONS = (
    "silence to the end",
    "keys during speech",
    "interruption in mid-sentence",
    "hang-up at each stage",
    "slow model",
    "model down",
    "Redis down",
    "queue full",
    "agent busy",
    "callback",
    "voicemail",
    "transfer back to the bot",
    "resume a chat's form on the phone",
    "two calls from one number",
    "withheld number",
    "relay failure",
    "relay reconnect with replay",
    "duplicate and late webhooks",
)
OVER_GATHER_ALONE = {"agent busy"}
"""The caller waits in Twilio's queue: how they talked before makes no difference."""


def plain(call: ScriptedCall) -> str:
    return call.name.rpartition(" (")[0]


def table(found: Iterable[ScriptedCall]) -> str:
    """One row for each call, however often it is played."""
    rows: dict[str, list[ScriptedCall]] = {}
    for call in found:
        rows.setdefault(plain(call), []).append(call)
    lines = ["| what happens | over | covers | where |", "|---|---|---|---|"]
    for name, played in rows.items():
        ways = ", ".join({GATHER: "Gather", RELAY: "relay"}[way] for way in dict.fromkeys(call.way for call in played))
        lines.append(f"| {name} | {ways} | {', '.join(played[0].covers)} | `{played[0].file}` |")
    return "\n".join(lines) + "\n"


def test_the_page_lists_the_calls(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    listed, _, after = rest.partition(END)
    if request.config.getoption("--update-calls", default=False):
        PAGE.write_text(f"{before}{BEGIN}{table(ALL)}{END}{after}")
    else:
        assert listed == table(ALL), "docs/calls.md: run pytest tests/calls/test_table.py --update-calls"


def test_the_other_whole_calls_that_the_page_names_exist() -> None:
    named = re.findall(r"^\|.*`(tests/[\w/]+\.py)::(\w+)`", PAGE.read_text(), re.MULTILINE)
    assert len(named) >= 20
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(), f"{file}::{test}"


def test_there_are_enough_and_every_situation_is_played() -> None:
    assert len({plain(call) for call in ALL}) >= 40
    for situation in SITUATIONS:
        ways = {call.way for call in ALL if situation in call.covers}
        assert ways, f"no call shows: {situation}"
        if not situation.startswith("relay") and situation not in OVER_GATHER_ALONE:
            assert ways == {GATHER, RELAY}, f"{situation}: only over {', '.join(ways)}"


def test_what_is_misspelt_is_refused_with_a_sentence() -> None:
    good: dict[str, Any] = {"call": "one", "covers": "silence", "steps": [{"voice calls": None, "expect": "hello"}]}
    assert [call.name for call in calls({**good, "over": [GATHER, RELAY]})] == ["one (gather)", "one (relay)"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"over": ["fax"]}, "gather and relay are known"),
        ({"covers": None}, "which of the situations"),
        ({"steps": [{"voice sings": "la"}]}, "'voice sings' is not known; known are: voice arrives"),
        ({"steps": [{"part dies": "gateway", "expect": [{"voice": "x"}]}]}, "is none of rasa"),
        ({"steps": [{"voice interrupts": "stop", "expect": "x"}]}, "after which words"),
        ({"wurst": 1}, "unknown key 'wurst'"),
    ]
    for change, sentence in wrong:
        with pytest.raises(ScriptError, match=re.escape(sentence)):
            list(calls({**good, **change}))
