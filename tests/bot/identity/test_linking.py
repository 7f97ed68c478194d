"""Joined contacts: told to both sides, undone exactly, and the cases of shared phones and computers."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from bot.directives import Handoff
from bot.identity.links import LinkRefused
from bot.identity.proof import NUMBER_FORGOTTEN, PROOF_LIVES
from bot.model import Address, AddressKind, Contact, Proof, Reply
from bot.ports import DialogueTurn
from bot.ports.stores import LinkRecord
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.identity.test_identity import ask_for_a_code

ANOTHERS_BROWSER = Address(AddressKind.WEB, "w2")


def with_slots(said: dict[str, Any]) -> DialogueTurn:
    return DialogueTurn((Reply(f"re {said['said']}"),))


async def known(world: World, address: Address) -> Contact:
    contact = await world.contacts.find(address)
    assert contact is not None
    return contact


async def linked(world: World) -> tuple[LinkRecord, dict[Address, list[dict[str, Any]]], dict[Address, Contact]]:
    """Ana's phone and a browser, each with a thread of its own, then joined by a code. As they were before comes too."""
    await world.texts("from the phone")
    phone = await known(world, ANA)
    world.assistant.trackers[phone.conversation_id].append({"event": "slot", "name": "full_name", "value": "Ana Lopez"})
    await world.chats("from the browser")
    code = await ask_for_a_code(world)
    browser = await known(world, ANAS_BROWSER)
    world.assistant.trackers[browser.conversation_id].append({"event": "slot", "name": "card_last4", "value": "4421"})
    contacts = {ANA: await known(world, ANA), ANAS_BROWSER: browser}
    before = {a: copy.deepcopy(world.assistant.trackers[c.conversation_id]) for a, c in contacts.items()}
    world.assistant.answer = with_slots
    await world.chats(code)
    (link,) = await world.links.of(phone.id)
    return link, before, contacts


def words(events: list[dict[str, Any]]) -> list[str]:
    return [event["text"] for event in events if event["event"] in ("user", "bot")]


async def test_both_sides_are_told_of_a_link(world: World) -> None:
    link, _, _ = await linked(world)
    told = [message.reply.text for message in await world.sent_to(ANA)]
    assert told[-1] == "linked_elsewhere" and link.by == str(ANAS_BROWSER)
    contact = await known(world, ANA)
    assert "linked" in words(world.assistant.trackers[contact.conversation_id])


async def test_an_undo_leaves_who_has_signed_out_where_they_are(world: World) -> None:
    """The browser has a conversation of its own by then, with a person in it."""
    link, _, contacts = await linked(world)
    await world.chats("sign out")
    alone = await known(world, ANAS_BROWSER)
    await world.needs.linking.undo_by_agent(link.id, "sam")
    assert (await known(world, ANAS_BROWSER)).id == alone.id
    gone = await world.contacts.get(contacts[ANAS_BROWSER].id)
    assert gone is not None and not gone.addresses, "nothing leads to it any more"


@pytest.mark.parametrize("who", [ANA, ANAS_BROWSER])
async def test_an_undo_gives_both_histories_and_slots_back_exactly(world: World, who: Address) -> None:
    _, before, contacts = await linked(world)
    await world.chats("since, from the browser")
    await world.texts("since, from the phone")
    result = await (world.texts("UNLINK") if who == ANA else world.chats("Unlink."))
    assert result.replies[0].text == "unlinked" and result.proof is Proof.CLAIMED
    assert (await known(world, ANA)).id != (await known(world, ANAS_BROWSER)).id
    for address, since in ((ANA, "since, from the phone"), (ANAS_BROWSER, "since, from the browser")):
        contact = await known(world, address)
        tracker = world.assistant.trackers[contact.conversation_id]
        assert tracker[: len(before[address])] == before[address]
        later = tracker[len(before[address]) :]
        assert since in words(later) and {event["event"] for event in later} <= {"user", "bot"}
        other = "browser" if address == ANA else "phone"
        assert not [text for text in words(tracker) if f"from the {other}" in text]
        assert [(a.address, a.proof) for a in contact.addresses] == [(a.address, a.proof) for a in contacts[address].addresses]
    assert (await known(world, ANAS_BROWSER)).conversation_id == contacts[ANAS_BROWSER].conversation_id


