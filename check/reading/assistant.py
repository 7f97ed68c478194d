"""All files of an assistant, and what they name: the one thing that each rule looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot import domain_files
from check import code
from check.reading import articles, documents
from check.reading.articles import ArticleFile
from check.reading.documents import Document, Key

CHANNELS = ("web", "messenger", "sms", "voice")
BUILT_IN_ACTIONS = frozenset(
    "action_listen action_restart action_session_start action_default_fallback action_deactivate_loop "
    "action_revert_fallback_events action_default_ask_affirmation action_default_ask_rephrase action_back "
    "action_two_stage_fallback action_unlikely_intent action_extract_slots action_clean_stack".split()
)
BUILT_IN_INTENTS = frozenset({"nlu_fallback", "restart", "back", "session_start"})
BUILT_IN_SLOTS = frozenset({"requested_slot", "session_started_metadata"})
TEST_STORIES = "tests/test_stories.yml"
JOURNEYS, CALLS = "tests/journeys", "tests/calls"


@dataclass(frozen=True)
class Entry:
    """Something that has a name: where it stands, and what is said of it."""

    document: Document
    key: Key
    value: Any


@dataclass(frozen=True)
class Assistant:
    """The files below ``root``: ``domain`` and ``data`` (general first), ``tests``."""

    root: Path
    domain: tuple[Document, ...] = ()
    data: tuple[Document, ...] = ()
    tests: tuple[Document, ...] = ()
    settings: Mapping[str, Document] = field(default_factory=dict)
    """``config.yml`` and ``endpoints.yml``."""

    articles: tuple[ArticleFile, ...] = ()
    beside_articles: tuple[Document, ...] = ()
    translations: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    """The files of ``domain`` and ``data`` in other languages, by their two letters."""

    @property
    def documents(self) -> Iterator[Document]:
        """All of them."""
        yield from (*self.settings.values(), *self.domain, *self.data, *self.tests, *self.beside_articles)
        yield from (one.document for one in self.articles)
        yield from (one for documents in self.translations.values() for one in documents)

    @cached_property
    def code(self) -> code.Code:
        """What the actions' code names."""
        return code.read(self.root)

    @cached_property
    def intents(self) -> Mapping[str, Entry]:
        """By name."""
        return self.named("intents")

    @cached_property
    def entities(self) -> Mapping[str, Entry]:
        """By name."""
        return self.named("entities")

    @cached_property
    def slots(self) -> Mapping[str, Entry]:
        """By name; the business's where both have it."""
        return self.named("slots")

    @cached_property
    def forms(self) -> Mapping[str, Entry]:
        """By name."""
        return self.named("forms")

    @cached_property
    def responses(self) -> Mapping[str, Entry]:
        """By name; the business's where both have it."""
        return self.named("responses")

    @cached_property
    def custom_actions(self) -> Mapping[str, Entry]:
        """What stands under ``actions``."""
        return self.named("actions")

    @cached_property
    def actions(self) -> frozenset[str]:
        """Everything that a rule may do."""
        return BUILT_IN_ACTIONS | self.custom_actions.keys() | self.forms.keys() | self.responses.keys()

    @cached_property
    def notices(self) -> frozenset[str]:
        """The names of the gateway's own sentences."""
        files = (document for document in self.domain if document.name.endswith("/_notices.yml"))
        return frozenset(str(name) for document in files for name in document.value("responses") or ())

    def named(self, kind: str) -> dict[str, Entry]:
        """Everything of one kind in the domain."""
        return {name: entry for document in self.domain for name, entry in _entries(document, kind)}

    def asked(self) -> Iterator[tuple[str, str]]:
        """Each form with each slot that it asks for."""
        for form, entry in self.forms.items():
            wanted = entry.value.get("required_slots") if isinstance(entry.value, Mapping) else None
            yield from ((form, str(slot)) for slot in wanted if isinstance(slot, str)) if isinstance(wanted, list) else ()

    def sections(self, *kinds: str) -> Iterator[tuple[Document, Key, Any]]:
        """Each entry of ``nlu``, ``rules``, ``stories`` in the data and in the test stories, with where it stands."""
        for document in (*self.data, *(one for one in self.tests if one.name == TEST_STORIES)):
            for kind in kinds:
                yield from ((document, key, value) for key, value in document.entries(kind))


def _entries(document: Document, kind: str) -> Iterator[tuple[str, Entry]]:
    """Names with what is said of them; in a list ``- name`` and ``- name: {...}``."""
    for key, value in document.entries(kind):
        if isinstance(key[-1], str):
            yield key[-1], Entry(document, key, value)
        elif isinstance(value, Mapping):
            yield from ((str(name), Entry(document, key, how)) for name, how in value.items())
        else:
            yield str(value), Entry(document, key, None)


def load(root: Path) -> Assistant:
    """Read everything below ``root``."""

    def each(paths: Iterable[Path]) -> tuple[Document, ...]:
        return tuple(documents.read(root, path) for path in paths if path.is_file())

    domain = sorted(path for path in (root / "domain").rglob("*.y*ml") if path.is_file())
    data = sorted((root / "data").rglob("*.y*ml"), key=lambda path: (domain_files.GENERAL not in path.parts, path))
    codes = sorted({_language(root, path) for path in (*domain, *data)} - {""})
    settings = {path.name: documents.read(root, path) for path in (root / "config.yml", root / "endpoints.yml") if path.is_file()}
    tests = (root / TEST_STORIES, *sorted((root / JOURNEYS).glob("*.yml")), *sorted((root / CALLS).glob("*.yml")))
    return Assistant(
        root,
        each(domain_files.paths(root / "domain")),
        each(path for path in data if not _language(root, path)),
        each(tests),
        settings,
        articles.load(root),
        articles.others(root),
        {code: each(path for path in (*domain, *data) if _language(root, path) == code) for code in codes},
    )


def _language(root: Path, path: Path) -> str:
    """Of a file below ``domain/`` or ``data/nlu/``."""
    nlu = root / "data" / "nlu"
    return domain_files.language_of(nlu if path.is_relative_to(nlu) else root / path.relative_to(root).parts[0], path)
