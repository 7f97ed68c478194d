"""Commands that are begun side by side go out in one write, each with its own answer or error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from bot.redis_store.client.base import connect
from bot.redis_store.client.batch import BatchingRedis
from bot.redis_store.locks import RedisLocks


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[BatchingRedis]:
    made = connect(redis_url)
    assert isinstance(made, BatchingRedis)
    yield made
    await made.aclose()


async def writes(client: BatchingRedis) -> int:
    """How often the server has read from this test's connections."""
    return int((await client.info("stats"))["total_reads_processed"])


async def test_what_is_asked_side_by_side_is_one_write(client: BatchingRedis) -> None:
    await client.set("a", "1")
    before = await writes(client)
    await asyncio.gather(*(client.get("a") for _ in range(50)))
    assert await writes(client) - before == 2, "fifty questions, and the question how many there were"


async def test_each_gets_its_own_answer_in_order(client: BatchingRedis) -> None:
    done = await asyncio.gather(*(client.rpush("list", str(n)) for n in range(20)), client.lrange("list", 0, -1))
    assert done[:-1] == list(range(1, 21))
    assert done[-1] == [str(n) for n in range(20)]


async def test_questions_within_questions_are_one_write_and_keep_the_order_of_asking(client: BatchingRedis) -> None:
    """A lock is taken and what it guards is read: the reading must not come first."""
    locks = RedisLocks(client)
    await client.set("a", "1")

    async def deeper() -> list[str]:
        return await asyncio.gather(client.get("a"), client.get("a"))

    async def look() -> list[list[str]]:
        return await asyncio.gather(deeper(), deeper())

    before = await writes(client)
    async with locks.hold_and_look("c_1", look) as found:
        assert await writes(client) - before == 2, "lock and answers, and the question how many there were"
    assert found == [["1", "1"], ["1", "1"]]


async def test_an_error_is_its_own_commands_alone(client: BatchingRedis) -> None:
    await client.set("text", "x")
    good, bad, more = await asyncio.gather(
        client.get("text"), client.incr("text"), client.set("other", "y"), return_exceptions=True
    )
    assert good == "x"
    assert isinstance(bad, ResponseError)
    assert more is True


async def test_who_gives_up_waiting_disturbs_nobody(client: BatchingRedis) -> None:
    gone = asyncio.ensure_future(client.set("left", "1"))
    stays = asyncio.ensure_future(client.set("stays", "1"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays is True
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_script_that_is_not_known_yet_is_loaded(client: BatchingRedis) -> None:
    await client.script_flush()
    double = client.register_script("return ARGV[1] * 2")
    assert await asyncio.gather(*(double(args=[n]) for n in (1, 2, 3))) == [2, 4, 6]


async def test_a_command_that_waits_in_redis_holds_up_nobody(client: BatchingRedis) -> None:
    waiting = asyncio.ensure_future(client.xread({"stream": "$"}, block=60_000))
    async with asyncio.timeout(5):
        await asyncio.gather(*(client.set(f"k{n}", "1") for n in range(10)))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_without_a_server_everyone_is_told() -> None:
    client = connect("redis://127.0.0.1:1/0", retries=0)
    answers = await asyncio.gather(client.get("a"), client.get("b"), return_exceptions=True)
    assert all(isinstance(answer, RedisConnectionError) for answer in answers)
    await client.aclose()
