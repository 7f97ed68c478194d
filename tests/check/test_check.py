"""``make check`` as people run it: clean on the sample, quick, without Rasa, all mistakes in one go."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from check import code
from check.findings import ERROR
from check.reading import documents
from check.rules import findings
from tests.check.planting import Planted, planted, planting

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "check", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_the_sample_is_without_a_mistake() -> None:
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "No mistakes found.\n", "")


def test_what_is_left_without_the_bank_is_without_a_mistake(tmp_path: Path) -> None:
    """The general files refer to nothing of the bank's (docs/designing.md)."""
    for folder in ("domain/general", "data/nlu/general", "data/rules/general"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("config.yml", "endpoints.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bot").symlink_to(ROOT / "bot")
    assert findings(tmp_path) == []


def test_neither_rasa_nor_a_server_is_loaded() -> None:
    unwanted = ("rasa", "aiohttp", "sqlalchemy", "numpy", "bot.door", "bot.handoff.availability", "bot.ports.stores")
    program = f"import sys, check.__main__; print([m for m in {unwanted} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True).stdout == "[]\n"


def test_nothing_is_read_twice_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is to take a second, which is soon over where each rule reads for itself (``python -m benchmarks.commands check``)."""
    for kept in (documents.parse, code._source):
        kept.cache_clear()
    read: Counter[tuple[str, str]] = Counter()
    for module, name in ((ast, "parse"), (ast, "walk"), (yaml, "compose"), (MarkdownIt, "parse")):
        monkeypatch.setattr(module, name, counting(read, getattr(module, name)))
    assert findings(ROOT) == []
    assert {name for name, _ in read} == {"parse", "compose", "MarkdownIt.parse"}
    assert [what for what, times in read.items() if times > 1] == []


def counting(read: Counter[tuple[str, str]], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with each text that it is given counted."""

    def counted(*given: Any, **more: Any) -> Any:
        text = next((one for one in given if isinstance(one, str)), "")
        read[function.__qualname__, text] += 1
        return function(*given, **more)

    return counted


def test_many_mistakes_are_told_together_sorted_with_a_count(sample: Path) -> None:
    wanted = ("response: for responses:", "a misspelt policy", "a misspelt channel", "too long by SMS")
    names = {one.mistake: one for one in planted()}
    with planting(sample, names[wanted[0]]), planting(sample, names[wanted[1]]), planting(sample, names[wanted[3]]):
        done = run("--root", str(sample))
        as_json = json.loads(run("--root", str(sample), "--json").stdout)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and done.stderr == ""
    assert all(re.match(r"[\w./]+:\d+: ", line) for line in lines[:-1]) and lines[:-1] == sorted(lines[:-1])
    assert lines[-1] == "2 errors, 1 warning."
    assert [set(one) for one in as_json] == [{"path", "line", "text", "severity"}] * 3


def test_warnings_alone_stop_nothing(sample: Path) -> None:
    long = next(one for one in planted() if one.mistake == "too long by SMS")
    with planting(sample, long):
        done = run("--root", str(sample))
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "0 errors, 1 warning."


def test_a_file_that_cannot_be_read_hides_nothing_else_behind_noise(sample: Path) -> None:
    """Its intents are not known then: that is no reason to say of each rule that there is no such intent."""
    broken = Planted("", "domain/bank/balance.yml", "\tresponses:\n", ())
    slip = next(one for one in planted() if one.mistake == "step: for steps:")
    with planting(sample, broken), planting(sample, slip):
        found = findings(sample)
    assert {one.path for one in found} == {"domain/bank/balance.yml", slip.file}


def test_a_file_that_is_no_text_is_named(sample: Path) -> None:
    path = sample / "domain" / "bank" / "odd.yml"
    path.write_bytes(b"\xff\xfeintents: []")
    try:
        found = findings(sample)
    finally:
        path.unlink()
    assert [(one.path, one.line, one.severity) for one in found] == [("domain/bank/odd.yml", 1, ERROR)]


def test_somebody_s_own_file_of_settings_is_let_be(sample: Path) -> None:
    path = sample / "domain" / "bank" / "_branding.yml"
    path.write_text("colours: [blue]\n")
    try:
        assert findings(sample) == []
    finally:
        path.unlink()
