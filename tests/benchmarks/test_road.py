"""The road between the gateways and the records' database: a fault that is none would prove nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from benchmarks.chaos.database import Mode, Road, road_to
from benchmarks.chaos.kept import Kept

Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Travels:
    """Clients of a road to somebody who says everything again."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self.writers: list[asyncio.StreamWriter] = []

    async def begin(self) -> Way:
        way = await asyncio.open_connection("127.0.0.1", self.road.port)
        self.writers.append(way[1])
        return way


@pytest.fixture
async def travels() -> AsyncIterator[Travels]:
    answering: set[asyncio.Task[None]] = set()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(100):
                writer.write(data)
        writer.transport.abort()

    server = await asyncio.start_server(lambda *way: answering.add(asyncio.create_task(echo(*way))), "127.0.0.1", 0)
    async with server, road_to(server.sockets[0].getsockname()[1]) as road:
        yield (made := Travels(road))
        for writer in made.writers:
            writer.transport.abort()
    await asyncio.gather(*answering)


async def there_and_back(way: Way, data: bytes) -> bytes:
    way[1].write(data)
    return await way[0].read(100)


async def test_an_open_road_carries_both_ways_a_slow_one_too(travels: Travels) -> None:
    way = await travels.begin()
    assert await there_and_back(way, b"one") == b"one"
    travels.road.becomes(Mode.SLOW)
    assert await there_and_back(way, b"two") == b"two"
    travels.road.becomes(Mode.OPEN)
    assert await there_and_back(way, b"three") == b"three", "nothing was cut"


async def test_a_closed_road_cuts_who_travels_and_lets_nobody_on(travels: Travels) -> None:
    way = await travels.begin()
    assert await there_and_back(way, b"one") == b"one"
    travels.road.becomes(Mode.CLOSED)
    with pytest.raises(ConnectionError):
        await there_and_back(way, b"two") or await there_and_back(way, b"three")
    with pytest.raises(ConnectionError):
        await there_and_back(await travels.begin(), b"four")
    travels.road.becomes(Mode.OPEN)
    assert await there_and_back(await travels.begin(), b"five") == b"five"


async def test_a_silent_road_takes_everything_and_brings_nothing_back(travels: Travels) -> None:
    before = await travels.begin()
    assert await there_and_back(before, b"one") == b"one"
    travels.road.becomes(Mode.SILENT)
    waiting = [asyncio.create_task(there_and_back(way, b"two")) for way in (before, await travels.begin())]
    done, _ = await asyncio.wait(waiting, timeout=0.2)
    assert not done
    travels.road.becomes(Mode.OPEN)
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert b"two" not in found, "whoever was cut off begins anew"
    assert await there_and_back(await travels.begin(), b"three") == b"three"


def test_what_is_missing_or_there_twice_is_counted() -> None:
    kept = Kept(facts=7)
    for name, times in (("turn a", 1), ("turn b", 0), ("turn c", 3)):
        kept.once(name, times)
    assert (kept.lost, kept.doubled, kept.good) == (1, 2, False)
    assert kept.details == ["lost: no fact of turn b", "doubled: 3 facts of turn c"]
    assert not Kept(drained=False).good and Kept(facts=7).good
