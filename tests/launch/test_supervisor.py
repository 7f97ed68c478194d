"""Starting in order, waiting for health, starting again, giving up, stopping: over real processes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from launch.processes.supervisor import Part, PartFailed
from tests.launch.conftest import Journal, Watched, gone

Make = Callable[..., Part]
Supervise = Callable[..., Watched]


async def test_a_part_starts_when_what_it_needs_is_ready(part: Make, supervise: Supervise, journal: Journal) -> None:
    watched = supervise(part("gateway", needs=("valkey", "rasa")), part("rasa", needs=("valkey",)), part("valkey"))
    await watched.supervisor.start()
    lines = journal.lines()
    assert lines.index("valkey ready") < lines.index("rasa start")
    assert lines.index("rasa ready") < lines.index("gateway start")
    assert set(watched.supervisor.seconds) == {"valkey", "rasa", "gateway"}


async def test_start_waits_until_healthy(part: Make, supervise: Supervise, journal: Journal, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    watched = supervise(part("rasa", f"when={flag}"))
    start = asyncio.create_task(watched.supervisor.start())
    await journal.until("rasa not ready", 2)
    assert not start.done()
    flag.touch()
    await start
    assert journal.lines()[-1] == "rasa ready"


async def test_a_part_that_is_never_ready_ends_the_start(part: Make, supervise: Supervise, tmp_path: Path) -> None:
    watched = supervise(part("rasa", f"when={tmp_path / 'never'}", start_seconds=0.3))
    with pytest.raises(PartFailed, match=r"rasa was not ready after 0\.3 seconds"):
        await watched.supervisor.start()


async def test_a_part_that_ends_early_is_told_with_its_last_lines(part: Make, supervise: Supervise) -> None:
    watched = supervise(part("valkey"), part("rasa", "early-end"))
    with pytest.raises(PartFailed, match=r"rasa ended before it was ready \(exit code 1\)") as failure:
        await watched.supervisor.start()
    assert failure.value.lines == ("serving", "cannot read its data")


async def test_a_command_that_is_not_there(part: Make, supervise: Supervise) -> None:
    watched = supervise(part("rasa", command=("/nowhere/rasa",)))
    with pytest.raises(PartFailed, match="exit code 127") as failure:
        await watched.supervisor.start()
    assert failure.value.lines == ("/nowhere/rasa cannot be started: No such file or directory",)


async def test_a_part_that_is_killed_is_started_again(part: Make, supervise: Supervise, journal: Journal) -> None:
    watched = supervise(part("actions"), part("rasa"))
    await watched.supervisor.start()
    watch = asyncio.create_task(watched.supervisor.watch())
    first = dict(zip(watched.supervisor.processes, watched.pids(), strict=True))
    os.kill(first["rasa"], signal.SIGKILL)
    await watched.until_said("rasa is ready again")
    assert "rasa ended (signal 9)" in watched.said[0]
    second = dict(zip(watched.supervisor.processes, watched.pids(), strict=True))
    assert second["rasa"] != first["rasa"]
    assert second["actions"] == first["actions"]
    assert not watch.done()
    watch.cancel()


async def test_a_crash_loop_ends_with_the_last_lines(part: Make, supervise: Supervise) -> None:
    watched = supervise(part("valkey"), part("rasa"))
    await watched.supervisor.start()
    watch = asyncio.create_task(watched.supervisor.watch())
    for _ in range(2):
        watched.said.clear()
        os.kill(watched.supervisor.processes["rasa"].pid, signal.SIGKILL)
        await watched.until_said("rasa is ready again")
    os.kill(watched.supervisor.processes["rasa"].pid, signal.SIGKILL)
    with pytest.raises(PartFailed, match="rasa ended 3 times within 60 seconds") as failure:
        await watch
    assert failure.value.lines == ("serving",)


async def test_stop_goes_backwards_and_leaves_nothing(part: Make, supervise: Supervise, journal: Journal) -> None:
    watched = supervise(part("valkey"), part("rasa", "child"), part("gateway"))
    await watched.supervisor.start()
    child = next(int(line.split()[-1]) for line in journal.lines() if line.startswith("rasa child"))
    await watched.supervisor.stop()
    assert [line for line in journal.lines() if "stop" in line] == [
        "gateway asked to stop",
        "rasa asked to stop",
        "valkey asked to stop",
    ]
    assert gone([*watched.pids(), child])


async def test_a_part_deaf_to_sigterm_is_killed(part: Make, supervise: Supervise, journal: Journal) -> None:
    watched = supervise(part("rasa", "deaf", "child", stop_seconds=0.2))
    await watched.supervisor.start()
    child = next(int(line.split()[-1]) for line in journal.lines() if line.startswith("rasa child"))
    await watched.supervisor.stop()
    assert "rasa asked to stop" in journal.lines()
    assert gone([*watched.pids(), child])


async def test_logs_are_private_and_appended(part: Make, supervise: Supervise, tmp_path: Path) -> None:
    (tmp_path / "rasa.log").write_text("older lines\n")
    watched = supervise(part("rasa", "early-end"))
    with pytest.raises(PartFailed) as failure:
        await watched.supervisor.start()
    assert "older lines" not in failure.value.lines
    assert (tmp_path / "rasa.log").read_text().startswith("older lines\n")
