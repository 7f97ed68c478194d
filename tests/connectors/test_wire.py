"""What is read of a vendor's answer, however it is cut on its way."""

from __future__ import annotations

import asyncio
from unittest import mock

import pytest
from aiohttp import StreamReader
from hypothesis import given
from hypothesis import strategies as some

from connectors.wire import read_up_to


async def _came(pieces: list[bytes], limit: int) -> bytes:
    content = StreamReader(mock.Mock(_reading_paused=False), 2**16, loop=asyncio.get_running_loop())
    reading = asyncio.create_task(read_up_to(limit, content))
    for piece in pieces:
        content.feed_data(piece)
        await asyncio.sleep(0)  # the reader has its turn after each piece
    content.feed_eof()
    return await reading


@given(some.lists(some.binary(max_size=40), max_size=8), some.integers(1, 200))
def test_an_answer_in_pieces_is_read_whole_up_to_the_limit(pieces: list[bytes], limit: int) -> None:
    assert asyncio.run(_came(pieces, limit)) == b"".join(pieces)[:limit]


@pytest.mark.parametrize("at", [1, 9, 17])
async def test_an_answer_in_two_packets_keeps_its_sid(at: int) -> None:
    answer = b'{"sid": "SM1234567890"}'
    assert await _came([answer[:at], answer[at:]], 64 * 1024) == answer
