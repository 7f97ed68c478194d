"""The documentation says what the code has: variables, directives, sentences, folders, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.directives import NAMES
from bot.model import ChannelName
from bot.wording import REQUIRED
from gateway.variables import VARIABLES

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
