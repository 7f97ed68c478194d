"""A core whose queue is answered at another desk, which a test can break."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.directives import Handoff as Wanted
from bot.model import Handoff
from bot.other_desks.arriving import Arriving
from bot.other_desks.losing import Losing
from bot.other_desks.passing import Passing
from bot.ports import DialogueTurn, SendError, SendFailure
from bot.ports.handoff_target import Happened, News, Passed, Words
from bot.redis_store.passed import RedisPassed
from tests.bot.conftest import World

AWAY = SendError("no connection", SendFailure.RETRY)
MAYBE = SendError("no answer", SendFailure.UNCERTAIN)


@dataclass
class Desk:
    """``bot.ports.handoff_target.HandoffTarget`` in memory: ``got`` in order; ``fails``: what the next calls raise. What fails
    UNCERTAIN has arrived."""

    name: str = "acme"
    title: str = "Acme"
    polls: bool = False
    same_ref: bool = False
    meanwhile: Callable[[str], Awaitable[None]] | None = None
    """What happens before they answer."""
    got: list[tuple[str, str]] = field(default_factory=list)
    fails: list[SendError] = field(default_factory=list)
    agains: list[bool] = field(default_factory=list)
    packets: list[Mapping[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    ended: list[Handoff] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)

    async def open(self, handoff: Handoff, packet: Mapping[str, Any], *, again: bool) -> str:
        self._take("open", handoff.id, again=again)
        self.packets.append(packet)
        if self.meanwhile:
            await self.meanwhile(handoff.id)
        return self._ref(handoff)

    def _ref(self, handoff: Handoff) -> str:
        return handoff.id if self.same_ref else f"ref-{handoff.id}"

    async def find(self, handoff: Handoff) -> str | None:
        if self.fails:
            raise self.fails.pop(0)
        return self._ref(handoff) if ("open", handoff.id) in self.got else None

    async def say(self, ref: str, words: Words, *, again: bool) -> None:
        self._take("say", words.text, again=again)
        if self.meanwhile:
            await self.meanwhile(ref)

    async def end(self, ref: str, handoff: Handoff, why: str) -> None:
        self.ended.append(handoff)
        self._take("end", why, again=False)

    async def tell(self, ref: str, sentence: str) -> None:
        self.told.append(sentence)

    async def news(self, ref: str, seen: str) -> News:
        begin = int(seen or 0)
        return News(self.happened[begin:], str(len(self.happened)))

    def _take(self, what: str, about: str, *, again: bool) -> None:
        self.agains.append(again)
        error = self.fails.pop(0) if self.fails else None
        if error is None or (error.failure is SendFailure.UNCERTAIN and not again):
            self.got.append((what, about))
        if error is not None:
            raise error


@dataclass
class Elsewhere:
    """The core, the desk, and what stands between them."""

    world: World
    desk: Desk
    passed: RedisPassed
    passing: Passing
    arriving: Arriving

    async def asks(self) -> str:
        """Ana asks for a person, by text; the handoff's id."""
        self.world.assistant.answer = lambda _said: DialogueTurn((), (Wanted("asked"),))
        handoff = (await self.world.texts("a person, please")).handoff
        assert handoff is not None
        return handoff.id

    async def handoff(self, handoff_id: str) -> Handoff:
        found = await self.world.handoffs.get(handoff_id)
        assert found is not None
        return found

    async def record(self, handoff_id: str) -> Passed:
        found = await self.passed.get(handoff_id)
        assert found is not None
        return found

    async def comes(self, handoff_id: str, one: Happened) -> str:
        """From the desk."""
        return await self.arriving.take(await self.record(handoff_id), one)


def made(world: World, desk: Desk) -> Elsewhere:
    passed, people = RedisPassed(world.client), replace(world.people, name_of=_name)
    arriving = Arriving(people=people, passed=passed)
    book, facts, clock = people.handoffs, world.facts, world.clock

    async def packet_of(handoff_id: str) -> dict[str, Any]:
        return {"handoff": {"id": handoff_id}}

    passing = Passing(
        by_queue={"general": desk},
        passed=passed,
        book=book,
        lines=people.lines,
        locks=people.locks,
        facts=facts,
        clock=clock,
        packet_of=packet_of,
        arriving=arriving,
        losing=Losing(passed=passed, book=book, facts=facts, clock=clock),
    )
    return Elsewhere(world, desk, passed, passing, arriving)


async def hears(elsewhere: Elsewhere, handoff_id: str, changed: list[int]) -> None:
    """Their webhooks come, also of what we do there ourselves, until there are no more. ``changed``: the stand-in's."""
    for _ in range(10):
        if not changed:
            return
        changed.clear()
        await elsewhere.passing.advance(handoff_id, news=True)
    pytest.fail("their webhooks and what we do of them chase each other")


async def _name(agent: str) -> str:
    return agent.partition(" @ ")[0].title()


@pytest.fixture
def elsewhere(world: World) -> Elsewhere:
    return made(world, Desk())
