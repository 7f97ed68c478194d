"""A Valkey server alone, as an installation runs it, on a free loopback port and in a folder of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis

from launch.install.environment import free_ports
from launch.processes.valkey import server_binary


@asynccontextmanager
async def valkey(policy: str = "everysec") -> AsyncIterator[redis.Redis]:
    """A client of it that does not decode. ``policy``: of ``appendfsync``."""
    with tempfile.TemporaryDirectory(prefix="onethread-valkey-") as folder:
        port = free_ports(1)[0]
        command = [str(server_binary()), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        command += ["--appendonly", "yes", "--appendfsync", policy]
        server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        try:
            client = redis.Redis(port=port)
            await _up(client)
            yield client
            await client.aclose()
        finally:
            server.terminate()
            await server.wait()


async def _up(client: redis.Redis) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await client.ping()
                return
            except redis.ConnectionError:
                await asyncio.sleep(0.05)
