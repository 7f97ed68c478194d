"""What was set aside can be seen, put back once, or forgotten; nothing that people wrote is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.model import Address, AddressKind, Author, ChannelName, DeliveryStatus, OutboundMessage, Reply, now
from bot.redis_store.client.base import connect
from bot.redis_store.queue import RedisOutbox, inbox_key
from gateway.commands.on_store import redis_url
from gateway.commands.redrive import run
from gateway.settings.kinds import ConfigError
from gateway.workers.partitions.reader import failed_key
from tests.partitions import partition_of

ANA = Address(AddressKind.TEL, "+12125550147")


@pytest.fixture
async def stream(redis_url: str) -> str:
    """An inbox with two failed entries, and an uncertain and a refused send."""
    client, found = connect(redis_url), inbox_key(partition_of(ANA))
    for number in range(2):
        await client.xadd(failed_key(found), {"json": f"my secret {number} {ANA.value}"})
    outbox = RedisOutbox(client)
    for name, state in (("o1", DeliveryStatus.UNCERTAIN), ("o2", DeliveryStatus.FAILED), ("o3", DeliveryStatus.SENT)):
        message = OutboundMessage(name, "c_9", ChannelName.SMS, ANA, Reply("my secret"), Author.BOT, now())
        await outbox.put([message])
        await outbox.claim(partition_of(ANA), name, "s")
        await outbox.settle(message, "s", state)
    await client.aclose()
    return found


async def test_they_are_listed_without_what_people_wrote(redis_url: str, stream: str) -> None:
    lines = (await run(redis_url, None, forget=False)).splitlines()
    assert [line.split()[0] for line in lines] == ["failed", "failed", "uncertain", "refused"]
    assert all(stream in line for line in lines[:2]) and all("c_9" in line for line in lines[2:])
    assert "secret" not in str(lines) and ANA.value not in str(lines)


async def test_they_are_put_back_once_and_in_order(redis_url: str, stream: str) -> None:
    assert await run(redis_url, "inbox", forget=False) == "2 put back."
    assert await run(redis_url, "inbox", forget=False) == "0 put back."
    client = connect(redis_url)
    assert [fields["json"][:11] for _, fields in await client.xrange(stream)] == ["my secret 0", "my secret 1"]
    await client.aclose()


async def test_they_can_be_forgotten(redis_url: str, stream: str) -> None:
    assert await run(redis_url, "inbox", forget=True) == "2 forgotten."
    client = connect(redis_url)
    assert await client.xlen(stream) == await client.xlen(failed_key(stream)) == 0
    await client.aclose()
    assert "failed  " not in await run(redis_url, None, forget=False)


def test_the_store_is_the_named_one_or_the_one_that_runs(tmp_path: Path) -> None:
    assert redis_url({"REDIS_URL": "redis://one:1/0"}) == "redis://one:1/0"
    (tmp_path / "running.json").write_text(json.dumps({"redis_url": "redis://two:2/0"}))
    assert redis_url({"ONETHREAD_HOME": str(tmp_path)}) == "redis://two:2/0"
    with pytest.raises(ConfigError, match="REDIS_URL"):
        redis_url({"ONETHREAD_HOME": str(tmp_path / "none")})
