"""Hold the lock, then look: what somebody else does while one waits for a conversation counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.identity.proof import NUMBER_FORGOTTEN
from bot.model import Address, AddressKind, ChannelName, Contact, Handoff, Proof
from bot.ports.phone_line import CallbackRules
from bot.ports.stores import Unsaved
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from bot.switching.dial_in import DialIns
from tests.bot.agent_desk.test_callbacks import errands_of
from tests.bot.agent_desk.test_people import escalates
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.watched import Watched

BO = Address(AddressKind.TEL, "+12125550148")


def detaches_only_what_is_held(world: World, locks: Watched, contacts: RedisContacts) -> list[str]:
    """The conversations that an address was taken out of, each held at that moment."""
    plain, seen = contacts.detach, []

    async def detach(address: Address) -> Contact:
        place = (await known(world, address)).conversation_id
        assert place in locks.held
        seen.append(place)
        return await plain(address)

    contacts.detach = detach  # type: ignore[method-assign]
    return seen


async def known(world: World, address: Address) -> Contact:
    contact = await RedisContacts(world.client, world.clock).find(address)
    assert contact
    return contact


async def opens_the_link(world: World) -> Contact:
    """The browser opens the texted link: what is in its conversation goes along to the number's."""
    return await world.needs.linking.vouched(ANAS_BROWSER, ANA, Proof.POSSESSED, world.clock() + timedelta(hours=1), "link")


async def accepted_on_web(world: World) -> Handoff:
    await world.texts("hello from the phone")
    escalates(world)
    handoff = (await world.chats("a person please")).handoff
    assert handoff
    await world.people.accept(handoff.id, "sam", None)
    return handoff


# -- agents --------------------------------------------------------------------------------------------------------


@dataclass
class OnlyHeld:
    """``bot.ports.stores.Unsaved`` that takes a line only while its conversation is held."""

    inner: Unsaved
    locks: Watched

    async def push(self, conversation_id: str, events: Sequence[dict[str, Any]], *, doubt: bool = False) -> None:
        assert conversation_id in self.locks.held
        await self.inner.push(conversation_id, events, doubt=doubt)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def lines_are_written_only_where_it_is_held(world: World) -> Watched:
    """The browser's conversation is joined to the number's while somebody waits for it."""
    locks = Watched(world.needs.locks, lambda: opens_the_link(world))
    lines = replace(world.people.lines, unsaved=OnlyHeld(world.people.lines.unsaved, locks))
    world.people = replace(world.people, locks=locks, lines=lines)
    return locks


async def test_an_agents_reply_stands_in_the_conversation_that_the_handoff_went_to(world: World) -> None:
    handoff = await accepted_on_web(world)
    lines_are_written_only_where_it_is_held(world)
    await world.people.reply(handoff.id, "sam", "Here it is.", "one")
    place = (await known(world, ANA)).conversation_id
    said = [event.get("text") for event in await world.people.lines.all(place)]
    assert place != handoff.conversation_id and "Here it is." in said


async def test_a_note_for_the_agent_stands_in_the_conversation_that_the_handoff_went_to(world: World) -> None:
    handoff = await accepted_on_web(world)
    lines_are_written_only_where_it_is_held(world)
    await errands_of(world, CallbackRules()).voicemail(handoff.id, "RE1", 7)
    said = [event.get("text") for event in await world.people.lines.all((await known(world, ANA)).conversation_id)]
    assert "The caller left a voice message of 7 seconds." in said


async def test_an_agent_closes_what_was_joined_meanwhile(world: World) -> None:
    handoff = await accepted_on_web(world)
    people = replace(world.people, locks=Watched(world.needs.locks, lambda: opens_the_link(world)))
    await people.close(handoff.id, "sam", "The fee is refunded.")
    await world.settles()
    assert await world.handoffs.listing() == []
    place = (await known(world, ANA)).conversation_id
    assert [one["conversation"] for one in world.assistant.asked if "handoff_closed" in one["said"]] == [place]


# -- links ---------------------------------------------------------------------------------------------------------


async def test_two_agents_who_undo_one_link_at_once_undo_it_once_and_neither_is_refused(world: World) -> None:
    await world.texts("from the phone")
    await world.chats("from the browser")
    joined = await opens_the_link(world)
    (link,) = await world.links.of(joined.id)
    locks = Watched(world.needs.locks, lambda: world.needs.linking.undo_by_agent(link.id, "kim"))
    undone = await replace(world.needs.linking, locks=locks).undo_by_agent(link.id, "sam")
    assert undone.undone_by == "kim" and await world.links.get(link.id) == undone


