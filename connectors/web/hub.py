"""The sockets that this gateway process holds, and the news for them from every process (Redis publish/subscribe).

News carries no words: a socket that hears of a line reads it from the log, in order, from where it stands. So nothing is
lost when a publication is: after a lost subscription every socket looks again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from contextlib import suppress
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from bot.door import MASK
from connectors.web.log import MOVED, NEWS

_LOOK_AGAIN = 30.0  # seconds; also how long one wait for news lasts
_RETRY = 1.0
MOVED_AFTER = 1.0
"""Seconds for which a line that moves is let move on, before all who stand in it look where."""
SERVICE_RESTART = 1012  # IANA's registry of close codes: the browser comes again at once


class Listener(Protocol):
    """A socket as the hub knows it."""

    web_id: str
    remote: str

    def look(self) -> None:
        """There may be new lines."""
        ...

    def look_who(self) -> None:
        """Somebody else may have the conversation."""
        ...

    def look_line(self) -> None:
        """Others may have left the line, or come into it."""
        ...

    def push(self, frame: dict[str, Any]) -> None:
        """Send this frame when you can."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say good-bye."""
        ...


class Hub:
    """Which sockets belong to which visitor."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._by_visitor: dict[str, list[Listener]] = {}
        self._open: set[Listener] = set()
        self._remotes: Counter[str] = Counter()
        self._stopped = asyncio.Event()
        self._dismissed: set[asyncio.Task[None]] = set()
        self._moving: asyncio.TimerHandle | None = None
        self._moves = 0

    def of_visitor(self, web_id: str) -> list[Listener]:
        """The visitor's sockets here, oldest first."""
        return list(self._by_visitor.get(web_id, ()))

    def enter(self, listener: Listener) -> None:
        """Count a socket from its first byte, before it has said who it is."""
        self._open.add(listener)
        self._remotes[listener.remote] += 1

    def leave(self, listener: Listener) -> None:
        """The socket is gone."""
        self._open.discard(listener)
        self._remotes[listener.remote] -= 1
        if self._remotes[listener.remote] <= 0:
            del self._remotes[listener.remote]

    def sockets(self, remote: str | None = None) -> int:
        """How many sockets there are here, of one remote address or of all."""
        return len(self._open) if remote is None else self._remotes[remote]

    def add(self, listener: Listener) -> None:
        """The socket has said hello."""
        self._by_visitor.setdefault(listener.web_id, []).append(listener)

    def remove(self, listener: Listener) -> None:
        """The socket is closed."""
        listeners = self._by_visitor.get(listener.web_id, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners:
            self._by_visitor.pop(listener.web_id, None)

    def dismiss(self, listener: Listener, code: int, reason: str) -> None:
        """Close a socket without waiting for it: a dead one takes seconds."""
        self.remove(listener)
        task = asyncio.create_task(listener.close(code, reason))
        self._dismissed.add(task)
        task.add_done_callback(self._dismissed.discard)

    async def listen(self) -> None:
        """Pass on news until ``stop`` or a cancellation; subscribes again whenever Redis was away."""
        while not self._stopped.is_set():
            try:
                async with self._redis.pubsub() as news:
                    await news.subscribe(NEWS)
                    await self._pass_on(news)
            except (RedisError, OSError) as error:
                logging.getLogger(__name__).warning("web chat news lost, subscribing again: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _RETRY)

    def stop(self) -> None:
        """End ``listen`` at its next step. Cancel it too: it may be waiting. (Alone, a cancellation can get lost in redis-py.)"""
        self._stopped.set()
        if self._moving is not None:
            self._moving.cancel()

    async def _pass_on(self, news: PubSub) -> None:
        while not self._stopped.is_set():
            message = await news.get_message(timeout=_LOOK_AGAIN)
            if message is None or message["type"] == "subscribe":  # after a gap or a reconnection something may be missing
                for listener in self._open:
                    listener.look_who()
                    listener.look()
            elif message["type"] == "message":
                self._deliver(json.loads(message["data"]))

    def _line_moved(self) -> None:
        """Once for a burst, and once more after it: the first look may have been at what was read before its end."""
        if self._stopped.is_set():
            return
        self._moves += 1
        if self._moving is None:
            self._moving = asyncio.get_running_loop().call_later(MOVED_AFTER, self._look_where, self._moves)

    def _look_where(self, moves: int) -> None:
        again = self._moves > moves
        self._moving = asyncio.get_running_loop().call_later(MOVED_AFTER, self._look_where, self._moves) if again else None
        for listener in self._open:
            listener.look_line()

    def _deliver(self, news: dict[str, Any]) -> None:
        if news["k"] == MOVED:
            self._line_moved()
        for listener in self.of_visitor(news["w"]):
            match news["k"]:
                case "line":
                    listener.look()
                case "who":
                    listener.look_who()
                case "left":
                    self.dismiss(listener, SERVICE_RESTART, "signed out")
                case "typing":
                    listener.push({"type": "typing", "on": bool(news["on"])})
                case "masked":
                    listener.push({"type": "masked", "id": str(news["id"]), "text": MASK})
                case "read":
                    listener.push({"type": "read", "seq": int(news["seq"])})

    async def close_all(self, code: int, reason: str) -> None:
        """Say good-bye to every socket here."""
        await asyncio.gather(*(listener.close(code, reason) for listener in self._open))
