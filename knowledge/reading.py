"""Files to articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin
from pydantic import ValidationError

from bot.yaml_text import parse
from knowledge.article import Article, FrontMatter

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FOLDER = Path("articles")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").use(front_matter_plugin)
FRONT = MarkdownIt("zero").use(front_matter_plugin)
"""Sees front matter and nothing else: an article is cut before its body is read."""


class ArticleError(Exception):
    """An article cannot be used; the message is a sentence for its author that names the file."""


def parts(text: str) -> tuple[str, int, str]:
    """The front matter's YAML, the line on which it begins (from 1), and the body. Without front matter the YAML is empty."""
    first = next(iter(FRONT.parse(text)), None)
    if first is None or first.type != "front_matter" or first.map is None:
        return "", 1, text
    return first.content, first.map[0] + 2, "".join(text.splitlines(keepends=True)[first.map[1] :]).strip("\n")


def files(folder: Path) -> list[Path]:
    """Every article below ``folder``, in order; none where there is no such folder."""
    return sorted(folder.rglob("*.md"))


def read(folder: Path, path: Path) -> Article:
    """One article. Raises ArticleError."""
    name = str(path.relative_to(folder))
    try:
        front, _, body = parts(path.read_text(encoding="utf-8-sig"))
        given: Any = parse(front)
        if not SLUG.fullmatch(path.stem):
            raise ArticleError(f"articles/{name}: the name of the file may have small letters, figures and hyphens.")
        return Article(slug=path.stem, path=name, front=FrontMatter.model_validate(given), body=body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ArticleError(f"articles/{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ArticleError(f"articles/{name}: cannot be read: {' '.join(str(error).split())}") from error


def read_all(folder: Path = FOLDER) -> tuple[Article, ...]:
    """All articles below ``folder``. Raises ArticleError; one slug in two languages is one article in two languages."""
    found = tuple(read(folder, path) for path in files(folder))
    seen: dict[tuple[str, str], str] = {}
    for one in found:
        before = seen.setdefault((one.slug, one.front.language), one.path)
        if before != one.path:
            raise ArticleError(f"articles/{one.path}: articles/{before} has the same name and language.")
    return found


def linked(body: str) -> Iterator[tuple[str, int]]:
    """Each address that the text leads to or shows, with its line in the body (from 1)."""
    for token in MARKDOWN.parse(body):
        for one in token.children or ():
            address = one.attrGet("href") or one.attrGet("src")
            if address:
                yield str(address), (token.map or [0])[0] + 1


def passages(article: Article) -> list[str]:
    """The article in pieces that can each answer a question: title, questions, the short answer, each section."""
    front = article.front
    sections = [" ".join(_words(part).split()) for part in re.split(r"^## ", article.body, flags=re.MULTILINE)]
    headed = [f"{front.title}: {part}" for part in sections if part]
    return [front.title, *front.questions, front.short.web, front.short.sms, *headed]


def _words(markdown: str) -> str:
    """What is read of a text, without its signs."""
    inline = [token for token in MARKDOWN.parse(markdown) if token.type == "inline"]
    return " ".join(one.content for token in inline for one in token.children or () if one.type in ("text", "code_inline"))
