"""A file of SQLite's that is removed or replaced while it is open: the process would go on writing what nobody can ever read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from records.errors import RecordsUnavailable, Trouble

GONE = "was removed or replaced while it was open: put the file back, or restart the gateways to begin a new one"


@dataclass
class SameFile:
    """Each transaction begins and ends on the file that was opened first. ``name``: as sentences have it."""

    path: Path
    name: str
    known: tuple[int, int] | None = None

    def watch(self, engine: AsyncEngine) -> None:
        """From now on every connection, begin and commit raises RecordsUnavailable while the file is not there."""
        pool = engine.sync_engine
        event.listen(pool, "do_connect", self._check)  # SQLite would make an empty file in its place
        event.listen(pool, "connect", self._note)
        event.listen(pool, "begin", self._check)
        event.listen(pool, "commit", self._check)

    def _note(self, *_: Any) -> None:
        self.known = self.known or self._now()

    def _check(self, *_: Any) -> None:
        if self.known is not None and self._now() != self.known:
            raise RecordsUnavailable(f"{self.name} {GONE}.", Trouble.AWAY)

    def _now(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
