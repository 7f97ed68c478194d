"""One answer for each step of a call, however often and however late the webhook comes; and where errors end.

A step's work runs in a task of its own: a webhook waits for it no longer than the deadline (Twilio gives up after
15 s, https://www.twilio.com/docs/api/errors/11205), and a later request collects what became of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from bot.model import ChannelName
from bot.ports import Calls, StoreUnavailable, Wording
from voice import script
from voice.script import Script, Tongues
from voice.speech.spoken import aloud

Made = TypeVar("Made")
Work = Callable[[], Awaitable[Script]]
Otherwise = Callable[[], Script]

LAST_WORDS = "We are sorry. Something went wrong. Please call again in a few minutes. Goodbye."
"""Said only when the designers' ``utter_call_failed`` itself cannot be read."""

TROUBLES, TROUBLE_SECONDS = 3, 5
"""How often, and how many seconds apart, a call whose step could not be kept is tried again before it ends."""

CLAIM_SECONDS, LOOK_SECONDS = 6, 0.2
"""How long after its last sign of life a gateway counts as dead for the steps that it had begun; and how often it is looked
whether a step is done that another gateway works on."""

LONGEST_WAIT = 10.0
"""Seconds a webhook waits at most, whatever the configured deadline: filler and network need room below 15."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The one place of the phone line where unexpected errors end: logged once, and an apology is spoken.

    Twilio reads a 5xx to nobody: the caller would hear its "application error". So the caller hears ours.
    """

    wording: Wording
    tongues: Tongues

    async def spoken(self, route: str, work: Work, otherwise: Otherwise | None = None, later: Otherwise | None = None) -> Script:
        """What ``work`` gives; ``otherwise`` (default: an apology and the end of the call) when it fails; ``later``
        (default: ``otherwise``) when the store is away or takes nothing, which may pass."""
        return await self.tried(route, work, otherwise or self.apology, later)

    async def tried(
        self,
        route: str,
        work: Callable[[], Awaitable[Made]],
        otherwise: Callable[[], Made],
        later: Callable[[], Made] | None = None,
    ) -> Made:
        """As ``spoken``, for what is no script, or not yet or not any more."""
        try:
            return await work()
        except StoreUnavailable as error:
            self._log(route, error)
            return (later or otherwise)()
        except Exception as error:  # noqa: BLE001 - a worker's edge: logged, and the caller hears an apology
            self._log(route, error)
            return otherwise()

    def apology(self) -> Script:
        """An apology that needs no store and no assistant, and the end of the call."""
        try:
            text = self.wording.say("utter_call_failed", ChannelName.VOICE)
        except Exception as error:  # noqa: BLE001 - the apology itself must not fail
            self._log("wording", error)
            text = LAST_WORDS
        return script.goodbye([text], self.tongues.speech)

    def later(self, step: int, tries: int = 0) -> Otherwise:
        """For a store that is full or away: an apology, a while of patience, and the call goes on (``/again``); when that
        was tried too often, goodbye."""

        def made() -> Script:
            if tries >= TROUBLES:
                return self.apology()
            try:
                text = aloud(self.wording.say("utter_call_trouble", ChannelName.VOICE))
            except Exception as error:  # noqa: BLE001 - the words are missing: the last ones need none
                self._log("wording", error)
                return self.apology()
            return script.patience(text, TROUBLE_SECONDS, step, tries + 1, self.tongues.speech)

        return made

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


class Claims(Protocol):
    """Who works on a step, for all gateways. Each raises StoreUnavailable."""

    async def take(self, key: str, seconds: int) -> bool:
        """True for whoever works on it from now on; it is theirs for ``seconds`` after they last kept it up."""
        ...

    async def keep(self, key: str, seconds: int) -> None:
        """Still at work."""
        ...

    async def held(self, key: str) -> bool:
        """Whether somebody is at work."""
        ...

    async def drop(self, key: str) -> None:
        """It came to nothing: whoever is asked next begins it anew."""
        ...


class Steps:
    """Runs each step once and keeps its script (``voice.script.remember``) for repeats of the webhook.

    Twilio's next request comes to any gateway: a step that another one works on is waited for, as if it were here.
    """

    def __init__(self, calls: Calls, claims: Claims, edge: Edge, deadline: float) -> None:
        self._calls = calls
        self._claims = claims
        self._edge = edge
        self._deadline = min(deadline, LONGEST_WAIT)
        self._running: dict[str, asyncio.Task[Script]] = {}

    async def answer(self, key: str, route: str, work: Work, later: Otherwise | None = None) -> Script | None:
        """The step's script: kept, being made, or made now. None when it is not ready within the deadline. ``later``: said
        when the store fails in the middle of it; not kept."""
        until = self._until()
        while (task := self._running.get(key)) is None:
            mine, known = await asyncio.gather(self._claims.take(key, CLAIM_SECONDS), script.remembered(self._calls, key))
            if known is not None:
                if mine:
                    await self._claims.drop(key)
                return known
            if mine:
                task = self._begin(key, route, work, later)
                break
            going, made = await self._elsewhere(key, until)
            if going:
                return made  # else its gateway has died: it is begun anew here
        return await self._ready(task, until)

    async def collect(self, key: str) -> tuple[bool, Script | None]:
        """For a step begun earlier: whether anything is known of it, and its script if that is ready."""
        if task := self._running.get(key):
            return True, await self._ready(task, self._until())
        return await self._elsewhere(key, self._until())

    async def close(self) -> None:
        """Stop what still runs."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _until(self) -> float:
        return asyncio.get_running_loop().time() + self._deadline

    async def _elsewhere(self, key: str, until: float) -> tuple[bool, Script | None]:
        """Wait for another gateway: whether it is still at it, or done, and the script when that is ready."""
        now = asyncio.get_running_loop().time
        while True:
            held, known = await asyncio.gather(self._claims.held(key), script.remembered(self._calls, key))
            if known is None and not held:  # done a moment ago?
                known = await script.remembered(self._calls, key)
            if known is not None or not held:
                return known is not None, known
            if (left := until - now()) <= 0:
                return True, None
            await asyncio.sleep(min(LOOK_SECONDS, left))

    async def _ready(self, task: asyncio.Task[Script], until: float) -> Script | None:
        left = until - asyncio.get_running_loop().time()
        await asyncio.wait({task}, timeout=max(left, 0))  # leaves the task alone when the time is up
        return task.result() if task.done() else None

    def _begin(self, key: str, route: str, work: Work, later: Otherwise | None) -> asyncio.Task[Script]:
        async def once() -> Script:
            async with self._at_work(key):
                made = await work()
                await asyncio.gather(script.remember(self._calls, key, made), self._claims.drop(key))
                return made

        task = asyncio.create_task(self._edge.spoken(route, once, later=later))
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return task

    @asynccontextmanager
    async def _at_work(self, key: str) -> AsyncIterator[None]:
        """Keep the claim up meanwhile; what comes to nothing is nobody's at once."""
        keeping = asyncio.create_task(self._keep(key))
        try:
            yield
        except BaseException:
            with suppress(StoreUnavailable):
                await self._claims.drop(key)
            raise
        finally:
            keeping.cancel()

    async def _keep(self, key: str) -> None:
        while True:
            await asyncio.sleep(CLAIM_SECONDS / 4)
            with suppress(StoreUnavailable):
                await self._claims.keep(key, CLAIM_SECONDS)
