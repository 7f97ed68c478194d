"""Two who change the same thing at the same moment: what one has decided is never undone by the other's older copy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Call, CallState, Handoff, HandoffState, Proof
from bot.ports import HandoffRefused
from bot.redis_store.calls import RedisCalls
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.handoffs import RedisHandoffs
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import ANA, ANAS_BROWSER, World


async def test_of_two_agents_who_accept_at_once_one_has_it(world: World) -> None:
    handoff = await opened_by_text(world)
    book = world.people.handoffs
    both = await asyncio.gather(*(book.accept(handoff.id, who) for who in ("sam", "kim")), return_exceptions=True)
    kept = await book.get(handoff.id)
    assert [isinstance(one, HandoffRefused) for one in both].count(True) == 1 and kept.agent in ("sam", "kim")


async def test_who_hangs_up_while_an_agent_accepts_undoes_nothing(world: World) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    assert handoff and handoff.call_sid == "CA1"
    await asyncio.gather(world.people.handoffs.accept(handoff.id, "sam"), world.conversations.call_ended("CA1"))
    kept = await world.people.handoffs.get(handoff.id)
    assert (kept.state, kept.agent, kept.call_sid) == (HandoffState.ASSIGNED, "sam", None)


async def test_who_hangs_up_while_the_agent_closes_opens_nothing_again(world: World) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    assert handoff
    await world.people.handoffs.accept(handoff.id, "sam")
    await asyncio.gather(
        world.people.handoffs.close(handoff.id, "done", by="sam"), *(world.conversations.call_ended("CA1") for _ in range(3))
    )
    assert not (await world.people.handoffs.get(handoff.id)).open
    assert await world.handoffs.open_for(handoff.conversation_id) is None and await world.handoffs.listing() == []


async def test_a_late_second_close_leaves_the_newer_handoff_its_conversation(world: World) -> None:
    first = await opened_by_text(world)
    await world.people.accept(first.id, "sam", None)
    await world.people.close(first.id, "sam", "done")
    await world.settles()
    second = await opened_by_text(world)
    closed = await world.people.handoffs.close(first.id, "once more")
    assert closed.outcome == "done", "it stays as it was closed"
    assert await world.handoffs.open_for(second.conversation_id) == second
    assert second in await world.handoffs.listing()


@pytest.mark.parametrize("late", [lambda now: replace(now, state=HandoffState.WAITING), lambda now: replace(now, agent="kim")])
async def test_what_is_closed_stays_closed_whatever_comes_late(world: World, late: Callable[[Handoff], Handoff]) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", "done")
    await world.settles()
    await world.handoffs.update(handoff.id, late)
    kept = await world.handoffs.get(handoff.id)
    assert kept and not kept.open and await world.handoffs.open_for(handoff.conversation_id) is None


async def test_what_a_change_refuses_changes_nothing(world: World) -> None:
    handoff = await opened_by_text(world)
    with pytest.raises(HandoffRefused):
        await world.people.handoffs.close(handoff.id, "mine", by="kim")
    assert await world.handoffs.get(handoff.id) == handoff


async def test_of_two_handoffs_of_one_conversation_the_first_counts(world: World) -> None:
    handoff = await opened_by_text(world)
    twin = replace(handoff, id="h_twin")
    assert await world.handoffs.create(twin) == handoff
    assert await world.handoffs.get("h_twin") is None and await world.handoffs.listing() == [handoff]


async def test_a_handoff_goes_to_another_conversation_as_a_whole(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.handoffs.update(handoff.id, lambda now: replace(now, conversation_id="c_other"))
    assert await world.handoffs.open_for(handoff.conversation_id) is None
    moved = await world.handoffs.open_for("c_other")
    assert moved and moved.id == handoff.id and await world.handoffs.listing() == [moved]


async def test_a_stop_while_two_contacts_are_joined_stays(world: World) -> None:
    """The browser's code comes back while the phone refuses texts."""
    ana = await world.contacts.find_or_create(ANA)
    page = await world.contacts.find_or_create(ANAS_BROWSER)
    identity = world.needs.identity
    copy = identity.merging.copy_conversation

    async def meanwhile(source: str, target: str) -> object:
        await world.contacts.update(ana.id, lambda now: replace(now, opted_out=True))
        return await copy(source, target)

    joining = replace(identity, merging=replace(identity.merging, copy_conversation=meanwhile))
    until = world.clock() + timedelta(hours=1)
    joined = await joining.vouched(page, ANAS_BROWSER, ANA, Proof.POSSESSED, until)
    kept = await world.contacts.get(ana.id)
    assert joined == kept and kept.opted_out and kept.proof_of(ANAS_BROWSER) is Proof.POSSESSED


