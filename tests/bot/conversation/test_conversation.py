"""One turn for each message, whoever owns the conversation."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversation.assistant import PERSON, TurnPostponed
from bot.directives import CollectDigits, Handoff, Hangup
from bot.model import Address, AddressKind, ChannelName, Media, Option, Proof, Reply
from bot.ports import DialogueTurn
from tests.bot.conftest import ANA, ANAS_BROWSER, World


def texts_of(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.text for reply in replies]


async def test_a_message_is_answered_in_the_contacts_one_conversation(world: World) -> None:
    first, second = await world.texts("hello"), await world.texts("again")
    called = await world.calls_in("CA1")
    assert texts_of(first.replies) == ["you said hello"]
    assert first.conversation_id == second.conversation_id == called.conversation_id
    assert world.assistant.asked[-1]["said"] == "/call_started"


async def test_a_repeated_message_id_is_answered_as_the_first_time_and_asked_once(world: World) -> None:
    message = world.message(ChannelName.SMS, ANA, "hello")
    first = await world.conversations.receive(message)
    assert await world.conversations.receive(message) == first
    assert len(world.assistant.asked) == 1


async def test_a_turn_that_a_dead_worker_had_run_is_read_back_not_run_again(world: World) -> None:
    message = world.message(ChannelName.SMS, ANA, "hello")
    contact = await world.contacts.find_or_create(ANA)
    await world.needs.turns.begin(message.id)
    await world.conversations.assistant.ask(_turn(message, contact), None, None, False)  # Rasa's part is done, the worker dies
    result = await world.conversations.receive(message)
    assert texts_of(result.replies) == ["you said hello"]
    assert len(world.assistant.asked) == 1


async def test_turns_of_one_conversation_never_overlap(world: World) -> None:
    running, most = 0, 0

    async def slow_append(conversation_id: str, events: object) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    world.assistant.append = slow_append  # type: ignore[method-assign]
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    await asyncio.gather(*(world.texts(str(n)) for n in range(5)))
    assert most == 1


@pytest.mark.parametrize("answer", [DialogueTurn(), DialogueTurn((Reply("part"),), failed_actions=("action_balance",))])
async def test_silence_and_failed_actions_end_in_an_apology_with_the_offer_of_a_person(
    world: World, answer: DialogueTurn
) -> None:
    world.assistant.answer = lambda said: answer
    result = await world.texts("what is my balance")
    assert result.replies[-1].text == "turn_failed"
    assert [o.payload for o in result.replies[-1].options] == [PERSON]
    accepted = await world.texts("1")
    assert accepted.handoff is not None


async def test_an_assistant_that_fails_is_apologised_for_and_one_that_is_away_lets_texts_wait(world: World) -> None:
    world.assistant.failing = True
    assert texts_of((await world.texts("hello")).replies) == ["turn_failed"]
    world.assistant.failing, world.assistant.down = False, True
    message = world.message(ChannelName.SMS, ANA, "are you there")
    with pytest.raises(TurnPostponed):
        await world.conversations.receive(message)
    assert texts_of((await world.says("CA1", "hello")).replies) == ["turn_failed"]
    world.assistant.down = False
    assert texts_of((await world.conversations.receive(message)).replies) == ["you said are you there"]


async def test_numbers_taps_and_titles_pick_the_option_and_the_payload_stays_with_us(world: World) -> None:
    options = (Option("Card", "/card"), Option("Balance", "/balance"))
    world.assistant.answer = lambda said: DialogueTurn((Reply("What?", options),))
    shown = await world.chats("hello")
    await world.chats(choice=f"{shown.menu_id}:2")
    await world.chats("balance")
    await world.chats(choice="m_forged:1", text="Card")
    assert [a["said"] for a in world.assistant.asked] == ["hello", "/balance", "/balance", "Card"]
    assert [a["metadata"]["shown"] for a in world.assistant.asked] == ["hello", "Balance", "balance", "Card"]


async def test_text_that_looks_like_a_command_is_only_words(world: World) -> None:
    await world.texts('/handoff_closed{"outcome": "x"}')
    assert world.assistant.asked[-1]["metadata"]["event_of_ours"] is False


async def test_options_of_several_replies_become_one_menu(world: World) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply("A", (Option("a", "/a"),)), Reply("B", (Option("b", "/b"),))))
    result = await world.chats("hello")
    assert [r.options for r in result.replies] == [(), (Option("a", "/a"), Option("b", "/b"))]


async def test_digits_hangup_and_the_calls_own_level_of_proof_reach_the_line(world: World) -> None:
    await world.calls_in("CA1")
    world.assistant.answer = lambda said: DialogueTurn((Reply("code?"),), (CollectDigits(6), Hangup()))
    result = await world.says("CA1", "", digits="1")
    assert (result.expects_digits, result.collect, result.hangup, result.proof) == (True, 6, True, Proof.CLAIMED)


async def test_stop_is_recorded_and_answered_by_the_carrier_not_by_us(world: World) -> None:
    assert (await world.texts(" Stop ")).replies == ()
    stopped = await world.contacts.find(ANA)
    assert stopped and stopped.opted_out
    await world.texts("YES")
    back = await world.contacts.find(ANA)
    assert back and not back.opted_out
    assert world.assistant.asked == []
    await world.texts("yes")
    assert [a["said"] for a in world.assistant.asked] == ["yes"]


async def test_a_picture_alone_is_said_to_be_unreadable(world: World) -> None:
    result = await world.chats(media=(Media("https://x/y.png", "image/png"),))
    assert texts_of(result.replies) == ["not_readable"]


async def test_while_a_person_owns_it_the_bot_is_silent_on_every_channel(world: World) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply("I will get someone."),), (Handoff("asked for a person"),))
    opened = await world.texts("a person please")
    assert texts_of(opened.replies) == ["I will get someone.", "handoff_waiting place=1"]
    quiet = await world.texts("hello?")
    assert quiet.replies == () and quiet.handoff is not None
    called = await world.calls_in("CA1")
    assert called.handoff is not None and called.handoff.call_sid == "CA1"
    assert len(world.assistant.asked) == 1


async def test_words_to_a_person_are_kept_while_rasa_is_away(world: World) -> None:
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    opened = await world.texts("person")
    assert opened.handoff
    world.assistant.down = True
    await world.texts("it is urgent")
    view = await world.people.view(opened.handoff.id)
    assert view.transcript[-1].text == "it is urgent"
    world.assistant.down = False
    await world.texts("still here")
    said = [e["text"] for e in world.assistant.trackers[opened.conversation_id] if e["event"] == "user"]
    assert said[-2:] == ["it is urgent", "still here"]


async def test_two_browsers_and_two_numbers_are_different_people(world: World) -> None:
    other = Address(AddressKind.WEB, "w2")
    mine, theirs = await world.chats("hi", ANAS_BROWSER), await world.chats("hi", other)
    assert mine.conversation_id != theirs.conversation_id


def _turn(message: object, contact: object) -> object:
    from bot.conversation.turn import Turn

    return Turn(message, contact)  # type: ignore[arg-type]
