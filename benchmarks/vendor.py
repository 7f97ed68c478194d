"""A vendor that takes every message at once and notes when it came: the end of the way that is measured.

Only ``POST .../Messages.json`` (https://www.twilio.com/docs/messaging/api/message-resource) is served. The simulator is
not used here: it validates and journals, which would be measured too. It reports that a message was delivered only where that is
asked for (``reports_with``).
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import aiohttp
from aiohttp import web

from simulator.signing import twilio_signature

REPORTS_AFTER = 0.2
"""Seconds before each report."""


@dataclass(slots=True)
class Vendor:
    """What came, by the number it was for. Times are seconds of ``time.monotonic``."""

    base_url: str = ""
    arrived: int = 0
    asked_again: int = 0
    """Webhooks of its that were answered 503."""
    reports_with: str = ""
    """The account's token: each message is reported as delivered, with its signature. Nothing is reported without it."""
    reported: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: dict[str, asyncio.Queue[tuple[float, str]]] = field(default_factory=lambda: defaultdict(asyncio.Queue))
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def next_for(self, tel: str, timeout: float = 30.0) -> tuple[float, str]:
        """When the next message to a number came, and its text. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            return await self._waiting[tel].get()

    def forget(self, tel: str) -> None:
        """Nobody waits for messages to this number any more."""
        self._waiting.pop(tel, None)

    async def messages(self, request: web.Request) -> web.Response:
        """Twilio's answer to a created message, as far as it is read."""
        moment = monotonic()
        form = await request.post()
        self.arrived += 1
        self._waiting[str(form["To"])].put_nowait((moment, str(form["Body"])))
        sid = f"SM{next(self._numbers):032x}"
        if self.reports_with and (url := str(form.get("StatusCallback", ""))):
            task = asyncio.create_task(
                self._report(url, [*((name, str(form[name])) for name in ("To", "From")), ("MessageSid", sid)])
            )
            self.reported.add(task)
            task.add_done_callback(self.reported.discard)
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

    async def _report(self, url: str, about: list[tuple[str, str]]) -> None:
        """That it was sent, and that it was delivered, a moment after the answer."""
        async with aiohttp.ClientSession() as http:
            for status in ("sent", "delivered"):
                await asyncio.sleep(REPORTS_AFTER)
                fields = [*about, ("MessageStatus", status)]
                headers = {"X-Twilio-Signature": twilio_signature(self.reports_with, url, fields)}
                async with http.post(url, data=fields, headers=headers) as answer:
                    answer.raise_for_status()


@asynccontextmanager
async def vendor() -> AsyncIterator[Vendor]:
    """A vendor on a free loopback port."""
    made = Vendor()
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", made.messages)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()
