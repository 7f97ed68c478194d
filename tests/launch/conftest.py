"""Stand-in parts and a supervisor over them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from launch.install.environment import free_ports
from launch.processes.health import http_ok
from launch.processes.supervisor import Part, RestartPolicy, Supervisor

STANDIN = Path(__file__).with_name("standin.py")


class Journal:
    """What the stand-ins wrote, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    async def until(self, line: str, count: int = 1) -> None:
        """Wait for a line; it comes from another process, so there is nothing to wait on but the file."""
        async with asyncio.timeout(20):
            while self.lines().count(line) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def part(journal: Journal) -> Callable[..., Part]:
    def make(name: str, *behaviours: str, needs: tuple[str, ...] = (), **changes: object) -> Part:
        port = free_ports(1)[0]
        made = Part(
            name=name,
            command=(sys.executable, "-I", str(STANDIN), name, str(port), str(journal.path), *behaviours),
            ready=http_ok("127.0.0.1", port, "/health"),
            needs=needs,
            port=port,
            start_seconds=20,
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    return make


class Watched:
    """A supervisor and what it said."""

    def __init__(self, parts: list[Part], folder: Path) -> None:
        self.said: list[str] = []
        self.heard = asyncio.Event()
        policy = RestartPolicy(pauses=(0.0,), limit=3, window=60, probe_every=0.01)
        self.supervisor = Supervisor(parts, folder, folder, self._say, policy=policy)

    def _say(self, line: str) -> None:
        self.said.append(line)
        self.heard.set()

    async def until_said(self, words: str) -> None:
        async with asyncio.timeout(20):
            while not any(words in line for line in self.said):
                self.heard.clear()
                await self.heard.wait()

    def pids(self) -> list[int]:
        return [process.pid for process in self.supervisor.processes.values()]


@pytest.fixture
async def supervise(tmp_path: Path) -> AsyncIterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(*parts: Part) -> Watched:
        made.append(Watched(list(parts), tmp_path))
        return made[-1]

    yield make
    for watched in made:
        watched.supervisor.kill()
        await watched.supervisor.stop()


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Whether all these processes end within the time (a zombie nobody has collected counts as ended)."""
    alive = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    _, left = psutil.wait_procs(alive, timeout=seconds)
    return not [process for process in left if process.status() != psutil.STATUS_ZOMBIE]
