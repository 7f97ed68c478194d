"""Articles beside each other, and words in them that would be said as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from check.findings import WARNING, Finding
from check.reading.articles import ArticleFile
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key
from knowledge.elsewhere import KEY

SAID = (("title",), ("short", "sms"), ("short", "voice"), ("short", "web"), ("next", "title"))
PLACEHOLDER = re.compile(r"\{\w+\}")
MARKDOWN = re.compile(r"\[[^\]]*\]\([^)]*\)|\*\*|`")


def library(assistant: Assistant) -> Iterator[Finding]:
    """Questions of two articles or of none, translations that are named as another article, and marks in what is said."""
    asked: dict[tuple[str, str], tuple[str, str]] = {}
    for one in assistant.articles:
        yield from _said(one)
        if one.path.stem.endswith(f"-{one.language}"):
            text = "A translation has the name of its article, in another folder: else nobody knows what it translates."
            yield one.document.finding(("language",), text, WARNING)
        for key, question in one.document.entries("questions"):
            place = f"{one.document.name}:{one.document.line(*key)}"
            first, before = asked.setdefault((one.language, _words(question)), (one.document.name, place))
            if first != one.document.name:
                text = f'"{question}" is a question of two articles: {before} has it too, and only one can answer.'
                yield one.document.finding(key, text, WARNING)
    yield from _of_none(assistant, {words: place for (_, words), (_, place) in asked.items()})


def _said(one: ArticleFile) -> Iterator[Finding]:
    for key in SAID:
        text = one.document.value(*key)
        found = (PLACEHOLDER.search(text) or MARKDOWN.search(text)) if isinstance(text, str) else None
        if found:
            why = "nobody fills values in an article" if found[0].startswith("{") else "Markdown is for the text below"
            yield one.document.finding(key, f"{'.'.join(key)}: {found[0]} would be said as it stands: {why}.")


def _of_none(assistant: Assistant, asked: dict[str, str]) -> Iterator[Finding]:
    """A question of an article among those that none shall answer: the article would never be found by it."""
    for document, key, question in _elsewhere(assistant):
        if place := asked.get(_words(question)):
            yield document.finding(key, f'"{question}" is a question of an article ({place}), which would not be found by it.')


def _elsewhere(assistant: Assistant) -> Iterator[tuple[Document, Key, object]]:
    for document in assistant.beside_articles:
        yield from ((document, key, question) for key, question in document.entries(KEY))


def _words(question: object) -> str:
    return " ".join(re.findall(r"\w+", str(question).casefold()))
