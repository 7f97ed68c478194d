"""The locks and the Makefile hold together."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def pins(tier: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+==[^ \\]+)", (ROOT / "requirements" / f"{tier}.txt").read_text(), re.MULTILINE))


@pytest.mark.parametrize("tier", ["dev", "diet"])
def test_every_tier_holds_all_of_base(tier: str) -> None:
    """`make run` is content with an environment that `make test` made."""
    assert pins("base") <= pins(tier)


@pytest.mark.parametrize("tier", ["base", "dev", "diet"])
def test_locks_are_hashed_and_name_no_server(tier: str) -> None:
    text = (ROOT / "requirements" / f"{tier}.txt").read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    assert [block for block in blocks[1:] if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_make_alone_lists_the_commands() -> None:
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in ("run", "test", "train", "chat", "lint", "lock", "clean", "help"):
        assert f"  make {name} " in listed


def test_the_readme_names_every_command_and_no_other() -> None:
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"^  make (\S+)", listed, re.MULTILINE)) - {"help"}
    told = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told - {"help"} == commands
    pages = "".join(page.read_text() for page in ROOT.glob("docs/**/*.md"))
    assert set(re.findall(r"`make ([a-z-]+)", pages)) - commands - {"help"} == set()


def asked(*given: str) -> list[str]:
    """What `make` would run last, as the shell takes it apart."""
    answer = subprocess.run(["make", "-n", "--no-print-directory", *given], cwd=ROOT, capture_output=True, text=True, check=True)
    return shlex.split(answer.stdout.replace("\\\n", " ").splitlines()[-1])


@pytest.mark.parametrize("off", ["0", "no", "off", "false", ""])
def test_a_switch_that_is_off_is_off(off: str) -> None:
    """`make retention DELETE=0` deleted, and `make agent NAME=bo DISABLE=0` disabled."""
    assert "--delete" not in asked("retention", f"DELETE={off}")
    assert asked("agent", "NAME=bo", f"DISABLE={off}", f"REMOVE={off}")[-2:] == ["add", "bo"]
    assert "--published" not in asked("run", f"PUBLISHED={off}", f"DIET={off}")


def test_a_switch_that_is_on_is_on() -> None:
    assert asked("retention", "DELETE=1")[-1] == "--delete"
    assert asked("agent", "NAME=bo", "DISABLE=1")[-2:] == ["disable", "bo"]
    assert asked("agent", "LIST=1")[-1] == "list"
    assert "--published" in asked("run", "PUBLISHED=1")


@pytest.mark.parametrize("text", ['Kim "The Rock" O\'Neil', "$HOME", "$(id)", "`id`; id", "-x", "--help", "Bo  L", "a\\b #c"])
def test_what_is_given_stays_one_word_whatever_is_in_it(text: str) -> None:
    assert asked("agent", "NAME=bo", f"FULL={text}")[4:] == [f"--name={text}", "--", "add", "bo"]
    assert asked("agent", f"NAME={text}")[-3:] == ["--", "add", text]
    assert asked("retention", f"PERSON={text}")[4:] == [f"--person={text}"]
    assert asked("call", f"FROM={text}")[-1] == f"--from={text}"


def test_two_things_at_once_are_refused() -> None:
    answer = subprocess.run(["make", "-n", "agent", "NAME=bo", "RESET=1", "REMOVE=1"], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "reset remove: one at a time" in answer.stderr
