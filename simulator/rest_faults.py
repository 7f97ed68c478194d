"""The faults that a vendor's REST API is told to have (``faults.Faults``), as its handlers meet them."""

from __future__ import annotations

import asyncio

from aiohttp import web

FAULT_ERRORS = {
    "429": (429, 20429, "Too Many Requests"),
    "500": (500, 20500, "Internal Server Error"),
    "503": (503, 20503, "Service unavailable"),
}


class RestError(Exception):
    """A refusal: HTTP status, Twilio's error code, and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def fail_before(mode: str, closing: asyncio.Event) -> None:
    """Faults that happen before anything is done. RestError; ``hang`` gives no answer while the simulator lives."""
    if mode == "hang":
        await closing.wait()
        mode = "503"
    if mode in FAULT_ERRORS:
        raise RestError(*FAULT_ERRORS[mode])


def lose(request: web.Request) -> None:
    """Break the connection instead of answering."""
    if request.transport:
        request.transport.abort()
