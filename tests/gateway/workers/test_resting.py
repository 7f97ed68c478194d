"""Who waits for another try keeps nobody from beginning, and no gateway from stopping."""

from __future__ import annotations

import asyncio

import pytest

from gateway.workers.chains import NAMES, Chains, Entry


async def test_more_waiting_addresses_than_are_worked_on_at_once_do_not_stop_the_next() -> None:
    reached, resting = asyncio.Event(), asyncio.Semaphore(0)

    async def work(entry: Entry) -> None:
        if entry.id == "last":
            reached.set()
            return
        resting.release()
        await chains.rest(3600)

    chains = Chains(work, lambda: True)
    for number in range(NAMES):
        chains.add(f"tel:{number}", str(number), {})
    assert not chains.room.is_set()
    async with asyncio.timeout(10):
        for _ in range(NAMES):
            await resting.acquire()
        await chains.room.wait()
        chains.add("tel:last", "last", {})
        await reached.wait()
    await chains.abort()


@pytest.mark.parametrize("may_rest", [True, False])
async def test_what_rests_is_broken_off_when_the_gateway_stops(may_rest: bool) -> None:
    begun, ended = asyncio.Event(), False

    async def work(_entry: Entry) -> None:
        nonlocal ended
        begun.set()
        await chains.rest(3600)
        ended = True

    chains = Chains(work, lambda: True, may_rest=may_rest)
    chains.add("tel:1", "1", {})
    async with asyncio.timeout(10):
        await begun.wait()
        await chains.finish()
    assert not ended and not chains.tasks
