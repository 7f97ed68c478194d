"""What happens alike at every desk that is asked for its news: told once, with its stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from bot.model import HandoffState
from bot.ports.handoff_target import PassedState
from tests.bot.conftest import ANA, World
from tests.bot.other_desks.conftest import hears, made


class StandIn(Protocol):
    """The vendor's server."""

    answers: list[int]
    changed: list[int]

    def agent_writes(self, number: int, text: str) -> None: ...


class Lines(Protocol):
    """What was said there: by whom, whether for colleagues alone, and the words."""

    def said(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Vendor:
    """``number``: of the conversation, as it is called there; ``desk``: our adapter to it."""

    desk: Any
    server: StandIn
    lines: Lines
    number: int


async def our_own_end_is_no_news(vendor: Vendor, world: World) -> None:
    """It was lost, and is told so when it is back: what we tidy up there gives the customer to nobody."""
    elsewhere = made(world, vendor.desk)
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    vendor.server.agent_writes(vendor.number, "Hello")
    await hears(elsewhere, handoff_id, vendor.server.changed)
    await world.texts("are you there?")
    vendor.server.answers = [503] * 20
    for _ in range(8):
        await elsewhere.passing.look()
        world.clock.passes(seconds=20)
    vendor.server.answers = []
    world.clock.passes(hours=1)
    await elsewhere.passing.look()
    await hears(elsewhere, handoff_id, vendor.server.changed)
    handoff = await elsewhere.handoff(handoff_id)
    assert handoff.state is HandoffState.WAITING and handoff.agent is None
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER
    assert [one.reply.text for one in await world.sent_to(ANA)] == ["agent_joined agent=Maria Lopez", "Hello"]
    vendor.server.agent_writes(vendor.number, "Are you still there?")
    await hears(elsewhere, handoff_id, vendor.server.changed)
    assert vendor.lines.said()[-1][2] == "This customer is answered in Onethread now: this was not sent."
    assert (await elsewhere.handoff(handoff_id)).agent is None


async def taken_over_by_ours_is_said_once(vendor: Vendor, world: World) -> None:
    """A note there, and no more."""
    elsewhere = made(world, vendor.desk)
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await world.people.accept(handoff_id, "bo", None)
    await elsewhere.passing.look()
    await hears(elsewhere, handoff_id, vendor.server.changed)
    notes = [text for _, private, text in vendor.lines.said() if private][1:]
    assert notes == ["A colleague answers this customer in Onethread now."]
    assert [one.body["step"] for one in await world.told("handoff_passed")] == ["opened", "over"]
