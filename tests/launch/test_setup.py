"""The locks and the Makefile hold together."""

from __future__ import annotations

import re
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
