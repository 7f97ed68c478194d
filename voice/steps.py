"""One answer for each step of a call, however often and however late the webhook comes; and where errors end.

A step's work runs in a task of its own: a webhook waits for it no longer than the deadline (Twilio gives up after
15 s, https://www.twilio.com/docs/api/errors/11205), and a later request collects what became of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.model import ChannelName
from bot.ports import Calls, StoreUnavailable, Wording
from voice import twiml
from voice.spoken import aloud

Work = Callable[[], Awaitable[str]]
Rendered = Callable[[], str]

LAST_WORDS = "We are sorry. Something went wrong. Please call again in a few minutes. Goodbye."
"""Said only when the designers' ``utter_call_failed`` itself cannot be read."""

TROUBLES, TROUBLE_SECONDS = 3, 5
"""How often, and how many seconds apart, a call whose step could not be kept is tried again before it ends."""

LONGEST_WAIT = 10.0
"""Seconds a webhook waits at most, whatever the configured deadline: filler and network need room below 15."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The one place of the phone line where unexpected errors end: logged once, and an apology is spoken.

    Twilio reads a 5xx to nobody: the caller would hear its "application error". So the caller hears ours.
    """

    wording: Wording
    speech: twiml.Speech

    async def spoken(self, route: str, work: Work, otherwise: Rendered | None = None, later: Rendered | None = None) -> str:
        """What ``work`` renders; ``otherwise`` (default: an apology and the end of the call) when it fails; ``later``
        (default: ``otherwise``) when the store is away or takes nothing, which may pass."""
        try:
            return await work()
        except StoreUnavailable as error:
            self._log(route, error)
            return (later or otherwise or self.apology)()
        except Exception as error:  # noqa: BLE001 - a worker's edge: logged, and the caller hears an apology
            self._log(route, error)
            return (otherwise or self.apology)()

    def apology(self) -> str:
        """An apology that needs no store and no assistant, and the end of the call."""
        try:
            text = self.wording.say("utter_call_failed", ChannelName.VOICE)
        except Exception as error:  # noqa: BLE001 - the apology itself must not fail
            self._log("wording", error)
            text = LAST_WORDS
        return twiml.goodbye([text], self.speech)

    def later(self, step: int, tries: int = 0) -> Rendered:
        """For a store that is full or away: an apology, a while of patience, and the call goes on (``/again``); when that
        was tried too often, goodbye."""

        def rendered() -> str:
            if tries >= TROUBLES:
                return self.apology()
            try:
                text = aloud(self.wording.say("utter_call_trouble", ChannelName.VOICE))
            except Exception as error:  # noqa: BLE001 - the words are missing: the last ones need none
                self._log("wording", error)
                return self.apology()
            return twiml.patience(text, TROUBLE_SECONDS, step, tries + 1, self.speech)

        return rendered

    @staticmethod
    def _log(route: str, error: Exception) -> None:
        """Names and places only: an error's own words may hold what the caller said."""
        log: Any = structlog.get_logger("onethread.voice")
        if isinstance(error, StoreUnavailable):
            log.warning("store_unavailable", route=route)
            return
        frame = error.__traceback__
        while frame and frame.tb_next:
            frame = frame.tb_next
        where = f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else "?"
        log.error("voice_failed", route=route, error=type(error).__name__, where=where)


class Steps:
    """Runs each step once and keeps its TwiML (``Calls.remember``) for repeats of the webhook."""

    def __init__(self, calls: Calls, edge: Edge, deadline: float) -> None:
        self._calls = calls
        self._edge = edge
        self._deadline = min(deadline, LONGEST_WAIT)
        self._running: dict[str, asyncio.Task[str]] = {}

    async def answer(self, key: str, route: str, work: Work, later: Rendered | None = None) -> str | None:
        """The step's TwiML: kept, being made, or made now. None when it is not ready within the deadline. ``later``: said
        when the store fails in the middle of it; not kept."""
        if key not in self._running and (known := await self._calls.remembered(key)) is not None:
            return known
        task = self._running.get(key) or self._begin(key, route, work, later)
        return await self._ready(task)

    async def collect(self, key: str) -> tuple[bool, str | None]:
        """For a step begun earlier: whether anything is known of it, and its TwiML if that is ready."""
        if task := self._running.get(key):
            return True, await self._ready(task)
        known = await self._calls.remembered(key)
        return known is not None, known

    async def close(self) -> None:
        """Stop what still runs."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ready(self, task: asyncio.Task[str]) -> str | None:
        await asyncio.wait({task}, timeout=self._deadline)  # leaves the task alone when the time is up
        return task.result() if task.done() else None

    def _begin(self, key: str, route: str, work: Work, later: Rendered | None) -> asyncio.Task[str]:
        async def once() -> str:
            text = await work()
            await self._calls.remember(key, text)
            return text

        task = asyncio.create_task(self._edge.spoken(route, once, later=later))
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return task
