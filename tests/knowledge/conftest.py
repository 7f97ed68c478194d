"""A small business's articles, written here; and the sample bank's."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.library import Library
from knowledge.reading import read_all

ROOT = Path(__file__).parents[2]

ARTICLE = """---
title: {title}
about: Shop
questions: ["{questions}"]
short:
  sms: "{title} by text."
  voice: "{title} aloud."
  web: "{title} on the web."
next: {{intent: speak_to_person, title: "Ask a person"}}
owner: Shop
review: 2099-01-01
{more}
---
{body}
"""


def article(folder: Path, slug: str, title: str, questions: str, body: str = "Some text.", more: str = "") -> Path:
    """An article's file below ``folder``."""
    path = folder / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ARTICLE.format(title=title, questions=questions, body=body, more=more), encoding="utf-8")
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with three articles."""
    article(
        tmp_path,
        "returns",
        "Returning a bicycle",
        "How do I send a bike back?",
        "Within 30 days.\n\n## Repairs\n\nWe mend chains.",
    )
    article(tmp_path, "opening", "Opening hours", "When are you open?")
    article(tmp_path, "lights", "Lights and batteries", "Which lamp do I need?")
    return tmp_path


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The sample's articles, found by their words alone: the same wherever the tests run."""
    return Library(read_all(ROOT / "articles"), folder=tmp_path_factory.mktemp("models"))
