"""A vendor that takes every message at once and notes when it came: the end of the way that is measured.

Only ``POST .../Messages.json`` (https://www.twilio.com/docs/messaging/api/message-resource) is served. The simulator is
not used here: it validates, journals and sends delivery reports, which would be measured too.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web


@dataclass(slots=True)
class Vendor:
    """What came, by the number it was for. Times are seconds of ``time.monotonic``."""

    base_url: str = ""
    arrived: int = 0
    asked_again: int = 0
    """Webhooks of its that were answered 503."""
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
        return web.json_response({"sid": sid, "status": "queued"}, status=201)


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
