"""``python -m benchmarks [name ...]``: measure, write results/*.json, and bring docs/benchmarks.md up to date."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import uvloop

from benchmarks import flat, hop, load, memory, tiers, voice
from benchmarks.machine import describe
from benchmarks.results import Found, read_back, save, table, write_into
from benchmarks.stack import ROOT
from gateway.values import ConfigError
from launch.installation import StartError
from launch.supervisor import PartFailed

Measure = Callable[[int], Awaitable[list[Found]]]
PAGE, RESULTS = ROOT / "docs" / "benchmarks.md", ROOT / "results"
ORDER = ("flat", "hop", "profile", "processor", "load", "voice", "relay", "memory", "tiers")
"""The tables' order on the page."""
BY = {"profile": "hop", "processor": "hop", "relay": "voice"}
"""Tables that another's run makes too."""


def benchmarks() -> dict[str, Measure]:
    """Each command's name and what it does."""
    return {
        "flat": flat.measure,
        "hop": hop.measure,
        "load": load.measure,
        "voice": voice.measure,
        "memory": memory.measure,
        "tiers": tiers.measure,
    }


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the running assistant.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one or more of {', '.join(benchmarks())} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="repetitions of each measurement (default 5)")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    arguments = parser.parse_args(given)
    arguments.names = list(dict.fromkeys(BY.get(name, name) for name in arguments.names))
    if unknown := [name for name in arguments.names if name not in benchmarks()]:
        parser.error(f"there is no benchmark {unknown[0]!r}: {', '.join(benchmarks())}")
    if arguments.runs < 1:
        parser.error("--runs must be 1 or more")
    return arguments


async def run(names: Sequence[str], runs: int) -> None:
    """Measure one after the other; each result is kept as soon as it is there."""
    for name in names:
        machine = describe(ROOT)
        for found in await benchmarks()[name](runs):
            kept = replace(found, machine=machine)
            save(kept, RESULTS)
            print(table(kept), flush=True)


def update_page() -> None:
    """All results that are there, in the page's order."""
    found = [read_back(path) for name in ORDER if (path := RESULTS / f"{name}.json").exists()]
    write_into(PAGE, found)


def main() -> int:
    """0; 1 when something did not start or could not be measured."""
    arguments = read_arguments(sys.argv[1:])
    print(f"Machine: {describe(ROOT)}", flush=True)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(arguments.names or list(benchmarks()), arguments.runs))
    except PartFailed as error:
        print(error, *error.lines, sep="\n", file=sys.stderr)
        return 1
    except (ConfigError, StartError, RuntimeError, TimeoutError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if not arguments.no_page:
        update_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
