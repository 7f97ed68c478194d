"""Processor time of what people wait for: ``python -m benchmarks.commands check`` (or ``training``), the least of ``--runs``.

Beside it stands ``pace``: the same of a fixed piece of work in this Python, before and after. A busy or slow machine makes
both larger, so that ``ratio`` can be compared between evenings and machines, and seconds only on one quiet machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.stack import ROOT

COMMANDS = {"check": ("-m", "check"), "training": ("-m", "launch.training")}


def main() -> int:
    """0 with one JSON object; what went wrong instead of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commands", description="Processor time of a command.")
    parser.add_argument("name", choices=COMMANDS)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    before = pace()
    seconds = min(spent(COMMANDS[given.name]) for _ in range(max(1, given.runs)))
    beside = min(before, pace())
    figures = {"command": given.name, "seconds": seconds, "pace": beside, "ratio": seconds / beside}
    print(json.dumps({name: round(value, 2) if isinstance(value, float) else value for name, value in figures.items()}))
    return 0


def spent(arguments: tuple[str, ...]) -> float:
    """Seconds on a processor, those of its children too. SystemExit with what it said, where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *arguments], check=False, cwd=ROOT, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pace() -> float:
    """Seconds on a processor for words counted in a mapping: the least of five."""
    return min(_timed(_work) for _ in range(5))


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _work() -> dict[str, int]:
    counted: dict[str, int] = {}
    for number in range(500_000):
        word = str(number % 9973)
        counted[word] = counted.get(word, 0) + len(word)
    return counted


if __name__ == "__main__":
    sys.exit(main())
