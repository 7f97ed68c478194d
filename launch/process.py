"""One child process that cannot outlive us, and its log file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from launch import bound

LOG_LIMIT = 10_000_000
"""Bytes; a longer log is set aside as ``<name>.log.1`` when its part starts."""


BOUND = (sys.executable, "-I", "-S", str(Path(bound.__file__)))
"""Runs a command that dies with the process that started it."""


class Process:
    """A running command, leader of its own process group, its output appended to ``log``.

    ``exited`` becomes the exit code (negative: the signal). Start it from the main thread: the kernel ties
    the child to the thread that made it. A command that cannot be started exits with 127 and says why in its log.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.log = log
        with _opened(log) as file:
            self._log_start = file.tell()
            self._popen = subprocess.Popen(
                [*BOUND, str(os.getpid()), *command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        threading.Thread(target=self._reap, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._popen.pid

    def _reap(self) -> None:
        code = self._popen.wait()
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

    def last_lines(self, count: int = 15) -> list[str]:
        """The end of what it wrote since it was started."""
        with self.log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(self._log_start, size - 16_000))
            text = file.read().decode(errors="replace")
        return [line[:300] for line in text.splitlines() if line.strip()][-count:]


def _opened(log: Path) -> BinaryIO:
    """The log file, mode 0600, to append to; one that has grown long is set aside first."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
