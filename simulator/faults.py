"""Faults on demand: refusals of the REST API, and webhooks that come twice, late or in the wrong order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COUNTS = ("rest_next", "duplicate_next", "reorder_next")
REST_MODES = ("429", "500", "503", "hang", "lost")


class BadFault(ValueError):
    """A fault that cannot be set; the message is a sentence for the page."""


@dataclass(slots=True)
class Faults:
    """What goes wrong next.

    ``rest_next`` requests to the REST and Graph APIs are answered with ``rest_mode``: ``429``, ``500``, ``503`` (nothing was
    done), ``hang`` (never answered, nothing was done) or ``lost`` (done, but the connection breaks before the answer).
    ``duplicate_next`` webhooks are sent twice; ``reorder_next`` are held back until the one behind them has gone;
    each webhook that is not part of a call waits ``delay`` seconds.
    """

    rest_next: int = 0
    rest_mode: str = "500"
    duplicate_next: int = 0
    reorder_next: int = 0
    delay: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The settable fields."""
        return {**{name: getattr(self, name) for name in COUNTS}, "rest_mode": self.rest_mode, "delay": self.delay}

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the given fields; BadFault names what is wrong, and then nothing changes."""
        if unknown := set(wanted) - set(self.to_json()):
            raise BadFault(f"unknown fault: {', '.join(sorted(unknown))}")
        for name, value in wanted.items():
            if name == "rest_mode":
                if value not in REST_MODES:
                    raise BadFault(f"rest_mode must be one of {', '.join(REST_MODES)}")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
                raise BadFault(f"{name} must be a number from 0 to 1000")
        for name, value in wanted.items():
            setattr(self, name, int(value) if name in COUNTS else value)

    def take(self, name: str) -> bool:
        """Use up one of ``rest_next``, ``duplicate_next`` or ``reorder_next``; False when none is set."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)

    def take_rest(self) -> str:
        """How the REST request that is there now fails: a word of ``REST_MODES``, or nothing."""
        return self.rest_mode if self.take("rest_next") else ""
