"""Whether the model is asked at all: who fails again and again is left alone for a while
(https://martinfowler.com/bliki/CircuitBreaker.html). Pure.

``bot/rasa_http/breaker.py`` is another with other rules: a server that rests there is asked last, not never, since each turn
needs one; and what is late, away or looked at counts differently. Here every failure is alike, and not to ask costs little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 3
"""In a row, after which it is left alone."""
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 300.0
"""Seconds of that: doubled each time the one question after it fails, too."""


@dataclass(slots=True)
class Breaker:
    """``clock`` gives seconds that only go forward."""

    clock: Callable[[], float]
    _failures: int = 0
    _until: float = 0.0
    _pause: float = 0.0
    _trying: bool = False

    def asks(self) -> bool:
        """Whether to ask now. After a pause one question is let through, and the others wait for what comes of it."""
        if not self._pause:
            return True
        if self._trying or self.clock() < self._until:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """It is well, whatever was before."""
        self._failures, self._pause, self._trying = 0, 0.0, False

    def failed(self, wait: float = 0.0) -> None:
        """No answer; ``wait``: seconds that the server asks for."""
        self._failures += 1
        again, self._trying = bool(self._pause), False
        if wait or again or self._failures >= FAILURES:
            self._pause = min(LONGEST_PAUSE, max(self._pause * 2 if again else FIRST_PAUSE, wait))
            self._until = self.clock() + self._pause
