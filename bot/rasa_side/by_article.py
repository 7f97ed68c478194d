"""Intents that articles answer (``intents`` in their front matter, docs/knowledge.md), each as a rule.

A training needs nothing else of an article: ``knowledge/`` reads the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import parse

ARTICLES = "articles"
"""The folder beside ``domain/``."""

ACTION = "action_article"
DASHES = "---"


class ByArticleError(Exception):
    """An article names an intent that there is not; the message is a sentence for its author."""


def intents(folder: Path, known: Collection[str]) -> list[str]:
    """Each intent that an article below ``folder`` names, once. Raises ByArticleError for one that is not ``known``."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.md")):
        for name in _named(path.read_text(encoding="utf-8", errors="replace")):
            found.setdefault(name, f"{folder.name}/{path.relative_to(folder)}")
    for name, place in found.items():
        if name not in known:
            raise ByArticleError(f"{place}: the domain has no intent {name}.")
    return list(found)


def _named(text: str) -> list[str]:
    """What stands after ``intents:``; nothing in a file whose front matter cannot be read: ``make check`` tells that."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != DASHES or DASHES not in lines[1:]:
        return []
    try:
        front = parse("\n".join(lines[1 : lines.index(DASHES, 1)]))
    except yaml.YAMLError:
        return []
    given = front.get("intents") if isinstance(front, Mapping) else None
    return [str(name) for name in given] if isinstance(given, list) else []


def rules(names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The answer to each intent, as it would be written in ``data/rules/``."""
    for name in names:
        yield {"rule": f"an article answers {name}", "steps": [{"intent": name}, {"action": ACTION}]}
