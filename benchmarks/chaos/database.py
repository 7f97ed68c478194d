"""The records' PostgreSQL for the fault tests: on a disk that can be filled, at the end of a road that can be slow or closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

import psycopg

from launch.processes.postgres import Postgres
from launch.processes.supervisor import Part

NAME = "postgres"
HELD = 0.3
"""Seconds for which a slow road holds each answer: a batch of the recorder asks about ten times."""
SMALL = ("-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB")
"""So that its log fits on a small disk beside the tables."""


class Mode(StrEnum):
    """What the road does with what comes."""

    OPEN = "open"
    SLOW = "slow"
    CLOSED = "closed"
    """Connections are cut, new ones refused."""
    SILENT = "silent"
    """Connections are taken, and nothing comes back: a network that drops everything."""


@dataclass(slots=True)
class Road:
    """TCP from the gateways to the database, in the process of the test: what is killed does not take it along."""

    to: int
    port: int = 0
    mode: Mode = Mode.OPEN
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _travels: set[asyncio.Task[None]] = field(default_factory=set)

    def becomes(self, mode: Mode) -> None:
        """From now on. Whatever was cut off begins anew."""
        ends = mode is Mode.CLOSED or self.mode is Mode.SILENT
        self.mode = mode
        self._changed.set()
        self._changed = asyncio.Event()
        if ends:
            for writer in self._writers:
                writer.transport.abort()

    def begins(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client's connection."""
        task = asyncio.create_task(self._travel(reader, writer))
        self._travels.add(task)
        task.add_done_callback(self._travels.discard)

    async def ends(self) -> None:
        """No more connections."""
        self.becomes(Mode.CLOSED)
        await asyncio.gather(*self._travels, return_exceptions=True)

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.CLOSED:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            if self.mode is Mode.SILENT:
                await self._changed.wait()
                return
            await self._both_ways(reader, writer)
        except OSError:
            pass  # the database is down: the client sees its connection end
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection("127.0.0.1", self.to)
        ways = [asyncio.create_task(self._carry(reader, before)), asyncio.create_task(self._carry(behind, writer, HELD))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            before.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: float = 0.0) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.mode is Mode.SILENT:
                    await self._changed.wait()
                if self.mode is Mode.SLOW:
                    await asyncio.sleep(held)
                writer.write(data)
                await writer.drain()


@dataclass(frozen=True, slots=True)
class Database:
    """The server, the road to it, and whether its disk can be filled."""

    server: Postgres
    road: Road
    small_disk: bool

    @property
    def url(self) -> str:
        """RECORDS_URL of the gateways: by the road."""
        return self.server.url().replace(f":{self.server.port}/", f":{self.road.port}/")

    def part(self) -> Part:
        """What the supervisor runs."""
        return Part(name=NAME, command=self.server.command(), ready=self.server.answers, port=self.server.port, stop_seconds=3)

    async def refuses_writes(self, refuses: bool) -> None:
        """As hosted databases do before their disk is full: they go read-only."""
        async with await psycopg.AsyncConnection.connect(self.server.url(), autocommit=True) as connection:
            await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if refuses else 'off'}".encode())
            await connection.execute("SELECT pg_reload_conf()")


@asynccontextmanager
async def road_to(port: int) -> AsyncIterator[Road]:
    """An open one, on a free port."""
    road = Road(port)
    listening = await asyncio.start_server(road.begins, "127.0.0.1", 0)
    road.port = listening.sockets[0].getsockname()[1]
    try:
        yield road
    finally:
        listening.close()
        await road.ends()
