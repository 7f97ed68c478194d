"""The faults: what is done, for how long, and when it is over."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from benchmarks.chaos.database import NAME as DATABASE
from benchmarks.chaos.database import Mode
from benchmarks.chaos.proxy import NAME
from benchmarks.chaos.stack import Stack

Fault = Callable[[Stack], Awaitable[None]]
"""Does its harm and returns when it is over; parts may still be starting."""

PAUSE = 9.0
"""Seconds a process is stopped: longer than a lease lives."""
FULL = 10.0
"""Seconds for which the records' database is full, or slow."""
AWAY, SHORT = 120.0, 0.2
"""Seconds for which it is away in a run of five minutes and more; of a shorter run this share."""


def killing(name: str) -> Fault:
    """kill -9, once or, now and then, twice in a row."""

    async def kill(stack: Stack) -> None:
        for _ in range(random.choice((1, 1, 2))):
            await asyncio.sleep(random.uniform(0, 1.5))
            stack.kill(name)
        await asyncio.sleep(1.0)
        await stack.ready(name)

    return kill


def vendor(mode: str, seconds: float, share: float) -> Fault:
    """The vendor behaves so for a while."""

    async def behave(stack: Stack) -> None:
        await stack.vendor(mode, share)
        await asyncio.sleep(seconds)
        await stack.vendor("well")

    return behave


async def pause_gateway(stack: Stack) -> None:
    """A gateway stands still for longer than its leases live, and then goes on as if nothing had been."""
    stack.kill("gateway", signal.SIGSTOP)
    await asyncio.sleep(PAUSE)
    stack.kill("gateway", signal.SIGCONT)


async def demote_redis(stack: Stack) -> None:
    """A failover that goes wrong: the store is a replica of nobody for a while, and is promoted again."""
    await stack.client.replicaof("127.0.0.1", 1)
    await asyncio.sleep(4.0)
    await stack.client.replicaof("NO", "ONE")


async def hang_rasa(stack: Stack) -> None:
    """One of the Rasa servers takes every connection and answers nothing for longer than a turn's deadline."""
    name = random.choice(("rasa", "rasa2"))
    stack.kill(name, signal.SIGSTOP)
    await asyncio.sleep(2 * PAUSE)
    stack.kill(name, signal.SIGCONT)
    await stack.ready(name)


async def restart_gateway(stack: Stack) -> None:
    """Stopped as by an operator, in the middle of the load."""
    stack.kill("gateway", signal.SIGTERM)
    await asyncio.sleep(2.0)
    await stack.ready("gateway")


async def reload_proxy(stack: Stack) -> None:
    """A new configuration, as an operator brings it: the old process ends what it has, sockets too."""
    stack.kill(NAME, signal.SIGUSR2)
    await asyncio.sleep(1.5)
    await stack.ready(NAME)


async def kill_gateway_and_reload(stack: Stack) -> None:
    """A gateway dies while the proxy is told anew where the gateways are."""
    stack.kill("gateway")
    await reload_proxy(stack)
    await stack.ready("gateway")


async def full_disk(stack: Stack) -> None:
    """No byte more fits on the store's disk; without root, no byte more into its memory."""
    if not stack.small_disk:
        with suppress(RedisError):
            await stack.client.config_set("maxmemory-policy", "noeviction")
            await stack.client.config_set("maxmemory", "1mb")
        await asyncio.sleep(4.0)
        await stack.client.config_set("maxmemory", "0")
        return
    await _full(stack.home / "valkey", 4.0)
    await asyncio.sleep(1.5)


async def full_records(stack: Stack) -> None:
    """No byte more fits on the disk of the records; without root they go read-only, as hosted databases do before that."""
    if stack.database.small_disk:
        await _full(stack.database.server.folder, FULL)
        await stack.ready(DATABASE)
        return
    await stack.database.refuses_writes(True)
    await asyncio.sleep(FULL)
    await stack.database.refuses_writes(False)


async def slow_records(stack: Stack) -> None:
    """Each answer of the records takes its time."""
    stack.database.road.becomes(Mode.SLOW)
    await asyncio.sleep(FULL)
    stack.database.road.becomes(Mode.OPEN)


def records_away(seconds: float) -> Fault:
    """Half of the time nobody listens there; the other half whatever is sent is lost."""

    async def away(stack: Stack) -> None:
        for mode in (Mode.CLOSED, Mode.SILENT):
            stack.database.road.becomes(mode)
            await asyncio.sleep(seconds / 2)
        stack.database.road.becomes(Mode.OPEN)

    return away


async def _full(folder: Path, seconds: float) -> None:
    ballast = folder / "ballast"
    await asyncio.to_thread(_fill, ballast)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(os.unlink, ballast)


def _fill(path: Path) -> None:
    block = b"\0" * 1_000_000
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            if file.write(block) < len(block):
                block = block[: max(1, len(block) // 10)]


async def kill_everything(stack: Stack) -> None:
    """As a power cut, but for the disk's cache."""
    names = [name for name in stack.supervisor.processes if name != "vendor"]
    for name in names:
        stack.kill(name)
    await asyncio.sleep(1.0)
    for name in names:
        await stack.ready(name)


def faults(*, minutes: float, gateways: int, rasas: int, proxied: bool = False) -> Mapping[str, Fault]:
    """All kinds, by the name they are counted under. ``minutes``: of the run."""
    seconds = AWAY if minutes >= 5 else max(4.0, minutes * 60 * SHORT)
    found: dict[str, Fault] = {
        "kill -9 gateway": killing("gateway"),
        "kill -9 Rasa": killing("rasa"),
        "kill -9 action server": killing("actions"),
        "kill -9 Redis": killing("valkey"),
        "kill -9 of all at once": kill_everything,
        "full disk for Redis": full_disk,
        "Redis demoted and promoted": demote_redis,
        "stop and start of the gateway": restart_gateway,
        "vendor: 429": vendor("429", 4, 0.7),
        "vendor: 500": vendor("500", 3, 0.3),
        "vendor: hangs": vendor("hang", 4, 0.3),
        "vendor: took it, answer lost": vendor("lost", 3, 0.3),
        "vendor: slow": vendor("slow", 5, 1.0),
        "kill -9 records": killing(DATABASE),
        "full disk for records": full_records,
        "records slow": slow_records,
        "records away": records_away(seconds),
    }
    if gateways > 1:
        found["kill -9 gateway 2"] = killing("gateway2")
        found["gateway paused for 9 s"] = pause_gateway
    if rasas > 1:
        found["kill -9 Rasa 2"] = killing("rasa2")
        found["one of two Rasa servers hangs for 18 s"] = hang_rasa
    if proxied:
        found["proxy reloaded"] = reload_proxy
        found["kill -9 proxy"] = killing(NAME)
        found["kill -9 gateway, proxy reloaded"] = kill_gateway_and_reload
    return found
