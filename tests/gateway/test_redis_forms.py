"""REDIS_URL's forms, on real servers: a Cluster of three, and a Sentinel that names a master."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import redis as blocking
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from bot.model import (
    Address,
    AddressKind,
    Author,
    Call,
    CallState,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    OutboundMessage,
    Reply,
    now,
)
from bot.ports import DeskEvent, StoreUnavailable, TurnResult
from bot.redis_base import BadRedisUrl, check_url, connect
from bot.redis_calls import RedisCalls
from bot.redis_locks import RedisLocks
from bot.redis_queue import RedisInbox, RedisOutbox, all_partitions, partition_of
from bot.redis_retention import RedisRetention
from bot.redis_store import RedisContacts, RedisHandoffs
from bot.redis_turns import RedisBulletin, RedisCodes, RedisTurns, RedisUnsaved
from gateway.config import Settings
from gateway.partitions import Lease, Partitions
from gateway.values import ConfigError
from launch.valkey import server_binary
from tests.conftest import free_port

ANA, BEN = Address(AddressKind.TEL, "+12125550147"), Address(AddressKind.TEL, "+12125550148")


@contextmanager
def server(port: int, folder: Path, *options: str, config: Path | None = None) -> Iterator[blocking.Redis]:
    folder.mkdir()
    first = [str(server_binary()), *([str(config)] if config else [])]
    command = [*first, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = blocking.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 100))
    try:
        client.ping()
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three masters that share the slots."""
    folder = tmp_path_factory.mktemp("cluster")
    ports = [free_port() for _ in range(3)]
    options = ("--cluster-enabled", "yes", "--cluster-port", "0", "--save", "", "--appendonly", "no")
    with (
        server(ports[0], folder / "0", *_bus(options)) as one,
        server(ports[1], folder / "1", *_bus(options)) as two,
        server(ports[2], folder / "2", *_bus(options)) as three,
    ):
        nodes, edges = (one, two, three), (0, 5461, 10922, 16384)
        for number, node in enumerate(nodes):
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", edges[number], edges[number + 1] - 1)
        for port in ports[1:]:
            bus = blocking.Redis(port=port).config_get("cluster-port")["cluster-port"]
            one.execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        _wait(lambda: all(b"cluster_state:ok" in _info(node) and b"cluster_known_nodes:3" in _info(node) for node in nodes))
        yield f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"


def _bus(options: tuple[str, ...]) -> tuple[str, ...]:
    """Each node's bus on a free port of its own: the default is the port plus 10,000, which may not exist."""
    return tuple(str(free_port()) if option == "0" else option for option in options)


def _info(node: blocking.Redis) -> bytes:
    return bytes(node.execute_command("CLUSTER", "INFO", NEVER_DECODE=True))


def _wait(ready: object, tries: int = 400) -> None:
    import time

    assert callable(ready)
    for _ in range(tries):
        if ready():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come up")


@pytest.fixture(scope="module")
def sentinel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A master and one Sentinel that watches it."""
    folder = tmp_path_factory.mktemp("sentinel")
    master, watcher = free_port(), free_port()
    config = folder / "sentinel.conf"
    config.write_text(f"sentinel monitor harbour 127.0.0.1 {master} 1\n")
    with server(master, folder / "m", "--appendonly", "yes"), server(watcher, folder / "s", "--sentinel", config=config):
        yield f"redis+sentinel://127.0.0.1:{watcher}/harbour/0"


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """redis-py 8.1's client of a Cluster leaves one connection to the node it asked first to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(params=["cluster", "sentinel"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


async def test_messages_go_in_and_out(url: str) -> None:
    client = connect(url)
    inbox, outbox = RedisInbox(client), RedisOutbox(client)
    for number in range(8):
        sender = Address(AddressKind.TEL, f"+1212555{number:04d}")
        message = InboundMessage(f"sms:{number}", ChannelName.SMS, sender, now(), "hello")
        assert await inbox.accept(message) is True
        assert await inbox.accept(message) is False
        out = OutboundMessage(f"o{number}", "c_1", ChannelName.SMS, sender, Reply("hi"), Author.BOT, now())
        await outbox.put([out, out])
        assert await outbox.claim(partition_of(sender), out.id, "s1") == (out, True)
        await outbox.settle(out, "s1", DeliveryStatus.SENT, external_ids=[f"SM{number}"])
        await inbox.report(DeliveryReport(ChannelName.SMS, f"SM{number}", DeliveryStatus.DELIVERED, now()))
        found = await outbox.load(partition_of(sender), out.id)
        assert found is not None and found[1] is DeliveryStatus.DELIVERED
    await client.aclose()


