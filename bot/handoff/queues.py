"""Reads the queues of a business: ``domain/*/_queues.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model.queues import ENDINGS, GENERAL, Queue, Queues

FILE = "_queues.yml"


def queues_in(folder: Path) -> Queues:
    """As designers wrote them; without a file there is the general queue alone. Raises DomainFileError."""
    given = domain_files.settings(folder, FILE, "queues")
    return Queues({GENERAL: Queue("General")} | {str(name): read_queue(str(name), how) for name, how in given.items()})


def read_queue(name: str, how: object) -> Queue:
    """One entry of the file. DomainFileError with a sentence for designers."""
    body = {} if how is None else how
    endings = body.get("endings") or ENDINGS if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(endings, Mapping):
        raise DomainFileError(f"{FILE}: {name}: a title, and endings with a title for each code, are expected.")
    return Queue(str(body.get("title") or name.capitalize()), {str(code): str(title) for code, title in endings.items()})
