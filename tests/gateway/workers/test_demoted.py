"""The store fails over: the server that our connections lead to becomes a replica, another is promoted (real Valkey, both)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis as blocking

from bot.model import Address, AddressKind, ChannelName, InboundMessage, now
from bot.redis_store.client.base import connect
from bot.redis_store.client.renewal import Demoted
from bot.redis_store.queue import RedisInbox
from gateway.standing_notes import health_of, notes
from tests.conftest import free_port
from tests.gateway.conftest import House
from tests.gateway.settings.test_redis_forms import server

SM = "SM" + "0" * 31
AOF = ("--appendonly", "yes", "--save", "", "--repl-diskless-sync-delay", "0")


class StoreAddress:
    """As a balancer keeps it: new connections go where it leads now, old ones stay where they are."""

    def __init__(self, leads_to: int) -> None:
        self.leads_to = leads_to
        self._open: set[asyncio.Task[None]] = set()

    async def joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.leads_to)
        ways = [asyncio.create_task(_pass_on(reader, back)), asyncio.create_task(_pass_on(there, writer))]
        self._open.update(ways)
        await asyncio.wait(ways)
        self._open.difference_update(ways)

    def close(self) -> None:
        for way in self._open:
            way.cancel()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


class Pair:
    """Two servers, the second a replica of the first; and the address."""

    def __init__(self, first: blocking.Redis, second: blocking.Redis, ports: tuple[int, int], address: StoreAddress) -> None:
        self.first, self.second, self.ports, self.address = first, second, ports, address
        self.url = ""

    def fails_over(self) -> None:
        self.second.execute_command("REPLICAOF", "NO", "ONE")
        self.first.execute_command("REPLICAOF", "127.0.0.1", str(self.ports[1]))
        self.address.leads_to = self.ports[1]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[blocking.Redis, blocking.Redis, tuple[int, int]]]:
    ports = (free_port(), free_port())
    with server(ports[0], tmp_path / "first", *AOF) as first, server(ports[1], tmp_path / "second", *AOF) as second:
        second.execute_command("REPLICAOF", "127.0.0.1", str(ports[0]))
        while second.info("replication")["master_link_status"] != "up":
            first.execute_command("WAIT", 1, 100)
        yield first, second, ports


@pytest.fixture
async def pair(two: tuple[blocking.Redis, blocking.Redis, tuple[int, int]]) -> AsyncIterator[Pair]:
    first, second, ports = two
    address = StoreAddress(ports[0])
    listening = await asyncio.start_server(address.joined, "127.0.0.1", free_port())
    made = Pair(first, second, ports, address)
    made.url = f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}/0"
    yield made
    address.close()
    listening.close()


@pytest.fixture
def redis_url(pair: Pair) -> str:
    return pair.url


async def health(house: House) -> tuple[int, dict[str, bool]]:
    async with house.http.get(f"{house.url}/health") as answer:
        return answer.status, await health_of(house.core).parts()


async def test_a_store_that_became_a_replica_is_no_store_and_says_so(house: House, pair: Pair) -> None:
    assert (await house.texts("hello", SM + "1")).status == 200
    await house.outside.has(house.outside.texts, 1)
    assert (await health(house))[1] == {"redis": True, "durable": True, "rasa": False}
    pair.first.execute_command("REPLICAOF", "127.0.0.1", "1")
    _, parts = await health(house)
    assert not parts["redis"] and not parts["durable"]
    assert "it is a replica" in (await notes(house.core))[0]  # what is worst comes first
    assert (await house.texts("are you there", SM + "2")).status == 503
    pair.first.execute_command("REPLICAOF", "NO", "ONE")
    assert (await health(house)) == (200, {"redis": True, "durable": True, "rasa": False})
    assert (await house.texts("are you there", SM + "2")).status == 200
    await house.outside.has(house.outside.texts, 2)


async def test_after_a_failover_the_gateway_goes_on_without_a_restart(house: House, pair: Pair) -> None:
    """Every connection of the pool still leads to the old server, which answers READONLY to each write."""
    await asyncio.gather(*(house.texts("hello", f"{SM}{number}", f"+1212555014{number}") for number in range(8)))
    await house.outside.has(house.outside.texts, 8)
    pair.fails_over()
    again = (house.texts("and now?", f"{SM[:-1]}a{number}", f"+1212555014{number}") for number in range(8))
    answers = await asyncio.gather(*again)
    assert [answer.status for answer in answers] == [200] * 8
    await house.outside.has(house.outside.texts, 16)
    assert (await health(house))[0] == 200
    assert len(house.outside.turns) == 16, "each was answered once"


@pytest.mark.parametrize("decode", [True, False], ids=["the gateway's client", "Rasa's tracker store"])
async def test_idle_connections_do_not_read_from_the_old_server(redis_url: str, pair: Pair, decode: bool) -> None:
    client = connect(redis_url, decode=decode)
    try:
        await asyncio.gather(*(client.execute_command("XREAD", "BLOCK", "30", "STREAMS", "none", "$") for _ in range(4)))
        pair.fails_over()
        assert await client.set("after", "1")
        pair.first.execute_command("REPLICAOF", "127.0.0.1", "1")  # cut off: what it still has is old
        await client.set("after", "2")
        found = [await client.get("after") for _ in range(6)]
        assert found == (["2"] if decode else [b"2"]) * 6
    finally:
        await client.aclose()


async def test_while_no_server_takes_writes_everybody_is_told(redis_url: str, pair: Pair) -> None:
    client = connect(redis_url)
    try:
        await client.set("before", "1")
        pair.first.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(Demoted):
            await client.set("after", "1")
        sender = Address(AddressKind.TEL, "+12125550147")
        message = InboundMessage("sms:1", ChannelName.SMS, sender, now(), "hello")
        pair.first.execute_command("REPLICAOF", "NO", "ONE")
        assert await RedisInbox(client).accept(message)
    finally:
        await client.aclose()
