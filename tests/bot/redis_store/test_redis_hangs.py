"""A store that takes connections and answers nothing: whoever waits is told in time, and once."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import TimeoutError as NotAnswered

from bot.redis_store.client.base import connect


async def test_a_command_that_is_not_answered_is_given_up_after_one_timeout() -> None:
    asked: list[bytes] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(4096):
            if b"CLIENT" in chunk or b"HELLO" in chunk:
                writer.write(b"+OK\r\n" * chunk.count(b"*"))
            else:
                asked.append(chunk)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    client = connect(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0?protocol=2", timeout=0.2)
    try:
        with pytest.raises(NotAnswered):
            await client.get("ot:anything")
        assert len(asked) == 1
    finally:
        await client.aclose()
        server.close()
        await server.wait_closed()
