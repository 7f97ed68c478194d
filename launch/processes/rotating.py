"""A part's log file that never grows without end: it is set aside while the part runs."""

from __future__ import annotations

import os
from pathlib import Path

LIMIT = 10_000_000
"""Bytes of one file."""
KEPT = 4
"""Files that were set aside, ``<name>.log.1`` the newest: 50 MB of each part at most."""


class RotatingLog:
    """Lines appended to ``path``, mode 0600. Nothing is raised: what cannot be written (a full disk) is left out.

    The launcher writes, not the part, so nothing changes for the part when its file is set aside. One writer at a time.
    """

    def __init__(self, path: Path, limit: int = LIMIT, kept: int = KEPT) -> None:
        self._path, self._limit, self._kept = path, limit, kept
        self._file = -1

    def __enter__(self) -> RotatingLog:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def write(self, line: bytes) -> None:
        """One line; the file is set aside first when it would grow past the limit."""
        try:
            if self._file < 0:
                self._open()
            size = os.fstat(self._file).st_size
            if size and size + len(line) > self._limit:
                self._set_aside()
            os.write(self._file, line)
        except OSError:
            self._close()  # tried again with the next line

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _set_aside(self) -> None:
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))
        self._close()
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
