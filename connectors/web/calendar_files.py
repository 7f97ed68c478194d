"""Calendar files of dates that may be moved or cancelled: kept for a visitor, read by whoever has the address.

An address ends in 256 random bits, which only the visitor's chat shows: it cannot be guessed, and says nothing by itself. The
same date keeps its address, so that it always gives what was said last. RFC 5545: the same UID with a higher SEQUENCE takes the
place of what a calendar has, and METHOD:CANCEL takes it out.

| key | what | kept |
|---|---|---|
| ``ot:{w:<web id>}:calendar`` | the token of each date, by its uid | as the longest of them |
| ``ot:calendar:<token>`` | the date | until the day after its end, at most 400 days; a cancelled one 30 days |
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from icalendar import Calendar, Event
from redis.asyncio import Redis

from bot.model import Moment
from bot.ports import Clock, StoreUnavailable
from connectors.web.stored import stored, text

AFTERWARDS, LONGEST, CANCELLED = timedelta(days=1), timedelta(days=400), timedelta(days=30)
PRODUCT = "-//Onethread//EN"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'inline; filename="appointment.ics"',
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
GONE = "This calendar file is not there, or not any more. Ask in the chat for your appointment."


class CalendarFiles:
    """Dates by address."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis, self._clock = redis, clock

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        return [web.get("/calendar/{token:[A-Za-z0-9_-]{20,100}}.ics", self.shown)]

    async def keep(self, web_id: str, dates: Sequence[Moment]) -> dict[str, str]:
        """Where each date with a ``uid`` is found from now on. StoreUnavailable."""
        with stored():
            return {date.uid: f"/calendar/{await self._kept(web_id, date)}.ics" for date in dates if date.uid}

    async def shown(self, request: web.Request) -> web.Response:
        """The file; 404 when there is none, or none any more, 503 when it cannot be looked up."""
        try:
            with stored():
                found = await self._redis.get(_file(request.match_info["token"]))
        except StoreUnavailable:
            raise web.HTTPServiceUnavailable(text="please try again in a moment", headers={"Retry-After": "30"}) from None
        if found is None:
            raise web.HTTPNotFound(text=GONE)
        return web.Response(body=_rendered(json.loads(found)), content_type="text/calendar", charset="utf-8", headers=HEADERS)

    async def _kept(self, web_id: str, date: Moment) -> str:
        lasts = max(int(self._lasts(date).total_seconds()), 1)
        await self._redis.hsetnx(_tokens(web_id), date.uid, secrets.token_urlsafe(32))
        token = text(await self._redis.hget(_tokens(web_id), date.uid))
        if await self._redis.ttl(_tokens(web_id)) < lasts:
            await self._redis.expire(_tokens(web_id), lasts)
        before = await self._redis.get(_file(token))
        if before is None or json.loads(before)["sequence"] < date.sequence:  # else it was said before: this is said once more
            await self._redis.set(_file(token), json.dumps(_written(date, self._clock())), ex=lasts)
        return token

    def _lasts(self, date: Moment) -> timedelta:
        if date.cancelled:
            return CANCELLED
        end = date.end or date.start
        over = (end if end.tzinfo else end.replace(tzinfo=UTC)) + AFTERWARDS
        return min(max(over - self._clock(), AFTERWARDS), LONGEST)


async def forget_files(redis: Redis, web_id: str) -> None:
    """The visitor is erased: their addresses give nothing any more."""
    for token in (await redis.hgetall(_tokens(web_id))).values():
        await redis.unlink(_file(text(token)))
    await redis.unlink(_tokens(web_id))


def _written(date: Moment, at: datetime) -> dict[str, Any]:
    times = {"start": date.start.isoformat(), "end": date.end.isoformat() if date.end else None, "all_day": date.all_day}
    about = {"uid": date.uid, "sequence": date.sequence, "cancelled": date.cancelled, "title": date.title, "place": date.place}
    return {**about, **times, "at": at.astimezone(UTC).isoformat()}


def _rendered(kept: dict[str, Any]) -> bytes:
    calendar, event = Calendar(), Event()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if kept["cancelled"] else "PUBLISH")
    event.add("uid", kept["uid"])
    event.add("sequence", kept["sequence"])
    event.add("dtstamp", datetime.fromisoformat(kept["at"]))
    for name in ("start", "end"):
        if kept[name]:
            event.add(f"dt{name}", _time(kept[name], all_day=kept["all_day"]))
    event.add("summary", kept["title"])
    if kept["place"]:
        event.add("location", kept["place"])
    event.add("status", "CANCELLED" if kept["cancelled"] else "CONFIRMED")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _time(written: str, *, all_day: bool) -> Any:
    """In UTC where it has an offset; a time without one is a local one wherever the reader is."""
    at = datetime.fromisoformat(written)
    if all_day:
        return at.date()
    return at.astimezone(UTC) if at.tzinfo else at


def _tokens(web_id: str) -> str:
    return f"ot:{{w:{web_id}}}:calendar"


def _file(token: str) -> str:
    return f"ot:calendar:{token}"