async def test_after_an_undo_each_goes_on_alone_and_can_be_joined_again(world: World) -> None:
    await linked(world)
    await world.texts("unlink")
    assert (await world.chats("hello")).conversation_id != (await world.texts("hello")).conversation_id
    code = await ask_for_a_code(world)
    await world.chats(code)
    assert (await world.chats("hello")).conversation_id == (await world.texts("hello")).conversation_id


async def test_an_undo_may_die_anywhere_and_be_done_again(world: World) -> None:
    link, before, _ = await linked(world)
    await world.texts("since")
    contact = await known(world, ANA)
    linking = world.needs.linking
    await linking._trackers_apart(contact, link)  # as far as a worker came that died
    await linking.undo_by_agent(link.id, "sam")
    again = await linking.undo_by_agent(link.id, "sam")
    assert again.undone_by == "sam"
    for address, events in before.items():
        tracker = world.assistant.trackers[(await known(world, address)).conversation_id]
        assert tracker[: len(events)] == events and words(tracker).count("since") == (address == ANA)


async def test_links_are_undone_the_newest_first(world: World) -> None:
    link, _, _ = await linked(world)
    world.clock.passes(minutes=1)
    await world.chats("hello", ANOTHERS_BROWSER)
    code = await ask_for_a_code(world, ANOTHERS_BROWSER)
    await world.chats(code, ANOTHERS_BROWSER)
    with pytest.raises(LinkRefused, match="newer"):
        await world.needs.linking.undo_by_agent(link.id, "sam")
    await world.texts("unlink")
    assert (await known(world, ANOTHERS_BROWSER)).id != (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id
    await world.texts("unlink")
    assert (await known(world, ANAS_BROWSER)).id != (await known(world, ANA)).id


async def test_an_open_handoff_goes_with_the_side_that_spoke_last(world: World) -> None:
    link, _, _ = await linked(world)
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    await world.texts("a person please")
    await world.needs.linking.undo_by_agent(link.id, "sam")
    mine, others = await known(world, ANA), await known(world, ANAS_BROWSER)
    assert (await world.handoffs.open_for(mine.conversation_id)) is not None
    assert (await world.handoffs.open_for(others.conversation_id)) is None


async def test_unlink_means_nothing_where_nothing_was_linked(world: World) -> None:
    world.assistant.answer = with_slots
    assert (await world.texts("unlink")).replies[0].text == "re unlink"


async def test_a_month_later_only_an_agent_can_undo(world: World) -> None:
    link, _, _ = await linked(world)
    world.clock.passes(days=31)
    assert (await world.texts("unlink")).replies[0].text == "re unlink"
    assert (await world.needs.linking.undo_by_agent(link.id, "sam")).undone_at is not None


async def test_who_signs_out_leaves_nothing_to_the_next_one_at_this_computer(world: World) -> None:
    await linked(world)
    result = await world.chats("sign out")
    assert result.replies[0].text == "signed_out"
    fresh = await known(world, ANAS_BROWSER)
    assert fresh.id != (await known(world, ANA)).id and fresh.proof_of(ANAS_BROWSER) is Proof.CLAIMED
    await world.chats("hello")
    assert "from the browser" not in words(world.assistant.trackers[fresh.conversation_id])
    assert world.assistant.asked[-1]["metadata"]["tel"] is None


async def test_two_people_on_one_phone_share_the_thread_and_a_call_proves_only_itself(world: World) -> None:
    await linked(world)
    assert (await world.calls_in("CA1")).proof is Proof.CLAIMED  # whoever of the two it is
    await world.texts("forget this phone")
    assert (await world.calls_in("CA2")).conversation_id != (await known(world, ANAS_BROWSER)).conversation_id


async def test_a_number_that_was_silent_for_a_year_is_somebody_elses(world: World) -> None:
    await linked(world)
    await world.texts("still me")
    before = await known(world, ANA)
    world.clock.passes(days=NUMBER_FORGOTTEN.days + 1)
    result = await world.texts("hi, new number!")
    assert result.conversation_id != before.conversation_id and result.proof is Proof.CLAIMED
    assert (await known(world, ANAS_BROWSER)).id == before.id


async def test_a_number_that_refused_messages_refuses_them_for_its_next_owner_too(world: World) -> None:
    contact = await world.contacts.find_or_create(ANA)
    await world.contacts.update(contact.id, lambda now: replace(now, opted_out=True))
    assert (await world.contacts.detach(ANA)).opted_out


@pytest.mark.parametrize(
    ("address", "days"), [(ANA, PROOF_LIVES[AddressKind.TEL].days), (ANAS_BROWSER, PROOF_LIVES[AddressKind.WEB].days)]
)
async def test_proof_does_not_last_for_ever(world: World, address: Address, days: int) -> None:
    await linked(world)
    say = world.texts if address == ANA else world.chats
    world.clock.passes(days=days, minutes=-1)
    assert (await say("hello")).proof is Proof.POSSESSED
    world.clock.passes(minutes=2)
    assert (await say("hello")).proof is Proof.CLAIMED


# -- words that undo something mean nothing else ------------------------------------------------------------------------

MAY_MEAN_IT = ["It wasn't me.", "not me", "That was not me!", "it's not me", "log out", "Forget me", "sign me out"]
NAMED = ["UNLINK", "unlink.", "SIGN OUT", "Sign out!"]


async def with_a_person(world: World) -> str:
    """The joined customer is with Sam, who asks something."""
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    await world.texts("a person please")
    contact = await known(world, ANA)
    handoff = await world.handoffs.open_for(contact.conversation_id)
    assert handoff is not None
    await world.people.accept(handoff.id, "sam", None)
    await world.people.reply(handoff.id, "sam", "Did you make this payment?", "1")
    return handoff.id


@pytest.mark.parametrize("words_said", [*MAY_MEAN_IT, *NAMED])
@pytest.mark.parametrize("who", [ANA, ANAS_BROWSER])
async def test_while_a_person_has_it_all_words_are_for_that_person(world: World, words_said: str, who: Address) -> None:
    link, _, _ = await linked(world)
    handoff_id = await with_a_person(world)
    result = await (world.texts(words_said) if who == ANA else world.chats(words_said))
    assert result.replies == () and result.handoff and result.handoff.id == handoff_id
    view = await world.people.view(handoff_id)
    assert view.transcript[-1].text == words_said
    assert [one.id for one in view.links if one.undone_at is None] == [link.id], "the desk still has it to take apart"
    assert (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id


@pytest.mark.parametrize("words_said", NAMED)
async def test_nor_while_a_person_is_waited_for(world: World, words_said: str) -> None:
    await linked(world)
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    await world.texts("a person please")
    assert (await world.texts(words_said)).replies == ()
    assert (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id


@pytest.mark.parametrize("who", [ANA, ANAS_BROWSER])
async def test_it_wasnt_me_right_after_the_notice_is_asked_back(world: World, who: Address) -> None:
    await linked(world)
    world.clock.passes(minutes=1)

    async def say(text: str) -> str:
        return (await (world.texts(text) if who == ANA else world.chats(text))).replies[0].text

    assert await say("It wasn't me.") == "unlink_ask"
    assert (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id, "nothing was undone by it"
    world.clock.passes(seconds=20)
    assert await say("UNLINK") == "unlinked"


@pytest.mark.parametrize("words_said", ["It wasn't me.", "not me", "that was not me"])
async def test_later_it_is_an_answer_like_others(world: World, words_said: str) -> None:
    """To "Did you order this card?", say."""
    await linked(world)
    world.clock.passes(minutes=1)
    await world.texts("hello")
    world.assistant.answer = with_slots
    assert (await world.texts(words_said)).replies[0].text == f"re {words_said}"
    assert (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id


@pytest.mark.parametrize("words_said", ["log out", "Forget me", "Sign off.", "sign me out"])
async def test_what_may_mean_signing_out_is_asked_back(world: World, words_said: str) -> None:
    await linked(world)
    assert (await world.chats(words_said)).replies[0].text == "sign_out_ask"
    assert (await known(world, ANA)).id == (await known(world, ANAS_BROWSER)).id
    assert (await world.chats("SIGN OUT")).replies[0].text == "signed_out"