async def test_turns_locks_lines_and_people(url: str) -> None:
    client = connect(url)
    turns, contacts, unsaved, codes = RedisTurns(client), RedisContacts(client, now), RedisUnsaved(client), RedisCodes(client)
    contact = await contacts.find_or_create(ANA)
    assert await contacts.find_or_create(ANA) == contact
    assert await contacts.update(contact.id, lambda known: known) == contact
    await contacts.save(contact)
    async with RedisLocks(client).hold(contact.conversation_id):
        with pytest.raises(StoreUnavailable):
            async with RedisLocks(client, wait=0.05).hold(contact.conversation_id):
                pass
    await turns.begin("m1")
    assert await turns.finish("m1", TurnResult("c_1")) == TurnResult("c_1")
    await unsaved.push("c_1", [{"event": "bot", "text": "hi"}])
    assert await unsaved.take_up("c_1") == ([{"event": "bot", "text": "hi"}], False)
    assert await codes.allow("k", 1, 60) and not await codes.allow("k", 1, 60)
    assert await RedisHandoffs(client).listing() == []
    await client.aclose()


async def test_a_call_is_kept_and_who_was_silent_can_be_deleted(url: str) -> None:
    client = connect(url)
    contacts, calls, retention = RedisContacts(client, now), RedisCalls(client), RedisRetention(client, now)
    contact = await contacts.find_or_create(BEN)
    call = Call("CA1", contact.conversation_id, BEN, now())
    await calls.save(call)
    assert await calls.live_for(contact.conversation_id) == call
    assert await retention.forget(contact) is None, "he is on the phone"
    await calls.save(replace(call, state=CallState.ENDED))
    assert contact.id in [found.id async for found in retention.silent_since(now() + timedelta(days=1))]
    assert await retention.forget(contact) == contact
    assert await contacts.find(BEN) is None and await contacts.get(contact.id) is None
    assert await retention.forget_handoffs() == 0
    await client.aclose()


async def test_partitions_are_leased_and_read(url: str) -> None:
    client = connect(url)
    seen: set[str] = set()
    everything = asyncio.Event()

    async def work(lease: Lease) -> None:
        stream = f"ot:{lease.partition}:probe"
        await client.xadd(stream, {"a": "1"})
        if await client.xread({stream: "0"}, block=2000):
            seen.add(lease.partition)
        if len(seen) == len(all_partitions()):
            everything.set()
        await lease.stopping.wait()

    partitions = Partitions(client, "g1", work)
    task = asyncio.create_task(partitions.run())
    async with asyncio.timeout(15):
        await everything.wait()
    await partitions.drain(5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.aclose()


async def test_the_desk_hears_news(url: str) -> None:
    client = connect(url)
    await client.ping()  # a Cluster's client must know the nodes before it listens; the gateway has looked for agents by then
    bulletin = RedisBulletin(client)

    async def first() -> DeskEvent:
        async for event in bulletin.watch():
            return event
        raise AssertionError

    async def keep_posting() -> None:
        while True:
            await bulletin.post(DeskEvent("queue", "h_1"))
            await asyncio.sleep(0.02)

    posting = asyncio.create_task(keep_posting())
    async with asyncio.timeout(10):
        assert await first() == DeskEvent("queue", "h_1")
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    await client.aclose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis+sentinel://127.0.0.1:26379", "master's name"),
        ("redis+sentinel://127.0.0.1:26379/harbour/x", "master's name"),
        ("redis+sentinel://127.0.0.1/harbour", "host:port"),
        ("redis+cluster://:secret@one,two", "host:port"),
        ("redis+cluster://one:99999", "host:port"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence(url: str, words: str) -> None:
    with pytest.raises(BadRedisUrl, match=words) as refused:
        check_url(url)
    assert "secret" not in str(refused.value)
    with pytest.raises(ConfigError, match="REDIS_URL"):
        Settings.from_env({"REDIS_URL": url, "RASA_TOKEN": "r" * 32, "INTERNAL_API_TOKEN": "i" * 32})


def test_another_scheme_is_refused() -> None:
    with pytest.raises(BadRedisUrl, match="redis"):
        connect("http://127.0.0.1")
