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

from bot.facts.audit import served
from bot.model import (
    Address,
    AddressKind,
    Author,
    Call,
    CallState,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    Handoff,
    HandoffState,
    InboundMessage,
    OutboundMessage,
    Reply,
    now,
)
from bot.ports import DeskEvent, StoreUnavailable, TurnResult
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.base import BadRedisUrl, check_url, connect
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.facts import RedisFacts
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.locks import RedisLocks
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import RedisInbox, RedisOutbox
from bot.redis_store.retention.people import RedisRetention
from bot.redis_store.turns import RedisBulletin, RedisCodes, RedisTurns, RedisUnsaved
from desk.agents import AgentDirectory
from desk.limits import PER_USERNAME, SignInLimit, TokenLimit
from desk.sessions import SessionStore
from gateway.commands import partitions as command
from gateway.settings.config import Settings
from gateway.settings.kinds import ConfigError
from gateway.workers.partitions.ownership import Lease, Partitions
from launch.processes.valkey import server_binary
from tests.bot.conftest import facts_on
from tests.conftest import free_port
from tests.gateway.workers.conftest import make_post, text, until

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
        partition = (await PartitionMap(client).load()).of(sender)
        assert await outbox.claim(partition, out.id, "s1") == (out, True)
        await outbox.settle(out, "s1", DeliveryStatus.SENT, external_ids=[f"SM{number}"])
        await inbox.report(DeliveryReport(ChannelName.SMS, f"SM{number}", DeliveryStatus.DELIVERED, now()))
        found = await outbox.load(partition, out.id)
        assert found is not None and found[1] is DeliveryStatus.DELIVERED
    await client.aclose()


async def test_turns_locks_lines_and_people(url: str) -> None:
    client = connect(url)
    turns, contacts, unsaved, codes = RedisTurns(client), RedisContacts(client, now), RedisUnsaved(client), RedisCodes(client)
    contact = await contacts.find_or_create(ANA)
    assert await contacts.find_or_create(ANA) == contact
    assert await contacts.update(contact.id, lambda known: known) == contact
    assert await contacts.create(contact) == contact
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
    assert await calls.create(call) == call
    assert await calls.live_for(contact.conversation_id) == call
    assert await retention.forget(contact) is None, "he is on the phone"
    await calls.update(call.sid, lambda now: replace(now, state=CallState.ENDED))
    assert contact.id in [found.id async for found in retention.silent_since(now() + timedelta(days=1))]
    assert await retention.forget(contact) == contact
    assert await contacts.find(BEN) is None and await contacts.get(contact.id) is None
    assert await retention.forget_handoffs() == 0
    await client.aclose()


async def test_what_is_stored_is_changed_and_never_undone(url: str) -> None:
    client = connect(url)
    handoffs, calls = RedisHandoffs(client), RedisCalls(client)
    handoff = Handoff("h_1", "c_1", "p_1", HandoffState.WAITING, "card", "default", ChannelName.SMS, now())
    assert await handoffs.create(handoff) == handoff == await handoffs.open_for("c_1")
    moved = await handoffs.update("h_1", lambda known: replace(known, conversation_id="c_2"))
    assert await handoffs.open_for("c_1") is None and await handoffs.open_for("c_2") == moved
    closed = await handoffs.update("h_1", lambda known: replace(known, state=HandoffState.CLOSED))
    assert await handoffs.update("h_1", lambda _: handoff) == closed == await handoffs.create(handoff)
    assert await handoffs.listing() == [] and await handoffs.open_for("c_2") is None
    await calls.create(Call("CA2", "c_1", BEN, now()))
    assert await calls.update("CA2", lambda known: replace(known, conversation_id="c_2")) == await calls.live_for("c_2")
    assert await calls.live_for("c_1") is None
    assert await calls.once("x") and not await calls.once("x")
    await client.aclose()


async def test_wrong_sign_ins_and_tokens_are_counted(url: str) -> None:
    """The name's and the address's keys lie on different nodes of a Cluster."""
    client = connect(url)
    tries, tokens = SignInLimit(client, clock=now), TokenLimit(client, clock=now)
    for _ in range(PER_USERNAME):
        assert await tries.wait("ana", "203.0.113.9") == 0
    assert 0 < await tries.wait("ana", "203.0.113.9") <= 15 * 60
    await tries.forgive("ana", "203.0.113.9")
    assert await tries.wait("ana", "203.0.113.9") == 0
    assert await tokens.wait("ana") == 0
    await client.aclose()


