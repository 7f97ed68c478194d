"""What was found: where, what is wrong, and how bad it is."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

ERROR: Final = "error"
WARNING: Final = "warning"
Severity = Literal["error", "warning"]
SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """``path`` from the root, ``line`` from 1; ``text`` is a sentence for designers."""

    path: str
    line: int
    text: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """``path:line: sentence``, as editors and terminals know it."""
        mark = "" if self.severity == ERROR else "warning: "
        return f"{self.path}:{self.line}: {mark}{self.text}"


def near(name: object, known: Collection[object], alike: float = 0.6) -> str:
    """``Did you mean x?`` with a space before it; else nothing. ``alike``: how much, from 0 to 1."""
    found = difflib.get_close_matches(str(name), [one for one in known if isinstance(one, str) and one != name], 1, alike)
    return f" Did you mean {found[0]}?" if found else ""


def listed(known: Collection[str]) -> str:
    """The names that there are, where they are few: ``Known are a, b.`` with a space before it."""
    return f" Known are {', '.join(sorted(known))}." if len(known) <= SHOWN else ""


def report(found: Iterable[Finding], *, as_json: bool = False) -> str:
    """All of them, sorted; without JSON a count stands at the end."""
    ordered = sorted(set(found))
    if as_json:
        return json.dumps([asdict(one) for one in ordered], indent=2, ensure_ascii=False)
    errors = sum(one.severity == ERROR for one in ordered)
    count = f"{_many(errors, 'error')}, {_many(len(ordered) - errors, 'warning')}." if ordered else "No mistakes found."
    return "\n".join([*map(str, ordered), count])


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
