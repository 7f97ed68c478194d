"""Is a part ready? Small probes without a client library: the launcher stays small beside what it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Probe = Callable[[], Awaitable[bool]]
"""Whether a part is ready now; never raises."""

PATIENCE = 5.0
"""Seconds one probe may take."""


def http_ok(host: str, port: int, path: str) -> Probe:
    """A GET on this machine's ``host`` that answers 200."""
    request = f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode()

    async def probe() -> bool:
        answer = await _exchange(host, port, request, 12)
        return answer.startswith(b"HTTP/1.") and answer[9:12] == b"200"

    return probe


def valkey_ok(port: int, password: str) -> Probe:
    """A PING that answers PONG: the server is up and has read its append-only file."""
    request = f"AUTH {password}\r\nPING\r\n".encode()

    async def probe() -> bool:
        return await _exchange("127.0.0.1", port, request, 12) == b"+OK\r\n+PONG\r\n"

    return probe


async def _exchange(host: str, port: int, request: bytes, count: int) -> bytes:
    """The first ``count`` bytes of the answer; empty when there is none."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                return await reader.readexactly(count)
            finally:
                writer.close()
    except (OSError, EOFError, TimeoutError):
        return b""