async def test_an_agent_is_added_signs_in_and_is_removed(url: str) -> None:
    client = connect(url)
    agents, sessions = AgentDirectory(client), SessionStore(client, clock=now)
    made = await agents.add("ana")
    signed_in = await agents.authenticate("ana", made.password)
    assert signed_in is not None
    token = await sessions.begin(signed_in)
    found = await sessions.find(token)
    assert found is not None and found.username == "ana"
    assert [agent.username for agent in await agents.all()] == ["ana"] == [one.username for one in await sessions.live()]
    await agents.remove("ana")
    await sessions.end(token)
    assert (await agents.all(), await sessions.find(token), await sessions.live()) == ([], None, [])
    await client.aclose()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_number_of_partitions_is_changed(url: str) -> None:
    """What came before and after is answered in order, by workers that read all the while.

    redis-py leaves the sockets of reads that were broken off to the garbage collector, which complains of them.
    """
    post = await make_post(url)
    people = [Address(AddressKind.TEL, f"+1212556{number:04d}") for number in range(12)]
    workers = post.start()
    await post.emptied()  # of what other tests left
    before = len(post.vendor.taken)
    for number, count in enumerate((None, 5, 12)):
        asked = command.run(url, count) if count else asyncio.sleep(0)
        await asyncio.gather(asked, *(post.inbox.accept(text(number, person)) for person in people))
        assert not any(await asyncio.gather(*(post.inbox.accept(text(number, person)) for person in people)))
    await post.vendor.has(before + len(people) * 3)
    for person in people:
        assert [said for to, said in post.vendor.taken if to == person.value] == ["re 0", "re 1", "re 2"]
    await until(lambda: owns(workers, 12))
    await post.stop()
    await post.client.aclose()


async def owns(workers: Partitions, count: int) -> bool:
    return len(workers.owned) == count


async def test_partitions_are_leased_and_read(url: str) -> None:
    client = connect(url)
    seen: set[str] = set()
    everything = asyncio.Event()
    known = (await PartitionMap(client).load()).partitions()

    async def work(lease: Lease) -> None:
        stream = f"ot:{lease.partition}:probe"
        await client.xadd(stream, {"a": "1"})
        if await client.xread({stream: "0"}, block=2000):
            seen.add(lease.partition)
        if len(seen) == len(known):
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


async def test_a_change_and_the_fact_about_it_are_one_step_also_on_a_cluster(url: str) -> None:
    client = connect(url)
    facts = RedisFacts(client)
    handoffs, outbox = RedisHandoffs(client, facts), RedisOutbox(client, facts)
    handoff = Handoff("h_9", "c_9", "p_9", HandoffState.WAITING, "card", "default", ChannelName.SMS, now())
    await handoffs.create(handoff)
    await handoffs.update("h_9", lambda was: replace(was, state=HandoffState.ASSIGNED, agent="sam", assigned_at=now()))
    await outbox.put([OutboundMessage("o9", "c_9", ChannelName.SMS, ANA, Reply("hi"), Author.BOT, now())])
    await RedisTurns(client, facts).finish("m9", TurnResult("c_9"), lambda: [served("m-9", now())])
    await facts.once(served("m-10", now()), None)
    wanted = ["handoff_accepted", "handoff_opened", "handoff_step", "released", "released", "reply"]
    assert sorted(fact.kind for fact in await facts_on(client)) == wanted
    assert await facts.gather() == 0, "nothing is left beside the records"
    await client.aclose()


async def test_what_a_death_left_beside_a_record_is_moved_by_the_next(cluster: str) -> None:
    client = connect(cluster)
    facts, dead = RedisFacts(client), RedisFacts(client)
    before = len(await facts_on(client))

    async def dies(_beside: str) -> int:
        raise StoreUnavailable("dead")

    dead._move = dies  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await dead.once(served("m-11", now()), None)
    assert len(await facts_on(client)) == before, "the fact lies beside the note"
    assert await facts.gather() == 1 and await facts.gather() == 0
    assert len(await facts_on(client)) == before + 1
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
