"""Hundreds of tabs that ask at one time are one look."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from gateway.at_once import AtOnce
from tests.bot.fakes import FakeClock


async def test_all_who_ask_at_once_are_one_look_for_each_key() -> None:
    asked, clock = list[str](), FakeClock()

    async def look(queue: str) -> int:
        asked.append(queue)
        await asyncio.sleep(0)
        return len(asked)

    once = AtOnce(look, clock, timedelta(seconds=0.5))
    found = await asyncio.gather(*(once(queue) for queue in ["cards", "general"] * 50))
    assert asked == ["cards", "general"] and found == [1, 2] * 50


async def test_what_changes_while_a_look_lasts_is_seen_by_the_next() -> None:
    clock, begun, goes_on, here = FakeClock(), asyncio.Event(), asyncio.Event(), ["ana"]

    async def look(_all: None) -> tuple[str, ...]:
        seen = tuple(here)
        begun.set()
        await goes_on.wait()
        return seen

    once = AtOnce(look, clock, timedelta(seconds=0.5))
    first = asyncio.create_task(once(None))
    await begun.wait()
    here.append("ben")
    clock.passes(seconds=1)
    goes_on.set()
    assert await first == ("ana",) and await once(None) == ("ana", "ben")
