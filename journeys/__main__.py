"""``python -m journeys [file or folder] [-k words] [--home folder]``: run journeys and tell how they went.

Without ``--home`` an installation is started for the run, in a folder that is thrown away, from the assistant as it is in
``domain/``, ``data/`` and ``actions/``. With it, the one that runs from that folder is used (``make run``: ``.onethread``).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from journeys.outcome import Outcome
from journeys.run import run_all
from journeys.script import Journey, ScriptError, read
from journeys.stage import ROOT, StageError, open_stage, started
from launch.install.environment import free_ports


def main() -> int:
    """0 when all went as written, 1 when not, 2 when they cannot be read or run."""
    given = _arguments()
    try:
        wanted = [one for one in read(given.path) if given.k.casefold() in one.name.casefold()]
        if not wanted:
            raise ScriptError(f"no journey is named like {given.k!r}")
        began = time.monotonic()
        outcomes = _run(wanted, given.home, given.at_once)
    except (ScriptError, StageError, FileNotFoundError) as error:
        print(f"journeys: {error}", file=sys.stderr)
        return 2
    failed = [one for one in outcomes if one.trouble]
    for one in outcomes:
        if one.trouble or given.verbose:
            print(one if one.trouble else "\n".join([str(one), *(f"    {line}" for line in one.told)]), end="\n\n")
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} journeys went as written, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="journeys", description="Run conversations written as data (docs/journeys.md).")
    parser.add_argument("path", nargs="?", type=Path, default=ROOT / "tests/journeys", help="a file or a folder of *.yml")
    parser.add_argument("-k", default="", metavar="WORDS", help="only those with these words in their name")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell the successful ones too")
    parser.add_argument("--home", type=Path, help="use the installation that runs from this folder")
    parser.add_argument("--at-once", type=int, default=6, metavar="N", help="how many customers at a time (6)")
    return parser.parse_args()


def _run(wanted: list[Journey], home: Path | None, at_once: int) -> list[Outcome]:
    async def on(folder: Path) -> list[Outcome]:
        async with open_stage(folder) as stage:
            return await run_all(stage, wanted, at_once)

    with ExitStack() as until_done:
        if home is None:
            folder = Path(until_done.enter_context(tempfile.TemporaryDirectory(prefix="journeys-")))
            home = until_done.enter_context(started(folder, *free_ports(2)))
        return asyncio.run(on(home))


if __name__ == "__main__":
    sys.exit(main())
