"""Articles: their front matter as a document, with the lines of the file, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from check.reading import documents
from check.reading.documents import Document, Key, Parsed
from knowledge.elsewhere import FILE
from knowledge.reading import FOLDER, files, parts

USUAL = "en"
"""The language of an article that names none."""


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """``body_line``: the line of the file before the body's first."""

    document: Document
    path: Path
    body: str
    body_line: int

    @property
    def language(self) -> str:
        """Two letters."""
        return str(self.document.value("language") or USUAL)


def load(root: Path) -> tuple[ArticleFile, ...]:
    """Every article below ``root``."""
    return tuple(_read(root, path) for path in files(root / FOLDER))


def others(root: Path) -> tuple[Document, ...]:
    """What else is read below the articles' folder."""
    return tuple(documents.read(root, path) for path in sorted((root / FOLDER).rglob(FILE)))


def intents(every: Iterable[ArticleFile]) -> Iterator[tuple[ArticleFile, Key, str]]:
    """Each intent that an article names, with its place."""
    for one in every:
        yield from ((one, key, name) for key, name in one.document.entries("intents") if isinstance(name, str))


def _read(root: Path, path: Path) -> ArticleFile:
    name = str(path.relative_to(root))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ArticleFile(documents.read(root, path), path, "", 0)
    front, first, body = parts(text)
    parsed = _moved(documents.parse(front), first - 1)
    body_line = text[: text.rindex(body)].count("\n") if body else 0
    return ArticleFile(Document(name, parsed), path, body, body_line)


def _moved(parsed: Parsed, down: int) -> Parsed:
    """With the lines counted from the top of the file."""
    lines = {key: line + down for key, line in parsed.lines.items()}
    return replace(parsed, lines=lines, wrong=tuple((line + down, text) for line, text in parsed.wrong))
