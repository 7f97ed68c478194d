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

from benchmarks.chaos_stack import Stack

Fault = Callable[[Stack], Awaitable[None]]
"""Does its harm and returns when it is over; parts may still be starting."""

PAUSE = 9.0
"""Seconds a process is stopped: longer than a lease lives."""


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


async def restart_gateway(stack: Stack) -> None:
    """Stopped as by an operator, in the middle of the load."""
    stack.kill("gateway", signal.SIGTERM)
    await asyncio.sleep(2.0)
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
    ballast = stack.home / "valkey" / "ballast"
    await asyncio.to_thread(_fill, ballast)
    await asyncio.sleep(4.0)
    await asyncio.to_thread(os.unlink, ballast)
    await asyncio.sleep(1.5)


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


def faults(*, gateways: int, rasas: int) -> Mapping[str, Fault]:
    """All kinds, by the name they are counted under."""
    found: dict[str, Fault] = {
        "kill -9 gateway": killing("gateway"),
        "kill -9 Rasa": killing("rasa"),
        "kill -9 action server": killing("actions"),
        "kill -9 Redis": killing("valkey"),
        "kill -9 of all at once": kill_everything,
        "full disk for Redis": full_disk,
        "stop and start of the gateway": restart_gateway,
        "vendor: 429": vendor("429", 4, 0.7),
        "vendor: 500": vendor("500", 3, 0.3),
        "vendor: hangs": vendor("hang", 4, 0.3),
        "vendor: took it, answer lost": vendor("lost", 3, 0.3),
        "vendor: slow": vendor("slow", 5, 1.0),
    }
    if gateways > 1:
        found["kill -9 gateway 2"] = killing("gateway2")
        found["gateway paused for 9 s"] = pause_gateway
    if rasas > 1:
        found["kill -9 Rasa 2"] = killing("rasa2")
    return found
