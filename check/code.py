"""What the Python of the actions names: responses, values for placeholders, actions, payloads. Read, never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

FOLDERS = (
    "actions",
    "bot/skills",
    "bot/rasa_side/guarded.py",
    "bot/rasa_side/understanding.py",
    "bot/rasa_side/meaning/asked_first.py",
)
"""Where responses are said by name."""

SENDING = ("actions", "bot")
"""Where payloads are sent by name."""

NAME = re.compile(r"(?:utter|action|validate)_[a-z0-9_]+")
WORD = re.compile(r"[a-z][a-z0-9_]*")
PAYLOAD = re.compile(r'"/(\w+)["{]')


MADE = frozenset({"REFUSE", "UNSURE"})
"""Constants that name intents that the code makes by itself."""

MORE = "**"
SAYING = "utter_message"
OWN = frozenset({"response", "buttons", "text", "image", "json_message", "template", "attachment", "elements"})
"""Arguments of ``utter_message`` that fill no placeholder."""


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file. ``names``: whole names of responses and actions, with lines; ``patterns``: names of which a part is a
    value (``utter_code_{outcome}``: the constant parts); ``words``: other short strings; ``filled``: values given to responses,
    and ``through``: the functions that give more; ``gives``: the keys that each function's dictionaries have."""

    names: tuple[tuple[str, int], ...] = ()
    patterns: frozenset[tuple[str, ...]] = frozenset()
    words: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    gives: Mapping[str, frozenset[str]] = field(default_factory=dict)
    payloads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Code:
    """All of it, by path."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    payloads: frozenset[str] = frozenset()
    """Intents that the code sends by itself."""

    @cached_property
    def said(self) -> Mapping[str, tuple[str, int]]:
        """Where each whole name stands first."""
        every = ((name, (path, line)) for path, source in self.sources.items() for name, line in source.names)
        return dict(reversed(list(every)))

    @cached_property
    def words(self) -> frozenset[str]:
        """Short strings, of which names are made."""
        return frozenset(word for source in self.sources.values() for word in source.words)

    def names(self, name: str, values: Collection[str]) -> bool:
        """Whether the code says this name: as a whole, or made of a pattern and of ``values`` or words of the code."""
        return name in self.said or any(self._made(source, name, values) for source in self.sources.values())

    def fills(self, name: str, values: Collection[str]) -> frozenset[str]:
        """The values that the files give to their responses that say this one."""
        files = [one for one in self.sources.values() if name in dict(one.names) or self._made(one, name, values)]
        given = (self._keys(function, one) for one in files for function in one.through)
        return frozenset().union(*(one.filled for one in files), *given)

    def _keys(self, function: str, source: Source, depth: int = 3) -> frozenset[str]:
        """What a function's dictionaries have, those of the functions in them too (``**last4(card)``)."""
        keys = source.gives.get(function) or self._given.get(function, frozenset())
        more = (self._keys(key.removeprefix(MORE), source, depth - 1) for key in keys if key.startswith(MORE) and depth)
        return frozenset().union((key for key in keys if not key.startswith(MORE)), *more)

    def _made(self, source: Source, name: str, values: Collection[str]) -> bool:
        return any(_fits(name, pattern, values, self.words) for pattern in source.patterns)

    @cached_property
    def _given(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for source in self.sources.values():
            for function, keys in source.gives.items():
                found[function] = found.get(function, frozenset()) | keys
        return found


def _fits(name: str, pattern: tuple[str, ...], values: Collection[str], words: Collection[str]) -> bool:
    found = _made_of(pattern).fullmatch(name)
    return found is not None and all(part in values or part in words for part in found.groups())


@lru_cache(maxsize=1024)
def _made_of(pattern: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(.+)".join(map(re.escape, pattern)))


def read(root: Path) -> Code:
    """The code below ``root``; nothing where there is none."""
    sources = {str(path.relative_to(root)): _source(path.read_text(encoding="utf-8")) for path in _files(root, FOLDERS)}
    payloads = {name for path in _files(root, SENDING) for name in _payloads(path.read_text(encoding="utf-8"))}
    made = {name for source in sources.values() for name in source.payloads}
    return Code(sources, frozenset(payloads | made))


def _files(root: Path, places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = root / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []


@lru_cache(maxsize=1024)
def _payloads(text: str) -> frozenset[str]:
    return frozenset(PAYLOAD.findall(text))


@lru_cache(maxsize=512)
def _source(text: str) -> Source:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Source()  # Python's own tools tell that
    found = _Found()
    found.read(tree)
    return found.source()


@dataclass(slots=True)
class _Found:
    """What one file has, while it is read: each node is looked at once, as there are tens of thousands."""

    names: list[tuple[str, int]] = field(default_factory=list)
    patterns: set[tuple[str, ...]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    through: set[str] = field(default_factory=set)
    gives: dict[str, set[str]] = field(default_factory=dict)
    payloads: set[str] = field(default_factory=set)

    def read(self, tree: ast.AST) -> None:
        nodes: list[tuple[ast.AST, tuple[set[str], ...]]] = [(tree, ())]
        for node, around in nodes:
            inside = self._take(node, around)
            for value in vars(node).values():
                if isinstance(value, list):
                    nodes += [(one, inside) for one in value if isinstance(one, ast.AST)]
                elif isinstance(value, ast.AST):
                    nodes.append((value, inside))

    def _take(self, node: ast.AST, around: tuple[set[str], ...]) -> tuple[set[str], ...]:
        """``around``: where the keys of dictionaries go, of each function and name that they stand in; those of what is in
        this node are given back."""
        if isinstance(node, ast.Constant):
            self._constant(node)
        elif isinstance(node, ast.JoinedStr):
            self.patterns.update(_pattern(node))
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Dict):
            for keys in around:
                keys.update(_keys(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return (*around, self.gives.setdefault(node.name, set()))
        elif isinstance(node, ast.Assign):
            return (*around, *self._assigned(node))
        return around

    def _constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str):
            return
        if NAME.fullmatch(node.value):
            self.names.append((node.value, node.lineno))
        elif WORD.fullmatch(node.value):
            self.words.add(node.value)

    def _call(self, node: ast.Call) -> None:
        """``utter_message(response=..., last4=..., **facts(card))``."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != SAYING:
            return
        self.filled.update(keyword.arg for keyword in node.keywords if keyword.arg and keyword.arg not in OWN)
        self.through.update(filter(None, (_called(keyword.value) for keyword in node.keywords if keyword.arg is None)))

    def _assigned(self, node: ast.Assign) -> Iterator[set[str]]:
        """``facts = _facts(branch)``, ``facts = {...}``, and constants that are intents."""
        for target in node.targets:
            if not isinstance(target, ast.Name):
                continue
            if isinstance(node.value, ast.Constant) and target.id in MADE:
                self.payloads.add(str(node.value.value))
            self.through.update(filter(None, [_called(node.value)]) if target.id == "facts" else ())
            yield self.gives.setdefault(target.id, set())

    def source(self) -> Source:
        return Source(
            tuple(self.names),
            frozenset(self.patterns),
            frozenset(self.words),
            frozenset(self.filled),
            frozenset(self.through),
            {name: frozenset(keys) for name, keys in self.gives.items()},
            frozenset(self.payloads),
        )


def _keys(node: ast.Dict) -> Iterator[str]:
    """Its constant keys, and ``**function`` for what a function adds."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
        elif key is None and (function := _called(value)):
            yield MORE + function


def _called(node: ast.expr) -> str | None:
    """The function that is called, or waited for, or the name that is given on."""
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _pattern(node: ast.JoinedStr) -> Iterator[tuple[str, ...]]:
    """The constant parts around the values; nothing where the name of a response or an action does not begin it."""
    parts = [""]
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts[-1] += str(value.value)
        else:
            parts.append("")
    if NAME.match(parts[0]) and " " not in "".join(parts):
        yield tuple(parts)
