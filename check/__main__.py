"""``python -m check``: every mistake in the assistant's files, a line for each. Exit code 1 when there is an error."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from check.findings import ERROR, report
from check.rules import findings

ROOT = Path(__file__).parent.parent


def main() -> int:
    """0 without errors (warnings alone stop nothing), else 1."""
    parser = argparse.ArgumentParser(prog="check", description="Find mistakes in config, domain, data and journeys.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds them")
    parser.add_argument("--json", action="store_true", help="as JSON, for tools: path, line, text, severity")
    given = parser.parse_args()
    found = findings(given.root.resolve())
    print(report(found, as_json=given.json))
    return int(any(one.severity == ERROR for one in found))


if __name__ == "__main__":
    gc.disable()  # it ends in a second, and looking for garbage among all that was read is a fifth of that
    sys.exit(main())
