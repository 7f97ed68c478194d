"""``python -m launch.processes.memory``: what the running assistant holds in memory, by process, in MB.

RSS counts a shared page in every process that maps it; PSS divides it among them, so only PSS adds up.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from gateway.settings.env_file import read_values
from launch.install.environment import home_of
from launch.install.installation import Installation

MB = 1_000_000


def measure(running: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """RSS and PSS in MB of the launcher and each part with its children. Raises psutil.Error when one is gone."""
    pids = {"launcher": running["launcher"]} | {name: part["pid"] for name, part in running["parts"].items()}
    return {name: _of(psutil.Process(pid), children=name != "launcher") for name, pid in pids.items()}


def _of(process: psutil.Process, *, children: bool) -> tuple[float, float]:
    family = [process, *(process.children(recursive=True) if children else [])]
    found = [member.memory_full_info() for member in family]
    return sum(info.rss for info in found) / MB, sum(info.pss for info in found) / MB


def main() -> None:
    """Print one line per process and the sum."""
    root = Path(__file__).parents[2]
    place = Installation(home_of(read_values(root / ".env", os.environ), root))
    if not place.running.exists():
        sys.exit(f"Nothing runs from {place.home}: start it with `make run`.")
    rows = measure(json.loads(place.running.read_text()))
    rows["all"] = (sum(rss for rss, _ in rows.values()), sum(pss for _, pss in rows.values()))
    for name, (rss, pss) in rows.items():
        print(f"{name:<10} RSS {rss:7.1f} MB   PSS {pss:7.1f} MB")


if __name__ == "__main__":
    main()
