"""Taking parts of an installation down and waiting until they are back: by the pids that the launcher writes down."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from journeys.seats import Missed

BACK_WITHIN = 120.0
"""Seconds until a part that died counts as lost: Rasa alone needs thirty on a busy machine."""


@dataclass(slots=True)
class Parts:
    """The processes of one installation. ``stops`` is the slow part: it takes connections and answers nothing."""

    home: Path
    _stopped: dict[str, int] = field(default_factory=dict)
    _dead: dict[str, int] = field(default_factory=dict)

    def stops(self, name: str) -> None:
        """It hangs."""
        self._stopped[name] = self._pid(name)
        os.kill(self._stopped[name], signal.SIGSTOP)

    def goes_on(self, name: str) -> None:
        """It works again, with all that has piled up."""
        os.kill(self._stopped.pop(name), signal.SIGCONT)

    def dies(self, name: str) -> None:
        """It is gone; the launcher will start it anew."""
        self._dead[name] = self._pid(name)
        os.kill(self._dead[name], signal.SIGKILL)

    async def is_back(self, name: str) -> None:
        """Wait until the launcher has started it anew and the installation is well. Raises Missed."""
        before = self._dead.pop(name, 0)
        try:
            async with asyncio.timeout(BACK_WITHIN), aiohttp.ClientSession() as http:
                while self._pid(name) == before or not await self._well(http):  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise Missed(f"{name} was not back within {BACK_WITHIN:g} s") from None

    async def restore(self) -> None:
        """Whatever a call left behind."""
        for name in list(self._stopped):
            self.goes_on(name)
        for name in list(self._dead):
            await self.is_back(name)

    def _pid(self, name: str) -> int:
        pid: int = self._running()["parts"][name]["pid"]
        return pid

    def _running(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "running.json").read_text())
        return found

    async def _well(self, http: aiohttp.ClientSession) -> bool:
        """All parts of it, the action server too; a note for an operator is no part that is down."""
        try:
            async with http.get(f"{self._running()['internal_url']}/health") as answer:
                return answer.status == 200 and all((await answer.json())["parts"].values())
        except aiohttp.ClientError:
            return False
