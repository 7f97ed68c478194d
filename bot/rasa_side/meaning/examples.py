"""The sentences that designers gave for each intent (``data/nlu/``), as they wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.yaml_text import parse

ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")

Examples = Mapping[str, tuple[str, ...]]
"""Sentences by intent, marks of entities taken off."""


def read(folder: Path, language: str = "") -> Examples:
    """Of every file below ``folder`` in that language; none where there is none."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in folder.rglob("*.yml") if domain_files.language_of(folder, path) == language):
        for item in _items(path):
            found.setdefault(str(item["intent"]), []).extend(_sentences(str(item.get("examples") or "")))
    return {intent: tuple(sentences) for intent, sentences in found.items()}


def _items(path: Path) -> Iterable[Mapping[str, Any]]:
    content = parse(path.read_text(encoding="utf-8"))
    items = content.get("nlu") or () if isinstance(content, dict) else ()
    return [item for item in items if item.get("intent")]


def _sentences(block: str) -> Iterable[str]:
    lines = (ENTITY.sub(r"\1", line.strip().removeprefix("-").strip()) for line in block.splitlines())
    return [line for line in lines if line]
