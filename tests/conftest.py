"""Fixtures that every part's tests share: a real Valkey server for the whole run."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest
import redis

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as launch and bot.rasa_side.patches.compat have it, before numpy is loaded

# A build must not fail by the luck of a draw: the same examples each time. `make test EXPLORE=1` draws new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.register_profile("explore", derandomize=False, print_blob=True)
hypothesis.settings.load_profile("explore" if os.environ.get("EXPLORE") else "repeatable")


def free_port() -> int:
    """A port nobody listens on at this moment (loopback)."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Ports for one test run's own use, all different. Each worker of a run (``-n``) takes from a range of its own, below those
    that the system gives to outgoing connections: so nobody takes one between the look and its use."""
    found: list[int] = []
    while len(found) < count:
        port = next(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


def _own_range() -> Iterator[int]:
    """From 12,000 to 31,999: 20 ranges of 1,000, by worker and process, round and round."""
    worker = int("".join(c for c in os.environ.get("PYTEST_XDIST_WORKER", "") if c.isdigit()) or 0)
    first = 12_000 + 1000 * ((os.getppid() * 7 + worker) % 20)
    return itertools.cycle(range(first + os.getpid() % 500, first + 1000))


_PORTS = _own_range()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey server of this test run: append-only file on, loopback only. Gives its URL."""
    from launch.processes.valkey import server_binary

    folder: Path = tmp_path_factory.mktemp("valkey")
    port = free_port()
    process = subprocess.Popen(
        [str(server_binary()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    client = redis.Redis.from_url(url)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    client.close()
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The run's server, emptied before each test that asks for it."""
    client = redis.Redis.from_url(redis_server)
    client.flushall()
    client.close()
    return redis_server
