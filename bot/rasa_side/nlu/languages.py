"""Sentences by their language: each is learnt and understood among those of its own, so that a further language changes nothing
of what is understood in the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rasa.shared.nlu.training_data.message import Message

KEY = "language"
"""In a message's metadata: two letters, as the gateway sends them and the importer marks examples with."""


def language_of(message: Message) -> str:
    """Two letters; empty for English."""
    metadata = message.get("metadata")
    return str(metadata.get(KEY) or "") if isinstance(metadata, dict) else ""


def by_language(messages: Iterable[Message]) -> dict[str, list[Message]]:
    """In their order."""
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(language_of(message), []).append(message)
    return found


def named_file(folder: Path, file: str, language: str) -> Path:
    """``x.npz`` for English, ``x.es.npz`` for Spanish."""
    return (folder / file).with_suffix(f".{language}{Path(file).suffix}") if language else folder / file


def named(folder: Path, file: str) -> Iterator[tuple[str, Path]]:
    """The files that ``named_file`` named, with their languages."""
    for path in sorted(folder.glob(f"{Path(file).stem}*{Path(file).suffix}")):
        yield path.name.removesuffix(path.suffix).removeprefix(Path(file).stem).removeprefix("."), path
