"""Marks of what was there once: the ids of a span of days together in one set, each as 12 bytes.

A key of its own costs about 90 bytes for each id, a member of a set about 25. Members cannot end by themselves; so there is a
set for each span of days, which ends when the last of its marks may: a mark is known for at least ``kept``, and up to two spans
longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from time import time

BYTES = 12
"""Of the digest: among 300 million marks, one in 10**20 ids is taken for another."""

# KEYS: sets; ARGV: a mark
HAS = """
for i = 1, #KEYS do if redis.call('SISMEMBER', KEYS[i], ARGV[1]) == 1 then return 1 end end
return 0
"""


def mark_of(name: str) -> bytes:
    """What stands for an id."""
    return blake2b(name.encode(), digest_size=BYTES).digest()


@dataclass(frozen=True, slots=True)
class Spans:
    """Which sets marks of one kind are in. Clocks of gateways may differ by up to a span."""

    kept: timedelta
    each: timedelta = timedelta(days=1)
    clock: Callable[[], float] = time

    def now(self, name: str) -> str:
        """The set that takes new marks of the kind ``name``, the first part of its key."""
        return f"{name}:{self._number}"

    def all(self, name: str) -> list[str]:
        """All sets in which one may be, the newest first."""
        back = -(-self.kept // self.each)
        return [f"{name}:{number}" for number in range(self._number + 1, self._number - back - 1, -1)]

    @property
    def seconds(self) -> int:
        """So long a set stays after its last mark."""
        return int((self.kept + self.each).total_seconds())

    @property
    def _number(self) -> int:
        return int(self.clock() // self.each.total_seconds())
