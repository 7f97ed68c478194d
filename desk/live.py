"""Server-sent events: "something changed", never what. The page then asks for its parts again.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.ports import DeskEvent, StoreUnavailable
from desk.http import secure
from desk.queue.board import Board

BEAT = 15.0  # seconds; a closed tab or an ended session is noticed at the next beat at the latest
SUBSCRIBES = 0.05  # seconds that watching gets to begin, because on hello the page reads what it missed
PASSED = ("line", "typing")
RETRY = 2000  # milliseconds the browser waits before it connects again


async def stream(
    request: web.Request,
    events: AsyncIterator[DeskEvent],
    signed_in: Callable[[], Awaitable[bool]],
    stopping: asyncio.Event,
    board: Board,
    beat: float = BEAT,
) -> web.StreamResponse:
    """Send ``queue`` and ``line`` events until the browser leaves, the session ends or we stop. ``board`` hears first what
    changed: the page asks for it at once."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    secure(response)
    following = asyncio.ensure_future(anext(events, None))
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({following}, timeout=SUBSCRIBES)
        await response.prepare(request)
        with board.following():
            await response.write(f"retry: {RETRY}\n\n".encode() + _frame("hello", None))
            while not stopping.is_set():
                await asyncio.wait({following, stop}, timeout=beat, return_when=asyncio.FIRST_COMPLETED)
                if following.done() and not following.exception() and (event := following.result()) and event.kind != "typing":
                    board.changed(event.handoff_id)
                if stop.done() or not await _pass_on(response, following, signed_in):
                    break
                if following.done():
                    following = asyncio.ensure_future(anext(events, None))
    except (ConnectionResetError, StoreUnavailable):
        pass  # the tab is gone, or it connects again by itself in a moment
    finally:
        await _end(events, following, stop)
    return response


async def _pass_on(
    response: web.StreamResponse, following: asyncio.Future[DeskEvent | None], signed_in: Callable[[], Awaitable[bool]]
) -> bool:
    """Write what came, or a beat when nothing did. False when the stream is over."""
    if not await signed_in():
        await response.write(_frame("signed-out", None))
        return False
    if not following.done():
        await response.write(b": beat\n\n")
        return True
    event = following.result()
    if event is None:
        return False
    await response.write(_frame(event.kind if event.kind in PASSED else "queue", event.handoff_id))
    return True


async def _end(events: AsyncIterator[DeskEvent], *tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    close = getattr(events, "aclose", None)  # an async generator unsubscribes here
    if close is not None:
        with suppress(StoreUnavailable):
            await close()


def _frame(kind: str, handoff_id: str | None) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'handoff': handoff_id})}\n\n".encode()
