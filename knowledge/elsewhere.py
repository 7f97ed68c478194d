"""Questions that no article answers and none should (``_elsewhere.yml``): they keep near ones from a wrong answer."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.yaml_text import parse
from knowledge.reading import ArticleError

FILE = "_elsewhere.yml"
KEY = "elsewhere"


def read_elsewhere(folder: Path) -> tuple[str, ...]:
    """All of them below ``folder``. Raises ArticleError."""
    return tuple(one for path in sorted(folder.rglob(FILE)) for one in _read(path, path.relative_to(folder)))


def _read(path: Path, name: Path) -> list[str]:
    try:
        given = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ArticleError(f"articles/{name}: cannot be read: {' '.join(str(error).split())}") from error
    found = given.get(KEY) if isinstance(given, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ArticleError(f"articles/{name}: a list of questions is expected below {KEY}:")
    return found