async def test_a_call_that_is_over_stays_over_and_is_nobodys_live_call(world: World) -> None:
    call = await world.calls.create(Call("CA1", "c_1", ANA, world.clock()))
    await world.calls.update("CA1", lambda now: replace(now, state=CallState.ENDED))
    after = await world.calls.update("CA1", lambda now: replace(now, state=CallState.WAITING, step=5))
    assert after and (after.state, after.step) == (CallState.ENDED, 5)
    assert await world.calls.live_for("c_1") is None and await world.calls.create(call) == after


async def test_a_call_that_moves_is_live_in_one_conversation(world: World) -> None:
    await world.calls.create(Call("CA1", "c_1", ANA, world.clock()))
    moved = await world.calls.update("CA1", lambda now: replace(now, conversation_id="c_2"))
    assert (await world.calls.live_for("c_1"), await world.calls.live_for("c_2")) == (None, moved)


async def test_a_changed_call_keeps_the_level_that_was_raised_meanwhile(world: World) -> None:
    await world.calls.create(Call("CA1", "c_1", ANA, world.clock()))
    await world.calls.raise_proof("CA1", Proof.PROVEN)
    after = await world.calls.update("CA1", lambda now: replace(now, step=1))
    assert after and after.proof is Proof.PROVEN and await world.calls.get("CA1") == after


async def test_a_note_is_the_first_ones_who_asks(world: World) -> None:
    firsts = await asyncio.gather(*(world.calls.once("once:x") for _ in range(20)))
    assert firsts.count(True) == 1


async def test_what_is_remembered_is_revised_by_who_saw_it_last(world: World, redis_url: str) -> None:
    """A line's state is written by its session, the next one and webhooks, at any gateway: none of their changes is lost."""
    clients = [connect(redis_url) for _ in range(4)]
    calls = [RedisCalls(one) for one in clients]

    async def adds(number: int) -> None:
        done = False
        while not done:
            before = await calls[number % 4].remembered("CA1:relay")
            done = await calls[number % 4].revise("CA1:relay", before, f"{before or ''} {number}")

    await asyncio.gather(*(adds(number) for number in range(40)))
    kept = await world.calls.remembered("CA1:relay")
    assert kept and sorted(map(int, kept.split())) == list(range(40))
    assert not await world.calls.revise("CA1:relay", None, "what somebody else has written meanwhile stays")
    assert await world.calls.remembered("CA1:relay") == kept
    for one in clients:
        await one.aclose()


@pytest.mark.parametrize("kind", ["handoff", "call", "contact"])
async def test_none_of_forty_changes_by_four_gateways_is_lost(world: World, redis_url: str, kind: str) -> None:
    handoff = await opened_by_text(world)
    await world.calls.create(Call("CA1", handoff.conversation_id, ANA, world.clock()))
    await world.contacts.update(handoff.contact_id, lambda now: replace(now, locale=""))
    clients = [connect(redis_url) for _ in range(4)]
    handoffs, calls = [RedisHandoffs(one) for one in clients], [RedisCalls(one) for one in clients]
    contacts = [RedisContacts(one, world.clock) for one in clients]
    changes: dict[str, Callable[[int], Awaitable[object]]] = {
        "handoff": lambda n: handoffs[n % 4].update(handoff.id, lambda now: replace(now, reason=f"{now.reason} {n}")),
        "call": lambda n: calls[n % 4].update("CA1", lambda now: replace(now, last_prompt=f"{now.last_prompt} {n}")),
        "contact": lambda n: contacts[n % 4].update(handoff.contact_id, lambda now: replace(now, locale=f"{now.locale} {n}")),
    }
    await asyncio.gather(*(changes[kind](number) for number in range(40)))
    kept = await world.handoffs.get(handoff.id)
    call, contact = await world.calls.get("CA1"), await world.contacts.get(handoff.contact_id)
    assert kept and call and contact
    told = {"handoff": kept.reason.removeprefix("card"), "call": call.last_prompt, "contact": contact.locale}[kind].split()
    assert sorted(map(int, told)) == list(range(40))
    for one in clients:
        await one.aclose()
