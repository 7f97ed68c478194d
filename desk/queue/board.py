"""The open handoffs as this gateway last saw them, shared by all tabs of its agents: each change is read once, not once a tab.

What was told by the bulletin is read again before it is shown. While no tab of this gateway follows the bulletin, nothing is
believed: all is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.ports import Clock, Glance, People

BELIEVED = timedelta(seconds=30)
"""So long what was read is shown without another look: the bulletin keeps nothing for who was away for a moment."""
ALL_AT = 50
"""Of so many that changed all are read at once."""


@dataclass(slots=True)
class Board:
    """``following`` while a tab follows the bulletin, ``changed`` for what it tells; ``rows`` for the list."""

    people: People
    clock: Clock
    _rows: dict[str, Glance] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _read_at: datetime | None = None
    _followers: int = 0
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def following(self) -> Iterator[None]:
        """A tab follows what is told. Enter once it does."""
        self._followers += 1
        if self._followers == 1:  # who was the last before may have missed something
            self._read_at = None
        try:
            yield
        finally:
            self._followers -= 1

    def changed(self, handoff_id: str | None) -> None:
        """Something happened to it, or to no one in particular."""
        if handoff_id:
            self._changed.add(handoff_id)

    async def rows(self) -> list[Glance]:
        """The open handoffs, as they were opened. Raises StoreUnavailable."""
        async with self._reading:
            if self._stale():
                await self._read_all()
            elif self._changed:
                await self._read_changed()
            return sorted(self._rows.values(), key=lambda one: one.handoff.opened_at)

    def _stale(self) -> bool:
        at = self._read_at
        return at is None or not self._followers or self.clock() - at > BELIEVED or len(self._changed) > ALL_AT

    async def _read_all(self) -> None:
        changed, self._changed, moment = self._changed, set(), self.clock()
        try:
            self._rows = {one.handoff.id: one for one in await self.people.glances()}
        except BaseException:
            self._changed |= changed
            raise
        self._read_at = moment

    async def _read_changed(self) -> None:
        """What changes while it is read is read again the next time."""
        changed, self._changed = self._changed, set()
        try:
            found = await asyncio.gather(*map(self.people.glance, changed))
        except BaseException:
            self._changed |= changed
            raise
        for handoff_id, one in zip(changed, found, strict=True):
            if one is None:
                self._rows.pop(handoff_id, None)
            else:
                self._rows[handoff_id] = one