async def test_an_undo_does_not_bring_back_who_signed_out_while_it_waited(world: World) -> None:
    await world.texts("from the phone")
    await world.chats("from the browser")
    joined = await opens_the_link(world)
    (link,) = await world.links.of(joined.id)
    locks = Watched(world.needs.locks, lambda: world.chats("sign out"))
    await replace(world.needs.linking, locks=locks).undo_by_agent(link.id, "sam")
    assert (await known(world, ANAS_BROWSER)).id not in {link.before[0].id, joined.id}, "the browser stays alone"


async def test_what_is_joined_goes_to_the_conversation_that_the_number_has_by_then(world: World) -> None:
    """An undo gives the number's side a conversation of its own."""
    await world.texts("from the phone")
    await world.chats("from the browser")
    owner = await known(world, ANA)

    async def taken_apart() -> None:
        await world.contacts.update(owner.id, lambda now: replace(now, conversation_id="c_own"))

    merging = replace(world.needs.identity.merging, locks=Watched(world.needs.locks, taken_apart))
    identity = replace(world.needs.identity, merging=merging)
    until = world.clock() + timedelta(hours=1)
    joined = await identity.vouched(await known(world, ANAS_BROWSER), ANAS_BROWSER, ANA, Proof.POSSESSED, until)
    assert joined.conversation_id == "c_own"
    assert "from the browser" in [event.get("text") for event in world.assistant.trackers["c_own"]]


# -- addresses -----------------------------------------------------------------------------------------------------


async def test_an_address_is_forgotten_only_while_its_conversation_is_held(world: World) -> None:
    await world.texts("from the phone")
    await world.chats("from the browser")
    locks = Watched(world.needs.locks, lambda: opens_the_link(world))
    seen = detaches_only_what_is_held(world, locks, world.contacts)
    fresh = await replace(world.needs.linking, locks=locks).forget(ANAS_BROWSER)
    assert fresh and seen == [(await known(world, ANA)).conversation_id], "where the link had brought it"
    assert (await known(world, ANAS_BROWSER)).id == fresh.id


async def test_an_address_that_nobody_knows_is_not_made_to_be_forgotten(world: World) -> None:
    assert await world.needs.linking.forget(BO) is None and await world.contacts.find(BO) is None


async def test_a_number_that_changed_hands_begins_anew_only_while_its_conversation_is_held(world: World, redis_url: str) -> None:
    """Another gateway had given it a conversation of its own, of which this one knows nothing."""
    await world.texts("hello")
    client = connect(redis_url)
    other = RedisContacts(client, world.clock)
    moved = await other.detach(ANA)
    moment = world.clock()
    await other.update(moved.id, lambda now: replace(now, addresses=tuple(replace(a, seen=moment) for a in now.addresses)))
    await client.aclose()
    world.clock.time += NUMBER_FORGOTTEN + timedelta(days=1)
    locks = Watched(world.needs.locks)
    world.rewire(locks=locks)
    seen = detaches_only_what_is_held(world, locks, world.contacts)
    result = await world.texts("who is this?")
    assert seen == [moved.conversation_id] and result.conversation_id not in (moved.conversation_id, "")


# -- calls ---------------------------------------------------------------------------------------------------------


async def test_a_call_is_not_brought_into_a_thread_that_went_elsewhere_meanwhile(world: World) -> None:
    await world.texts("from the phone")
    await world.chats("from the browser")
    needs = world.needs
    dial = DialIns(
        codes=needs.identity.codes,
        contacts=needs.contacts,
        calls=needs.calls,
        lines=needs.lines,
        locks=Watched(needs.locks, lambda: opens_the_link(world)),
        outbox=world.outbox,
        wording=needs.wording,
        clock=world.clock,
        dial="+12125550190",
        secret=b"dial",
    )
    shown = await dial.offer(await known(world, ANAS_BROWSER), world.message(ChannelName.WEB, ANAS_BROWSER))
    code = shown.text.split("code=")[1].split()[0]
    await world.calls_in("CA1", BO)
    call = await world.calls.get("CA1")
    assert call
    assert await dial.entered(call, code) is None
    kept = await world.calls.get("CA1")
    assert kept and kept.conversation_id == call.conversation_id and kept.caller == BO


async def test_a_level_that_was_proved_on_a_call_is_not_lowered_by_a_lesser_proof(world: World) -> None:
    await world.calls_in("CA1")
    await world.calls.raise_proof("CA1", Proof.PROVEN)
    await world.calls.raise_proof("CA1", Proof.POSSESSED)
    kept = await world.calls.get("CA1")
    assert kept and kept.proof is Proof.PROVEN


async def test_a_level_makes_no_call_that_is_not_there(world: World) -> None:
    await world.calls.raise_proof("CA404", Proof.PROVEN)
    assert await world.calls.get("CA404") is None and not await world.client.exists("ot:call:{CA404}")
