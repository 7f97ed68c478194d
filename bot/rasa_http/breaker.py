"""When a Rasa server is asked last, and when it is asked as before (https://martinfowler.com/bliki/CircuitBreaker.html). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

UNREACHED = 3.0
"""Seconds for which a server that could not be reached is asked last."""
LATE = 3
"""Answers in a row that did not come in time, after which a server rests; a look that found nobody counts as two."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until a resting server is looked at: doubled each time it was well when looked at, and late again in its turns."""


@dataclass(slots=True)
class Rest:
    """What is known of one server. Each method that may change whether it rests says whether it did."""

    clock: Callable[[], float]
    away_until: float = 0.0
    suspended: bool = False
    _late: int = 0
    _missed: int = 0
    _rests: int = 0

    @property
    def asked_last(self) -> bool:
        """Whether others are asked first."""
        return self.suspended or self.away_until > self.clock()

    @property
    def pause(self) -> float:
        """Seconds until the next look at it while it rests."""
        return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, self._rests - 1)))

    def not_reached(self) -> None:
        """No connection: nothing was lost, others are asked for a moment."""
        self.away_until = self.clock() + UNREACHED

    def late(self) -> bool:
        """A turn was not answered in time."""
        self._late += 1
        return self._enough()

    def found_away(self) -> bool:
        """A look found nobody."""
        self._missed += 1
        return self._enough()

    def answered(self) -> bool:
        """A turn was answered: it is well, whatever was before."""
        self._late = self._rests = 0
        return self.found_well()

    def found_well(self) -> bool:
        """A look found it well: the end of its rest. Turns that were late go on counting: a look says little about them."""
        self._missed = 0
        if not self.suspended:
            return False
        self.suspended, self._late = False, 0
        return True

    def _enough(self) -> bool:
        if self.suspended or self._late + 2 * self._missed < LATE:
            return False
        self.suspended = True
        self._rests += 1
        return True
