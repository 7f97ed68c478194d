"""``python -m benchmarks [name ...]``: measure, write results/*.json, and bring docs/benchmarks.md up to date."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import uvloop

from benchmarks.machine import describe
from benchmarks.measures import flat, hop, load, memory, tiers, voice
from benchmarks.measures.records import asleep, growth, sql, turn
from benchmarks.results import Found, save, table, write_into
from benchmarks.stack import ROOT
from gateway.settings.kinds import ConfigError
from launch.install.installation import StartError
from launch.processes.supervisor import PartFailed

Measure = Callable[[int], Awaitable[list[Found]]]
PAGE, RESULTS = ROOT / "docs" / "benchmarks.md", ROOT / "results"
ORDER = (
    "flat",
    "hop",
    "profile",
    "processor",
    "load",
    "voice",
    "relay",
    "memory",
    "recording",
    "recorder",
    "growth",
    "asleep",
    "tiers",
)
"""The tables' order on the page."""
GROUPS = {"records": ("recording", "recorder", "growth", "asleep")}
"""Names for several."""
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
        "recorder": sql.measure,
        "recording": turn.measure,
        "growth": growth.measure,
        "asleep": asleep.measure,
        "tiers": tiers.measure,
    }


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    known = ", ".join((*benchmarks(), *GROUPS))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the running assistant.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one or more of {known} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="repetitions of each measurement (default 5)")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    arguments = parser.parse_args(given)
    asked = [one for name in arguments.names for one in GROUPS.get(name, (name,))]
    arguments.names = list(dict.fromkeys(BY.get(name, name) for name in asked))
    if unknown := [name for name in arguments.names if name not in benchmarks()]:
        parser.error(f"there is no benchmark {unknown[0]!r}: {known}")
    if arguments.runs < 1:
        parser.error("--runs must be 1 or more")
    return arguments


async def run(names: Sequence[str], runs: int, page: bool) -> None:
    """Measure one after the other; each result is kept, and on the page, as soon as it is there."""
    for name in names:
        machine = describe(ROOT)
        found = [replace(one, machine=machine) for one in await benchmarks()[name](runs)]
        for one in found:
            save(one, RESULTS)
            print(table(one), flush=True)
        if page:
            write_into(PAGE, found, ORDER)


def main() -> int:
    """0; 1 when something did not start or could not be measured."""
    arguments = read_arguments(sys.argv[1:])
    print(f"Machine: {describe(ROOT)}", flush=True)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(arguments.names or list(benchmarks()), arguments.runs, not arguments.no_page))
    except PartFailed as error:
        print(error, *error.lines, sep="\n", file=sys.stderr)
        return 1
    except (ConfigError, StartError, RuntimeError, TimeoutError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
