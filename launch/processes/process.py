"""One child process that cannot outlive us, and its log file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from launch.processes import bound
from launch.processes.rotating import RotatingLog

LAST_LINES = 200
"""That are kept in memory of each part, for the sentence about its end; of a training more, for its warnings."""
LONGEST_LINE = 65_536
LAST_WORDS = 1.0
"""Seconds in which what a part wrote before its end is read; a child that it left behind may keep its output open."""


BOUND = (sys.executable, "-I", "-S", str(Path(bound.__file__)))
"""Runs a command that dies with the process that started it."""


class Process:
    """A running command, leader of its own process group, its output written to ``log`` (``launch.processes.rotating``).

    ``exited`` becomes the exit code (negative: the signal). Start it from the main thread: the kernel ties
    the child to the thread that made it. A command that cannot be started exits with 127 and says why in its log.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, kept: int = LAST_LINES) -> None:
        self._loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.log = log
        self._last: deque[str] = deque(maxlen=kept)
        self._popen = subprocess.Popen(
            [*BOUND, str(os.getpid()), *command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._writer = threading.Thread(target=self._write, args=(RotatingLog(log),), daemon=True)
        self._writer.start()
        threading.Thread(target=self._reap, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._popen.pid

    def _write(self, log: RotatingLog) -> None:
        """Until everybody who writes here has ended. Also when the disk is full: a part must not stand still for its log."""
        assert self._popen.stdout is not None
        with self._popen.stdout as output, log:
            while line := output.readline(LONGEST_LINE):
                self._last.append(line.decode(errors="replace"))
                log.write(line)

    def _reap(self) -> None:
        code = self._popen.wait()
        self._writer.join(LAST_WORDS)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            self._loop.call_soon_threadsafe(self._has_exited, code)

    def _has_exited(self, code: int) -> None:
        self._signal_group(signal.SIGKILL)  # whatever it left behind
        if not self.exited.done():
            self.exited.set_result(code)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    async def stop(self, seconds: float) -> None:
        """Ask it to end, and end it (with its children) when it has not after ``seconds``."""
        if self._popen.poll() is None:
            self._popen.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(self.exited), seconds)
        except TimeoutError:
            self.kill()
            await self.exited

    def kill(self) -> None:
        """End it at once, with its children."""
        self._signal_group(signal.SIGKILL)

    @property
    def lines(self) -> list[str]:
        """What is kept of its output, as it was written."""
        return [line.rstrip("\r\n") for line in list(self._last)]

    def last_lines(self, count: int = 15) -> list[str]:
        """The end of what it wrote since it was started."""
        return [line.rstrip()[:300] for line in list(self._last) if line.strip()][-count:]
