"""What a row of the desk says, read from where it is kept."""

from __future__ import annotations

from bot.directives import Handoff
from bot.model import Author, Reply
from bot.ports import DialogueTurn
from tests.bot.conftest import ANA, World


async def asks(world: World) -> str:
    wanted, back = DialogueTurn((), (Handoff("card"),)), DialogueTurn((Reply("back"),))
    world.assistant.answer = lambda said: back if str(said["said"]).startswith("/") else wanted
    result = await world.texts("a person please")
    assert result.handoff
    return result.handoff.id


async def test_a_row_has_the_last_line_and_since_when_there_is_no_answer(world: World) -> None:
    handoff_id = await asks(world)
    (one,) = await world.people.glances()
    assert one.handoff.id == handoff_id and one.contact and one.contact.tel == ANA
    assert one.last and one.last.text == "a person please" and one.unanswered == one.heard
    await world.people.accept(handoff_id, "sam", None)
    world.clock.passes(seconds=5)
    await world.people.reply(handoff_id, "sam", "Hello Ana", "1")
    answered = await world.people.glance(handoff_id)
    assert answered and answered.last and (answered.last.author, answered.last.text) == (Author.AGENT, "Hello Ana")
    assert answered.unanswered is None and answered.handoff.packet.transcript == ()
    world.clock.passes(seconds=5)
    await world.texts("still here? " + "x" * 400)
    world.clock.passes(seconds=5)
    await world.texts("and more")
    again = await world.people.glance(handoff_id)
    assert again and again.last and again.last.text == "and more" and again.heard and again.unanswered
    assert (again.heard - again.unanswered).total_seconds() == 5, "since the first of them"


async def test_what_is_closed_is_no_row_and_listed_the_last_first(world: World) -> None:
    ids = []
    for _ in range(3):
        ids.append(await asks(world))
        await world.people.accept(ids[-1], "sam", None)
        world.clock.passes(minutes=1)
        await world.people.close(ids[-1], "sam", "done")
        await world.settles()
    assert await world.people.glances() == [] and await world.people.glance(ids[0]) is None
    closed = await world.people.closed(None, 2)
    assert [one.handoff.id for one in closed] == [ids[2], ids[1]] and closed[0].contact and closed[0].contact.tel == ANA
    older = await world.people.closed(closed[-1].handoff.closed_at, 2)
    assert [one.handoff.id for one in older] == [ids[0]]


async def test_of_the_closed_what_is_gone_is_passed_over(world: World) -> None:
    handoff_id = await asks(world)
    await world.people.accept(handoff_id, "sam", None)
    await world.people.close(handoff_id, "sam", "done")
    await world.client.delete(f"ot:handoff:{handoff_id}")
    assert await world.people.closed(None, 9) == [] and await world.client.zcard("ot:handoffs:over") == 0
