"""A part's log stays small while the part runs for months, and no line of it is lost on the way."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from launch.processes.process import Process
from launch.processes.rotating import RotatingLog

CHATTY = "import sys\nfor number in range({lines}): print('line', number, 'x' * 40)\nsys.stderr.write('the last words\\n')"


def files_of(log: Path) -> list[Path]:
    """All that is kept, oldest first."""
    return [*sorted(log.parent.glob(log.name + ".*"), key=lambda path: -int(path.suffix[1:])), log]


def lines_of(log: Path) -> list[str]:
    return [line for path in files_of(log) for line in path.read_text().splitlines()]


async def ended(process: Process) -> int:
    return await asyncio.wait_for(asyncio.shield(process.exited), 20)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("launch.processes.rotating.LIMIT", 4000)
    monkeypatch.setattr("launch.processes.process.RotatingLog", lambda log: RotatingLog(log, 4000, 4))
    return 4000


async def test_a_running_part_fills_no_disk_and_loses_no_line(tmp_path: Path, small: int) -> None:
    log = tmp_path / "gateway.log"
    process = Process([sys.executable, "-c", CHATTY.format(lines=200)], dict(os.environ), tmp_path, log)
    assert await ended(process) == 0
    files = files_of(log)
    assert 2 < len(files) <= 5 and all(path.stat().st_size <= small for path in files)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    numbers = [int(line.split()[1]) for line in lines_of(log) if line.startswith("line ")]
    assert numbers == list(range(numbers[0], 200)), "whole lines, in order, without a gap"
    assert process.last_lines()[-1] == "the last words"


async def test_the_oldest_go_first(tmp_path: Path, small: int) -> None:
    log = tmp_path / "gateway.log"
    for _ in range(2):  # the part was started again
        await ended(Process([sys.executable, "-c", CHATTY.format(lines=400)], dict(os.environ), tmp_path, log))
    assert sum(path.stat().st_size for path in files_of(log)) <= 5 * small
    assert lines_of(log)[-1] == "the last words"


async def test_a_child_that_keeps_the_output_open_does_not_hide_the_end_of_a_part(tmp_path: Path) -> None:
    stays = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\nsys.exit('gone')"
    process = Process([sys.executable, "-c", stays], dict(os.environ), tmp_path, tmp_path / "rasa.log")
    assert await ended(process) == 1
    assert process.last_lines()[-1] == "gone"


def test_a_log_that_cannot_be_written_stops_nobody_and_goes_on_later(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    with RotatingLog(folder / "gateway.log") as log:
        log.write(b"nobody keeps this\n")
        folder.mkdir()
        log.write(b"kept\n")
    assert (folder / "gateway.log").read_text() == "kept\n"
