"""How much one browser, and one remote address, may ask of the web chat."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: ``burst`` at once, then ``per_second``."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The web chat's limits (docs/web-chat.md has them in a table). Times in seconds."""

    messages: Rate = Rate(12, 1.0)  # of one visitor, all tabs
    ratings: Rate = Rate(5, 0.05)  # of one visitor: a handoff takes one
    remote_messages: Rate = Rate(120, 10.0)  # of one remote address: an office behind one address is many people
    remote_visitors: Rate = Rate(60, 1.0)  # sockets without a known token, from one remote address
    frames: Rate = Rate(60, 10.0)  # of one socket, whatever they say
    strikes: int = 8  # unreadable or too many frames, then 1008
    sockets_per_visitor: int = 8  # tabs; the oldest gives way
    sockets_per_remote: int = 200
    sockets: int = 5000
    hello_within: float = 10.0
    heartbeat: float = 25.0
    log_lines: int = 500
    keep: int = 30 * 24 * 3600  # after the last message
    keep_unused: int = 24 * 3600  # a visitor who never wrote


class Buckets:
    """Token buckets by key, in this process; the least recently used are forgotten beyond ``room``."""

    def __init__(self, rate: Rate, clock: Clock, room: int = 20_000) -> None:
        self._rate = rate
        self._clock = clock
        self._room = room
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """0.0 when there was one left (it is taken), else the seconds until there will be."""
        now = self._clock().timestamp()
        level, since = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + max(0.0, now - since) * self._rate.per_second)
        wait = 0.0 if level >= 1 else (1 - level) / self._rate.per_second
        self._levels[key] = (level if wait else level - 1, now)
        if len(self._levels) > self._room:
            self._levels.popitem(last=False)
        return wait
