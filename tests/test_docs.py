"""The documentation says what the code has: variables, directives, sentences, folders, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.directives import NAMES
from bot.model import ChannelName
from bot.transcript.wording import REQUIRED
from gateway.settings.variables import VARIABLES
from tools import house

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


def test_every_directive_and_fixed_sentence_stands_in_the_contracts() -> None:
    text = (ROOT / "docs/contracts.md").read_text()
    assert [name for name in (*NAMES, *REQUIRED) if f"`{name}`" not in text] == []


def test_every_channel_stands_in_the_page_of_channels() -> None:
    text = (ROOT / "docs/channels.md").read_text().casefold()
    assert [name for name in ChannelName if name.value not in text] == []


def test_every_variable_stands_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    assert [v.name for v in VARIABLES if f"`{v.name}`" not in text] == []


def test_every_folder_of_code_stands_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    folders = [p.parent.name for p in ROOT.glob("*/__init__.py")]
    assert folders and [name for name in folders if f"`{name}/`" not in text] == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)


def test_the_drawing_of_the_house_is_that_of_its_contracts() -> None:
    assert house.PICTURE.read_text(encoding="utf-8") == house.draw(house.read()), "run: python -m tools.house"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    ours = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in ours if not (page.parent / link).exists()] == []


def test_pictures_of_the_documentation_are_small_and_described() -> None:
    large = [p.name for p in ROOT.glob("docs/pictures/*") if p.stat().st_size > 150_000]
    shown = "".join(page.read_text() for page in PAGES)
    unused = [p.name for p in ROOT.glob("docs/pictures/*") if f"pictures/{p.name}" not in shown]
    bare = re.findall(r"!\[\]\(|<img(?![^>]*alt=\"[^\"]{20})[^>]*>", shown)
    missing = [
        src
        for page in PAGES
        for src in re.findall(r"<img src=\"([^\"]+)\"", page.read_text())
        if not (page.parent / src).exists()
    ]
    assert (large, unused, bare, missing) == ([], [], [], [])


FAULTS = {"A": 11, "B": 13, "C": 17, "D": 7, "E": 9, "F": 9}
"""How many faults of each kind strangers found: each has its row, whatever became of it."""


def fault_rows() -> dict[str, list[str]]:
    """The first cells of each table of docs/faults.md, by the letter in its heading."""
    sections = re.split(r"^## (?=[A-F]\.)", (ROOT / "docs/faults.md").read_text(), flags=re.MULTILINE)[1:]
    rows = {section[0]: re.findall(r"^\| (?!#)([^|]+?) \|", section, re.MULTILINE) for section in sections}
    broken = [section[0] for section in sections if re.search(r"^\|[^\n]*\n\n+\|", section, re.MULTILINE)]
    assert broken == [], "a blank line ends a table"
    return rows


def test_every_fault_has_a_row_in_the_table_of_its_kind() -> None:
    rows = fault_rows()
    assert {letter: [n for n in range(1, most + 1) if f"{letter}{n}" not in rows[letter]] for letter, most in FAULTS.items()} == {
        letter: [] for letter in FAULTS
    }
    lines = [line for line in (ROOT / "docs/faults.md").read_text().splitlines() if re.match(r"\| [A-F]", line)]
    assert len(lines) == len(set(lines))


def test_every_test_that_a_fault_names_is_there() -> None:
    missing = []
    for path, name in re.findall(r"`(tests/[\w/.-]+)(?:::(\w+))?[^`]*`", (ROOT / "docs/faults.md").read_text()):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text()):
            missing.append(f"{path}::{name}" if name else path)
    assert missing == []


def test_no_line_of_the_changelog_stands_twice() -> None:
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("- ")]
    assert [line for line in set(lines) if lines.count(line) > 1] == []
