"""Notices of other desks, of which anybody may send as many as they like where they are not signed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.other_desks import MOST, OtherDesksLife
from gateway.settings.other_desks import OtherDesks


@dataclass
class Still:
    """A ``Passing`` whose looks last until they may go on."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    looks: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def book(self) -> Any:
        return SimpleNamespace(handoffs=self)

    async def get(self, handoff_id: str) -> str:
        return handoff_id

    async def begin(self, _handoff: str) -> bool:
        return False

    async def advance(self, handoff_id: str, *, news: bool) -> None:
        self.looks.append((handoff_id, news))
        await self.goes_on.wait()

    async def by_ref(self, _desk: str, ref: str) -> Any:
        return SimpleNamespace(handoff_id=f"h{ref}") if ref != "nobodys" else None


@pytest.fixture
def still() -> Still:
    return Still()


@pytest.fixture
def life(still: Still) -> OtherDesksLife:
    passing = cast(Any, still)
    return OtherDesksLife(
        settings=OtherDesks(), passing=passing, arriving=cast(Any, None), passed=passing, on_refused=lambda _word: None
    )


async def all_done(life: OtherDesksLife, still: Still) -> None:
    still.goes_on.set()
    await asyncio.gather(*life.looking.values())


async def test_one_handoff_is_looked_at_once_at_a_time_and_once_more_after_it(life: OtherDesksLife, still: Still) -> None:
    for _ in range(2):
        for _ in range(50):
            await life.noticed("chatwoot", "1")
        await asyncio.sleep(0)  # the look has begun
    life.soon("h1")
    assert still.looks == [("h1", True)]
    await all_done(life, still)
    assert still.looks == [("h1", True)] * 2 and not life.looking and not life.wanted


async def test_what_is_too_much_at_once_is_left_to_the_next_look_at_all(life: OtherDesksLife, still: Still) -> None:
    for number in range(MOST + 50):
        await life.noticed("chatwoot", f"{number}")
    await life.noticed("chatwoot", "nobodys")
    assert len(life.looking) == MOST
    await all_done(life, still)
    assert len(still.looks) == MOST and not life.looking
    await life.noticed("chatwoot", f"{MOST}")
    await all_done(life, still)
    assert still.looks[-1] == (f"h{MOST}", True)
