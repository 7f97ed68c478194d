"""A store that cannot be used at the start is one sentence: REDIS_URL, where it leads, and why it does not do."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as blocking

from bot.ports import StoreUnavailable
from bot.redis_store.client.base import connect
from gateway.reaching import check_store
from launch.processes.valkey import server_binary
from tests.conftest import free_port


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A store with a password, full of one user who may only read."""
    chosen = free_port()
    folder: Path = tmp_path_factory.mktemp("store")
    command = [
        str(server_binary()),
        "--port",
        str(chosen),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--requirepass",
        "hidden1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    pause = blocking.retry.Retry(blocking.backoff.ConstantBackoff(0.05), 200)
    client = blocking.Redis(port=chosen, password="hidden1", retry=pause)
    client.execute_command("ACL", "SETUSER", "reader", "on", ">hidden2", "~*", "+@read", "+@connection")
    yield chosen
    client.close()
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("redis://:wrongpw@127.0.0.1:{port}/0", "127.0.0.1:{port}, which refuses the password, or the lack of one."),
        ("redis://127.0.0.1:{port}/0", "127.0.0.1:{port}, which refuses the password, or the lack of one."),
        ("redis://nobody:hidden1@127.0.0.1:{port}/0", "127.0.0.1:{port}, which refuses the password, or the lack of one."),
        ("redis://reader:hidden2@127.0.0.1:{port}/0", "127.0.0.1:{port}, where this user may not write."),
        ("redis://:hidden1@127.0.0.1:{port}/99", "127.0.0.1:{port}, which has no database of that number."),
        ("redis://:hidden1@127.0.0.1:1/0", "127.0.0.1:1, where no Redis can be reached (ConnectionError)."),
        (
            "redis://:hidden1@no-such-host.invalid:6379/0",
            "no-such-host.invalid:6379, where no Redis can be reached (ConnectionError).",
        ),
        ("redis+cluster://:hidden1@127.0.0.1:1", "127.0.0.1:1, where no Redis can be reached"),
    ],
)
async def test_the_sentence_names_the_setting_the_place_and_the_reason(port: int, address: str, why: str) -> None:
    url = address.format(port=port)
    client = connect(url, retries=0)
    try:
        with pytest.raises(StoreUnavailable) as refused:
            await check_store(client, url)
    finally:
        await client.aclose()
    assert str(refused.value).startswith(f"REDIS_URL leads to {why.format(port=port)}")
    assert "hidden" not in str(refused.value) and "wrongpw" not in str(refused.value)


async def test_a_replica_is_called_one(port: int) -> None:
    url = f"redis://:hidden1@127.0.0.1:{port}/0"
    client = connect(url, retries=0)
    await check_store(client, url)
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(StoreUnavailable, match="a replica and takes no writes: name the master, or promote it"):
            await check_store(client, url)
    finally:
        await client.execute_command("REPLICAOF", "NO", "ONE")
        await client.aclose()
