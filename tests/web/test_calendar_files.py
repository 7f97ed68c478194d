"""The calendar file of a date that may be moved: who has its address reads what was said last, and nobody else anything."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime

import aiohttp
import pytest
from icalendar import Calendar, Event
from redis.asyncio import Redis

from bot.model import Address, AddressKind, Author, ChannelName, Moment, OutboundMessage, Reply
from connectors.web.log import VisitorLog
from tests.web.fakes import Bank

TEN = datetime.fromisoformat("2026-11-24T10:00:00-05:00")
UID = "0f3a@bank.example"


def visit(hour: int = 10, sequence: int = 0, *, cancelled: bool = False) -> Moment:
    """An appointment, so often changed."""
    start = TEN.replace(hour=hour)
    end = start.replace(hour=hour + 1)
    return Moment("Your visit", start, end, place="12 Main St, New York", uid=UID, sequence=sequence, cancelled=cancelled)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def told(bank: Bank, redis: Redis, web_id: str, number: int, date: Moment) -> dict[str, str]:
    """The date as the visitor's chat shows it, said in a message of this number."""
    reply, address = Reply("Done.", dates=(date,)), Address(AddressKind.WEB, web_id)
    sent = OutboundMessage(f"r_{number}", "c_1", ChannelName.WEB, address, reply, Author.BOT, bank.clock())
    (place,) = await bank.chat.send(sent)
    ((_, line),) = await VisitorLog(redis, bank.limits).after(web_id, int(place.rpartition(":")[2]) - 1, 1)
    shown: dict[str, str] = line["dates"][0]
    return shown


async def read(http: aiohttp.ClientSession, bank: Bank, path: str) -> tuple[Calendar, Event]:
    """The file, as a calendar reads it."""
    async with http.get(f"{bank.url}{path}") as answer:
        assert answer.status == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
        calendar = Calendar.from_ical(await answer.read())
    (event,) = calendar.walk("VEVENT")
    return calendar, event


async def test_a_booked_date_is_a_calendar_file(bank: Bank, redis_client: Redis, http: aiohttp.ClientSession) -> None:
    shown = await told(bank, redis_client, "w1", 1, visit())
    assert shown["change"] == "add" and re.fullmatch(r"/calendar/[A-Za-z0-9_-]{43}\.ics", shown["file"])
    calendar, event = await read(http, bank, shown["file"])
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"], event["STATUS"]) == ("PUBLISH", UID, 0, "CONFIRMED")
    assert event["DTSTART"].to_ical() == b"20261124T150000Z" and event["DTEND"].to_ical() == b"20261124T160000Z"
    assert (event["SUMMARY"], event["LOCATION"]) == ("Your visit", "12 Main St, New York")


async def test_moving_and_cancelling_change_what_the_same_address_gives(
    bank: Bank, redis_client: Redis, http: aiohttp.ClientSession
) -> None:
    booked = await told(bank, redis_client, "w1", 1, visit())
    moved = await told(bank, redis_client, "w1", 2, visit(14, 1))
    assert moved["file"] == booked["file"] and moved["change"] == "update"
    _, event = await read(http, bank, booked["file"])
    assert (event["UID"], event["SEQUENCE"], event["DTSTART"].to_ical()) == (UID, 1, b"20261124T190000Z")
    cancelled = await told(bank, redis_client, "w1", 3, visit(14, 2, cancelled=True))
    calendar, event = await read(http, bank, booked["file"])
    assert (cancelled["change"], calendar["METHOD"], event["STATUS"]) == ("remove", "CANCEL", "CANCELLED")
    assert (event["UID"], event["SEQUENCE"]) == (UID, 2)


async def test_a_message_that_is_sent_again_takes_nothing_back(
    bank: Bank, redis_client: Redis, http: aiohttp.ClientSession
) -> None:
    booked = await told(bank, redis_client, "w1", 1, visit())
    await told(bank, redis_client, "w1", 2, visit(14, 1))
    assert await told(bank, redis_client, "w1", 1, visit()) == booked
    _, event = await read(http, bank, booked["file"])
    assert event["SEQUENCE"] == 1


async def test_no_other_visitor_shares_an_address_and_none_can_be_guessed(
    bank: Bank, redis_client: Redis, http: aiohttp.ClientSession
) -> None:
    mine, theirs = [(await told(bank, redis_client, web_id, 1, visit()))["file"] for web_id in ("w1", "w2")]
    assert mine != theirs and UID not in mine and "w1" not in mine
    for path in (mine[:-5] + "A.ics", f"/calendar/{UID}.ics", "/calendar/w1.ics", "/calendar/.ics", "/calendar/", f"{mine}x"):
        async with http.get(f"{bank.url}{path}") as answer:
            assert answer.status == 404 or path == mine


async def test_it_is_over_some_time_after_the_date_and_when_the_visitor_is_erased(
    bank: Bank, redis_client: Redis, http: aiohttp.ClientSession
) -> None:
    shown = await told(bank, redis_client, "w1", 1, visit())
    lives = await redis_client.ttl(f"ot:calendar:{shown['file'][10:-4]}")
    assert 0 < lives <= ((TEN.replace(hour=11) - bank.clock()).total_seconds() + 86_400)
    await VisitorLog(redis_client, bank.limits).forget("w1")
    async with http.get(f"{bank.url}{shown['file']}") as answer:
        assert answer.status == 404 and "not there" in await answer.text()
    assert not [key async for key in redis_client.scan_iter("ot:*calendar*")]


async def test_a_date_without_a_name_has_no_file(bank: Bank, redis_client: Redis) -> None:
    shown = await told(bank, redis_client, "w1", 1, Moment("Card pick-up", TEN))
    assert "file" not in shown and not [key async for key in redis_client.scan_iter("ot:*calendar*")]
