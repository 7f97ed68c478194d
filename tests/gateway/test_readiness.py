"""Ready means that somebody answers: without the store a caller hears an apology, so the pods must stay."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection

from launch.processes.valkey import server_binary
from tests.conftest import free_port
from tests.gateway.conftest import House
from tests.gateway.workers.test_full import SM, Phone

DEPLOYED = Path(__file__).parents[2] / "deploy" / "kubernetes" / "onethread.yaml"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[tuple[str, subprocess.Popen[bytes]]]:
    """A store of this test alone, which may be killed."""
    port = free_port()
    command = [str(server_binary()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--appendonly", "yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it only starts it
    url = f"redis://127.0.0.1:{port}/0"
    async with Redis.from_url(url) as client, asyncio.timeout(10):
        while True:
            try:
                await client.ping()
                break
            except NoConnection:
                await asyncio.sleep(0.02)  # a foreign process tells no event of being ready
    yield url, process
    process.kill()
    process.wait()


@pytest.fixture
def redis_url(store: tuple[str, subprocess.Popen[bytes]]) -> str:
    """In place of the run's own."""
    return store[0]


def readiness() -> str:
    """What Kubernetes asks the gateways, as the example says it."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(DEPLOYED.read_text()))
    gateway = next(d for d in documents if (d["kind"], d["metadata"]["name"]) == ("Deployment", "gateway"))
    probe = gateway["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["httpGet"]
    assert probe["port"] == "public"
    return str(probe["path"])


async def status(house: House, path: str) -> int:
    async with house.http.get(house.url + path) as answer:
        return answer.status


async def test_without_the_store_the_pod_stays_ready_and_a_caller_hears_an_apology(
    house: House, store: tuple[str, subprocess.Popen[bytes]]
) -> None:
    assert (await status(house, readiness()), await status(house, "/health")) == (200, 200)
    store[1].kill()
    store[1].wait()
    assert (await status(house, readiness()), await status(house, "/health")) == (200, 503)
    said, _ = await Phone(house).asks("/twilio/voice")
    assert "sorry" in said.casefold()
    assert (await house.texts("hello", SM + "1")).status == 503
