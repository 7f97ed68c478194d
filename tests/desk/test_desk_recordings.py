"""A long talk is played as it comes: no recording is ever whole in the gateway's memory, and a browser may jump in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.model import LineAct
from bot.ports import SendError
from connectors.twilio.client import TwilioAccount, TwilioClient
from desk.calls.calling import Calling
from simulator.twilio_rest.rest import part_of
from simulator.twilio_voice.recording import silent_mp3

SID = "RE" + "1" * 32
LONG = 64 * 1024 * 1024
AN_HOUR = silent_mp3(600)


@dataclass
class Vendor:
    """Twilio's recordings: an endless one, and one that is served as the simulator does."""

    sent: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    long: bool = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/2010-04-01/Accounts/{account}/Recordings/{file}", self.recording)
        return app

    async def recording(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.match_info["file"], request.headers.get("Range", "")))
        assert request.headers["Authorization"].startswith("Basic ")
        if SID not in request.match_info["file"]:
            return web.Response(status=404)
        if not self.long:
            return part_of(request, AN_HOUR, "audio/mpeg")
        answer = web.StreamResponse()
        answer.content_length = LONG
        await answer.prepare(request)
        try:
            while self.sent < LONG:
                await answer.write(bytes(64 * 1024))
                self.sent += 64 * 1024
        except (ConnectionError, asyncio.CancelledError):
            self.hung_up.set()
            raise
        return answer


@dataclass
class Recorded:
    """``bot.ports.People`` as far as sounds go: every recording is of this conversation."""

    twilio: TwilioClient

    async def sound(self, handoff_id: str, recording: str, part: str = "") -> object:
        return await self.twilio.recording(recording, part)

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        raise SendError


@pytest.fixture
async def vendor() -> AsyncIterator[tuple[Vendor, str]]:
    made = Vendor()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("")).rstrip("/")


@pytest.fixture
async def desk(vendor: tuple[Vendor, str]) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        account = TwilioAccount("AC" + "0" * 32, ("t" * 32,), vendor[1], "+13125550190", "+13125550191", "https://bank.example")
        calling = Calling(Recorded(TwilioClient(http, account)), None)  # type: ignore[arg-type]  # as far as sounds go
        app = web.Application()
        app.router.add_get("/desk/handoffs/{id}/sound/{sid}", calling.sound)
        async with TestServer(app) as server:
            yield http, str(server.make_url("/desk/handoffs/h_1/sound/"))


async def test_it_comes_as_mp3_and_whole(vendor: tuple[Vendor, str], desk: tuple[aiohttp.ClientSession, str]) -> None:
    http, url = desk
    async with http.get(url + SID) as answer:
        assert (answer.status, answer.content_type) == (200, "audio/mpeg")
        assert answer.headers["Accept-Ranges"] == "bytes" and answer.headers["Cache-Control"] == "private, no-store"
        assert await answer.read() == AN_HOUR
    assert vendor[0].asked == [(f"{SID}.mp3", "")]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=1000-", 206, slice(1000, None)),
        ("bytes=-50", 206, slice(-50, None)),
        (f"bytes={len(AN_HOUR)}-", 416, slice(0, 0)),
    ],
)
async def test_a_browser_jumps_to_any_place(
    desk: tuple[aiohttp.ClientSession, str], asked: str, status: int, part: slice
) -> None:
    http, url = desk
    async with http.get(url + SID, headers={"Range": asked}) as answer:
        assert (answer.status, await answer.read()) == (status, AN_HOUR[part])
        assert answer.headers["Content-Range"].endswith(f"/{len(AN_HOUR)}")


async def test_what_nobody_takes_is_not_fetched_and_who_goes_away_ends_it(
    vendor: tuple[Vendor, str], desk: tuple[aiohttp.ClientSession, str]
) -> None:
    vendor[0].long = True
    http, url = desk
    answer = await http.get(url + SID)
    assert answer.content_length == LONG
    await answer.content.readexactly(64 * 1024)
    answer.close()
    async with asyncio.timeout(10):
        await vendor[0].hung_up.wait()
    assert vendor[0].sent < LONG / 2, "the gateway took no more than was on its way to the browser"


async def test_what_is_not_there_is_said(desk: tuple[aiohttp.ClientSession, str]) -> None:
    http, url = desk
    async with http.get(url + "RE" + "2" * 32) as answer:
        assert answer.status == 404 and "no such recording" in await answer.text()


def test_the_simulators_file_lasts_as_long_as_the_talk() -> None:
    frames = len(silent_mp3(12)) // 72
    assert 12 <= frames * 0.072 < 12.1 and silent_mp3(12)[:2] == b"\xff\xe3"
