"""A YAML file with the line of each of its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError

from bot.yaml_text import LOADER
from check.findings import ERROR, Finding, Severity

Key = tuple[Any, ...]
"""Where a value stands: names of mappings and places in lists, from the top."""


OLD_BOOLEANS = frozenset({"yes", "no", "on", "off", "y", "n"})
"""Read as true or false by some readers of YAML and as words by others."""

QUOTE = re.compile(r'(?<!\\)"')
CURLY = re.compile("[\u201c\u201d\u201e\u00ab\u2018].*[\u201c\u201d\u00bb\u2019]", re.DOTALL)
"""Words between quotes of a word processor, which YAML takes for letters."""

UNSEEN = re.compile("[\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad]|(?:^-|^\\w+:)(\u00a0)")
"""Signs that nobody sees in a name, and a space behind a dash or a colon that is no space to YAML."""

SENTENCE = 3
"""Words: so many are a sentence, and no name with a comment behind it."""
MERGE = "tag:yaml.org,2002:merge"
STR = "tag:yaml.org,2002:str"
BOOL = "tag:yaml.org,2002:bool"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's content; ``wrong`` are its own mistakes, with lines. Without ``readable`` there is no content."""

    content: Any = None
    lines: Mapping[Key, int] = field(default_factory=dict)
    wrong: tuple[tuple[int, str], ...] = ()
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """One file; ``name`` is its path from the root."""

    name: str
    parsed: Parsed

    @property
    def content(self) -> Any:
        """What stands in it, as plain values."""
        return self.parsed.content

    def line(self, *key: Any) -> int:
        """The line of a value, or of the nearest thing around it."""
        while key and key not in self.parsed.lines:
            key = key[:-1]
        return self.parsed.lines.get(key, 1)

    def finding(self, key: Key, text: str, severity: Severity = ERROR, *, below: int = 0) -> Finding:
        """A finding at a value; ``below``: so many lines further down, in a text of several lines."""
        return Finding(self.name, self.line(*key) + below, text, severity)

    def mistakes(self) -> Iterator[Finding]:
        """What is wrong with the file as YAML."""
        return (Finding(self.name, line, text) for line, text in self.parsed.wrong)

    def entries(self, *key: Any) -> Iterator[tuple[Key, Any]]:
        """The values in a list, or of a mapping, each with where it stands; nothing for another value."""
        value = self.value(*key)
        if isinstance(value, Mapping):
            yield from (((*key, name), one) for name, one in value.items())
        elif isinstance(value, list):
            yield from (((*key, number), one) for number, one in enumerate(value))

    def value(self, *key: Any) -> Any:
        """What stands there; None where nothing does."""
        found = self.content
        for part in key:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found


def read(root: Path, path: Path) -> Document:
    """One file below ``root``; what cannot be read is among its mistakes."""
    name = str(path.relative_to(root))
    try:
        return Document(name, parse(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError as error:
        return Document(name, Parsed(wrong=(_not_utf8(error),), readable=False))
    except OSError as error:
        return Document(name, Parsed(wrong=((1, f"The file cannot be read: {error.strerror}."),), readable=False))


def _not_utf8(error: UnicodeDecodeError) -> tuple[int, str]:
    """The line of the first letter that is not, which a word processor, or an old editor, has written."""
    wide = error.object[:2] in (b"\xff\xfe", b"\xfe\xff")
    kind = "it is in UTF-16" if wide else "a letter of this line is not in UTF-8"
    return error.object[: error.start].count(b"\n") + 1, f"The file cannot be read: {kind}. Save it as UTF-8."


@lru_cache(maxsize=512)
def parse(text: str) -> Parsed:
    """The content of a YAML text."""
    try:
        node = yaml.compose(text, Loader=LOADER)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Parsed(wrong=(_problem(text, error, _line_of(text, mark.line if mark else 0)),), readable=False)
    except YAMLError as error:
        return Parsed(wrong=((1, f"The file cannot be read: {' '.join(str(error).split())}."),), readable=False)
    made = _Reading(text)
    content = made.value(node, ()) if node is not None else None
    return Parsed(content, made.lines, tuple(made.wrong))


def _line_of(text: str, line: int) -> int:
    """The end of a file is told where its last words stand."""
    return min(line + 1, len(text.rstrip().splitlines()) or 1)


def _problem(text: str, error: MarkedYAMLError, line: int) -> tuple[int, str]:
    """The line to look at, and what is wrong there."""
    lines = text.splitlines()
    at = lines[line - 1] if lines else ""
    if "\t" in at[: len(at) - len(at.lstrip())]:
        return line, "This line begins with a tab: indent with spaces."
    odd = [n for n, one in enumerate(lines[:line], 1) if len(QUOTE.findall(one.split(" #")[0])) % 2]
    if odd:
        return odd[0], "This cannot be read: a quote is not closed here."
    if error.problem == "second occurrence":
        return line, "This & name stands above in this file already: give it another name here."
    if "mapping values are not allowed" in str(error.problem):
        return line, "This cannot be read: a colon too many, or a wrong indentation. Put words with a colon in quotes."
    if "did not find expected" in str(error.problem):
        return line, "This cannot be read: the indentation differs from what stands around it."
    return line, f"This cannot be read: {error.problem or 'it is no YAML'}."


@dataclass(slots=True)
class _Reading:
    """Nodes to values."""

    text: str
    lines: dict[Key, int] = field(default_factory=dict)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    scalars: Any = field(default_factory=lambda: yaml.SafeLoader(""))

    def value(self, node: yaml.Node, key: Key) -> Any:
        self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*key, number)) for number, one in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for name_node, value_node in node.value:
            if name_node.tag == MERGE:
                merged = self.value(value_node, key)
                found = {**(merged if isinstance(merged, dict) else {}), **found}
                continue
            name = self._scalar(name_node) if isinstance(name_node, yaml.ScalarNode) else "?"
            line = name_node.start_mark.line + 1
            if name in found:
                before = self.lines[(*key, name)]
                self.wrong.append(
                    (line, f"{name} stands here twice: line {before} has it too, and only one of them would count.")
                )
            self.lines[(*key, name)] = line
            found[name] = self.value(value_node, (*key, name))
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == STR:
            if not node.style:
                self._plain(node)
            return node.value
        if node.tag == BOOL and node.value.casefold() in OLD_BOOLEANS:
            line = node.start_mark.line + 1
            self.wrong.append((line, f'{node.value} without quotes is read as true or false: write "{node.value}".'))
            return node.value
        try:
            return self.scalars.construct_object(node)
        except (YAMLError, ValueError):
            return node.value

    def _plain(self, node: yaml.ScalarNode) -> None:
        """Words without quotes: what is written there and not seen, or seen and not read."""
        words = node.value
        if not words.isascii():
            if CURLY.fullmatch(words):
                told = f'The quotes {words[0]} {words[-1]} are letters for YAML, and would be shown: write "..." instead.'
                self.wrong.append((node.start_mark.line + 1, told))
            elif unseen := UNSEEN.search(words):
                sign = unicodedata.name(unseen[1] or unseen[0]).casefold()
                self.wrong.append((node.start_mark.line + 1, f"A sign that nobody sees stands here ({sign}): type this anew."))
        if self.text.startswith(" #", node.end_mark.index):
            behind = self.text[node.end_mark.index + 2 : node.end_mark.index + 3]
            if len(words.split()) >= SENTENCE or behind not in ("", " ", "#", "\n"):
                told = f"Only this is read: {words}. A comment begins at #: put the whole in quotes."
                self.wrong.append((node.start_mark.line + 1, told))
