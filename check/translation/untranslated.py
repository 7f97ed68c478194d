"""``python -m check.translation.untranslated``: what is not translated yet, for each language that is declared. Stops nothing.

Responses, titles of options, intents without sentences and articles; a customer of that language gets them in English, is not
understood, or is not told. ``--json`` for tools.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from check.reading.assistant import load
from check.translation.languages import declared, untranslated

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Always 0."""
    parser = argparse.ArgumentParser(prog="python -m check.translation.untranslated", description="What is not translated yet.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds domain/, data/ and articles/")
    parser.add_argument("--json", action="store_true", help="as JSON, by language and kind")
    given = parser.parse_args()
    root = given.root.resolve()
    assistant = load(root)
    found = {code: untranslated(assistant, code) for code in declared(root).others}
    sys.stdout.write((json.dumps(found, indent=2, ensure_ascii=False) if given.json else report(found)) + "\n")
    return 0


def report(found: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """A line for each name, a heading with its count for each kind."""
    if not found:
        return "No language is declared beside English."
    lines = []
    for code, kinds in found.items():
        for kind, names in kinds.items():
            lines += [f"{code}: {len(names)} {kind} not translated", *(f"  {name}" for name in names)]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
