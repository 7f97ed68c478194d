"""Ties a process to its parent: when the parent is gone, however it went, so is the process.

As a program: ``python bound.py PARENT COMMAND...`` ties itself to process PARENT and becomes COMMAND (a
``preexec_fn`` would run Python between fork and exec, which is unsafe beside threads). Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Kept over exec: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"""


def die_with(parent: int, number: int) -> None:
    """Have signal ``number`` sent to this process once ``parent`` is gone; at once when it is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def main(arguments: list[str]) -> None:
    """Tie this process and become the command; exit code 127 when there is no such command."""
    die_with(int(arguments[0]), signal.SIGKILL)
    try:
        os.execvp(arguments[1], arguments[1:])
    except OSError as error:
        print(f"{arguments[1]} cannot be started: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
