"""Places in line among those who are there: callers who hung up, callbacks that rest, chats that were closed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from bot.directives import Handoff as Wanted
from bot.handoff.place_in_line import GONE_AFTER, StillHere
from bot.model import Address, AddressKind, Callback, ChannelName, Handoff
from bot.ports import DialogueTurn
from tests.bot.conftest import ANA, ANAS_BROWSER, World

BEN, CY = (Address(AddressKind.TEL, f"+121255501{end}") for end in ("48", "49"))
DEE = Address(AddressKind.MESSENGER, "1000000000000001")


@dataclass
class Sockets:
    """When each visitor was last connected."""

    last: dict[str, datetime] = field(default_factory=dict)

    async def connected(self, web_id: str) -> datetime | None:
        return self.last.get(web_id)


@pytest.fixture
def sockets(world: World) -> Sockets:
    """Everybody who writes asks for a person; who is connected is known."""
    made = Sockets()
    world.assistant.answer = lambda said: DialogueTurn((), (Wanted("asked"),))
    here = StillHere(world.handoffs, world.contacts, made.connected, world.clock)
    book = replace(world.people.handoffs, handoffs=here)
    world.rewire(handoffs=book)
    world.people = replace(world.people, handoffs=book)
    return made


async def waits_on_the_phone(world: World, who: Address) -> Handoff:
    """A caller in the queue."""
    sid = f"CA{who.value}"
    await world.calls_in(sid, who)
    found = (await world.says(sid, "a person", who)).handoff or await open_of(world, who)
    world.clock.passes(seconds=10)
    return found


async def open_of(world: World, who: Address) -> Handoff:
    contact = await world.contacts.find(who)
    found = contact and await world.handoffs.open_for(contact.conversation_id)
    assert found
    return found


async def place(world: World, who: Address) -> int:
    return await world.people.handoffs.place(await open_of(world, who))


async def test_who_hung_up_holds_no_place_before_who_waits(world: World, sockets: Sockets) -> None:
    for who in (ANA, BEN, CY):
        await waits_on_the_phone(world, who)
    assert [await place(world, who) for who in (ANA, BEN, CY)] == [1, 2, 3]
    await world.conversations.call_ended(f"CA{ANA.value}")
    assert [await place(world, who) for who in (BEN, CY)] == [1, 2]
    left = await open_of(world, ANA)
    assert left.open and left.left_at == world.clock() and not left.here
    assert [h.id for h in await world.people.listing()][-1] == left.id, "on the desk behind those who are there"


async def test_who_calls_again_has_the_old_place(world: World, sockets: Sockets) -> None:
    for who in (ANA, BEN):
        await waits_on_the_phone(world, who)
    await world.conversations.call_ended(f"CA{ANA.value}")
    await world.calls_in("CA-again", ANA)
    assert [await place(world, who) for who in (ANA, BEN)] == [1, 2]
    assert (await open_of(world, ANA)).left_at is None


async def test_who_hung_up_and_writes_is_there_again(world: World, sockets: Sockets) -> None:
    for who in (ANA, BEN):
        await waits_on_the_phone(world, who)
    await world.conversations.call_ended(f"CA{ANA.value}")
    await world.texts("Are you still there?", ANA)
    assert [await place(world, who) for who in (ANA, BEN)] == [1, 2]


async def test_a_callback_that_rests_holds_no_place(world: World, sockets: Sockets) -> None:
    for who in (ANA, BEN):
        await waits_on_the_phone(world, who)
    asked = Callback(ANA.value, world.clock())
    ana = await open_of(world, ANA)
    await world.people.handoffs.change(ana.id, lambda now: replace(now, callback=asked))
    await world.conversations.call_ended(f"CA{ANA.value}")
    assert await place(world, BEN) == 1
    assert (await waits_on_the_phone(world, CY)).place == 2, "also for how long waits are measured"


async def test_who_writes_where_answers_are_read_later_is_always_there(world: World, sockets: Sockets) -> None:
    await world.texts("a person", ANA)
    world.clock.passes(seconds=1)
    await world.conversations.receive(world.message(ChannelName.MESSENGER, DEE, "a person"))
    world.clock.passes(days=1)
    assert await place(world, DEE) == 2


@pytest.mark.parametrize(("away", "place_then"), [(GONE_AFTER.total_seconds() - 1, 2), (GONE_AFTER.total_seconds(), 1)])
async def test_a_chat_that_was_closed_for_a_while_holds_no_place(
    world: World, sockets: Sockets, away: float, place_then: int
) -> None:
    await world.chats("a person")
    world.clock.passes(seconds=1)
    await world.texts("a person", BEN)
    closed = sockets.last[ANAS_BROWSER.value] = world.clock()
    world.clock.passes(seconds=away)
    assert await place(world, BEN) == place_then
    shown = next(h for h in await world.people.listing() if h.channel is ChannelName.WEB)
    assert shown.left_at == (closed if place_then == 1 else None)
    sockets.last[ANAS_BROWSER.value] = world.clock()
    assert await place(world, BEN) == 2, "back in the tab, back in line"
