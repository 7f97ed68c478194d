"""Twilio's and Meta's APIs as a process of its own, so that it outlives every kill: it notes what it took, and fails on demand.

``python -m benchmarks.chaos.vendor --port 8090 --journal taken.jsonl``. ``POST /mode {"mode": "429", "share": 0.5}`` sets
what happens to that share of the requests from now on:

| mode | taken | answered |
|---|---|---|
| ``well`` | yes | at once |
| ``slow`` | yes | after 2 seconds |
| ``429`` | no | 429, ``Retry-After: 1`` |
| ``500`` | no | 500 |
| ``hang`` | no | never |
| ``lost`` | yes | the connection breaks before the answer |
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

MODES = ("well", "slow", "429", "500", "hang", "lost")
SLOW, HANG = 2.0, 30.0


@dataclass(slots=True)
class Recorder:
    """``journal``: one JSON line for each message taken: ``id``, ``to``, ``text``, in the order taken."""

    journal: Path
    mode: str = "well"
    share: float = 1.0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def app(self) -> web.Application:
        """The routes that are used."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self.text)
        app.router.add_post("/{version}/me/messages", self.messenger)
        app.router.add_post("/mode", self.change)
        app.router.add_get("/health", self.health)
        return app

    async def text(self, request: web.Request) -> web.StreamResponse:
        """https://www.twilio.com/docs/messaging/api/message-resource"""
        form = await request.post()
        number = f"SM{next(self.numbers):032x}"
        return await self._take(request, number, str(form["To"]), str(form["Body"]), {"sid": number, "status": "queued"}, 201)

    async def messenger(self, request: web.Request) -> web.StreamResponse:
        """https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api"""
        body = await request.json()
        person = body["recipient"]["id"]
        if "message" not in body:
            return web.json_response({"recipient_id": person})
        number = f"m_{next(self.numbers):032x}"
        answer = {"recipient_id": person, "message_id": number}
        return await self._take(request, number, person, str(body["message"].get("text", "")), answer, 200)

    async def change(self, request: web.Request) -> web.Response:
        """Set the mode."""
        wanted = await request.json()
        assert wanted["mode"] in MODES
        self.mode, self.share = wanted["mode"], float(wanted.get("share", 1.0))
        return web.json_response({})

    async def health(self, _request: web.Request) -> web.Response:
        """Up."""
        return web.json_response({})

    async def _take(
        self, request: web.Request, number: str, to: str, text: str, answer: dict[str, Any], status: int
    ) -> web.StreamResponse:
        mode = self.mode if random.random() < self.share else "well"
        if mode == "429":
            return web.json_response({"code": 20429}, status=429, headers={"Retry-After": "1"})
        if mode == "500":
            return web.json_response({}, status=500)
        if mode == "hang":
            await asyncio.sleep(HANG)
            return web.json_response({}, status=503)
        with self.journal.open("a") as file:
            file.write(json.dumps({"id": number, "to": to, "text": text}) + "\n")
        if mode == "lost" and request.transport is not None:
            request.transport.abort()
        if mode == "slow":
            await asyncio.sleep(SLOW)
        return web.json_response(answer, status=status)


def main() -> None:
    """Serve on the loopback address until killed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos.vendor")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    wanted = parser.parse_args()
    app = Recorder(wanted.journal).app()
    web.run_app(app, host="127.0.0.1", port=wanted.port, access_log=None, print=lambda _: None, shutdown_timeout=1)


if __name__ == "__main__":
    main()
