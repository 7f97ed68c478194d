"""How each part of a gateway is: one answer for the world, one with the parts for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.ports import StoreUnavailable

Check = Callable[[], Awaitable[bool]]
CHECK_SECONDS = 2.0


async def _nothing_to_note() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Health:
    """Asks each part how it is; ``required`` ones decide whether this gateway is ready for traffic."""

    checks: Mapping[str, Check]
    notes: Callable[[], Awaitable[Sequence[str]]] = _nothing_to_note
    required: frozenset[str] = frozenset({"redis"})
    at_desk: Callable[[], Awaitable[int]] | None = None
    """How many agents are there to take conversations."""

    async def parts(self) -> dict[str, bool]:
        """Each part's state, asked side by side."""
        answers = await asyncio.gather(*(self._ask(check) for check in self.checks.values()))
        return dict(zip(self.checks, answers, strict=True))

    async def _ask(self, check: Check) -> bool:
        try:
            return await asyncio.wait_for(check(), CHECK_SECONDS)
        except Exception:  # noqa: BLE001 - a health check's edge: whatever went wrong, the part is not well
            return False

    async def public(self, request: web.Request) -> web.Response:
        """``GET /health``: 200 while messages can be stored, else 503. Says nothing more.

        ``?ready`` (and ``?alive``) is for whoever spreads the traffic: 200 as long as somebody answers here. Without a store that
        is an apology, spoken to callers, and a 503 that vendors come back for: better than a connection that nobody takes.
        """
        if {"ready", "alive"} & request.query.keys():
            return web.json_response({"status": "ready"})
        ready = await self._ask(self.checks["redis"])
        return web.json_response({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)

    async def internal(self, request: web.Request) -> web.Response:
        """``GET /health`` with each part's state; ``?alive`` only says that the process runs."""
        if "alive" in request.query:
            return web.json_response({"status": "alive"})
        parts, noted, there = await asyncio.gather(self.parts(), self._noted(), self._there())
        ready = all(parts[name] for name in self.required)
        status = "unavailable" if not ready else "ok" if all(parts.values()) and not noted else "degraded"
        people = {"agents": there} if self.at_desk else {}
        said = {"status": status, "parts": parts} | ({"notes": noted} if noted else {}) | people
        return web.json_response(said, status=200 if ready else 503)

    async def _noted(self) -> list[str]:
        try:
            return list(await asyncio.wait_for(self.notes(), CHECK_SECONDS))
        except Exception:  # noqa: BLE001 - as above: what cannot be looked up is no note
            return []

    async def _there(self) -> int | None:
        """None while the store does not say."""
        try:
            return await asyncio.wait_for(self.at_desk(), CHECK_SECONDS) if self.at_desk else None
        except (StoreUnavailable, TimeoutError):
            return None
