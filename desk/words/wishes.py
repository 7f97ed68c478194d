"""What customers want, by name: the intents that the designers gave a title (``utter_wish_<intent>``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot import domain_files

TITLE = "utter_wish_"


def wishes_in(folder: Path) -> Mapping[str, str]:
    """Titles by intent, as agents choose them when they close. Raises DomainFileError."""
    contents = [domain_files.read(folder, path) for path in domain_files.paths(folder)]
    found = domain_files.named(contents, "responses")
    titles = {name.removeprefix(TITLE): said[0]["text"] for name, said in found.items() if name.startswith(TITLE) and said}
    return dict(sorted(titles.items(), key=lambda item: str(item[1]).casefold()))
