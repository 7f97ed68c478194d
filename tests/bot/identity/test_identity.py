"""Who is it? Codes, their limits, and joining two contacts only after proof."""

from __future__ import annotations

import pytest

from bot.conversation.assistant import TurnPostponed
from bot.directives import SendCode
from bot.identity.one_time_codes import CODE_TRIES, SENDS_PER_TEL, TRIES_PER_TEL, code_in
from bot.model import Address, AddressKind, ChannelName, InboundMessage, Proof, Reply, now
from bot.ports import DialogueTurn
from tests.bot.conftest import ANA, ANAS_BROWSER, World


async def ask_for_a_code(world: World, sender: Address = ANAS_BROWSER, tel: Address = ANA) -> str:
    """The customer asks on web chat; gives the code as it arrived by SMS."""
    world.assistant.answer = lambda said: DialogueTurn((Reply("code?"),), (SendCode(tel.value),))
    await world.chats("verify", sender)
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["metadata"]["code"]),))
    sent = (await world.sent_to(tel))[-1]
    return sent.reply.text.split("code=")[1].split()[0]


async def test_a_code_that_comes_back_proves_the_number_and_joins_the_phones_contact(world: World) -> None:
    await world.texts("hello from my phone")
    await world.chats("hello from my browser")
    code = await ask_for_a_code(world)
    result = await world.chats(f"it is {code[:3]} {code[3:]}")
    assert result.replies[0].text == "accepted" and result.proof is Proof.POSSESSED
    joined = await world.contacts.find(ANA)
    assert joined and joined == await world.contacts.find(ANAS_BROWSER)
    assert {str(a.address): a.proof for a in joined.addresses} == {str(ANA): Proof.POSSESSED, str(ANAS_BROWSER): Proof.POSSESSED}
    said = [e["text"] for e in world.assistant.trackers[joined.conversation_id] if e["event"] == "user"]
    assert said[:2] == ["hello from my phone", "hello from my browser"]


async def test_a_number_nobody_used_before_becomes_the_browsers_own(world: World) -> None:
    code = await ask_for_a_code(world)
    before = await world.contacts.find(ANAS_BROWSER)
    await world.chats(code)
    after = await world.contacts.find(ANA)
    assert before and after and before.id == after.id
    assert (await world.texts("hi")).conversation_id == before.conversation_id


async def test_what_joined_two_contacts_is_recorded_with_both_as_they_were(world: World) -> None:
    await world.texts("hello")
    code = await ask_for_a_code(world)
    await world.chats(code)
    records = await world.client.xrange("ot:links")
    assert len(records) == 1 and "before" in records[0][1]["json"]


async def test_five_wrong_guesses_lock_the_code_even_for_the_right_one(world: World) -> None:
    code = await ask_for_a_code(world)
    wrong = "000000" if code != "000000" else "111111"
    answers = [(await world.chats(wrong)).replies[0].text for _ in range(CODE_TRIES)]
    assert answers == ["wrong"] * CODE_TRIES
    assert (await world.chats(code)).replies[0].text == "locked"
    assert (await world.contacts.find(ANAS_BROWSER)).proof_of(ANAS_BROWSER) is Proof.CLAIMED  # type: ignore[union-attr]


async def test_a_code_lives_ten_minutes(world: World) -> None:
    code = await ask_for_a_code(world)
    world.clock.passes(minutes=10)
    assert (await world.chats(code)).replies[0].text == "expired"


async def test_a_code_works_once_and_only_in_the_conversation_that_asked(world: World) -> None:
    code = await ask_for_a_code(world)
    stranger = Address(AddressKind.WEB, "stranger")
    assert (await world.chats(code, stranger)).replies[0].text == "none"
    assert (await world.chats(code)).replies[0].text == "accepted"
    assert (await world.chats(code)).replies[0].text == "none"


async def test_codes_to_one_number_are_limited_whoever_asks(world: World) -> None:
    world.assistant.answer = lambda said: (
        DialogueTurn((Reply("refused"),))
        if said["said"] == "/code_not_sent"
        else DialogueTurn((Reply("sent"),), (SendCode(ANA.value),))
    )
    limit = SENDS_PER_TEL[0]
    answers = [(await world.chats("verify", Address(AddressKind.WEB, f"w{n}"))).replies[0].text for n in range(limit + 1)]
    assert answers == ["sent"] * limit + ["refused"]
    assert len(await world.sent_to(ANA)) == limit


async def test_who_refused_messages_gets_no_code(world: World) -> None:
    await world.texts("STOP")
    world.assistant.answer = lambda said: DialogueTurn(
        (Reply(said["said"]),), () if said["said"][0] == "/" else (SendCode(ANA.value),)
    )
    assert (await world.chats("verify")).replies[0].text == "verify"  # nobody learns of another that we know them
    assert await world.sent_to(ANA) == []
    assert (await world.texts("verify")).replies == ()  # to the number itself nothing is sent at all


async def test_a_forged_caller_id_gets_the_thread_but_no_level_of_proof(world: World) -> None:
    code = await ask_for_a_code(world)
    await world.chats(code)
    call = await world.calls_in("CA1")
    assert call.proof is Proof.CLAIMED
    assert world.assistant.asked[-1]["metadata"]["proof"] == "claimed"


async def test_a_code_keyed_on_a_call_proves_this_call_and_no_other(world: World) -> None:
    await world.calls_in("CA1")
    world.assistant.answer = lambda said: DialogueTurn((Reply("code?"),), (SendCode(ANA.value),))
    await world.says("CA1", "balance")
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["metadata"]["proof"]),))
    code = (await world.sent_to(ANA))[-1].reply.text.split("code=")[1].split()[0]
    assert (await world.says("CA1", "", digits=code)).replies[0].text == "possessed"
    assert (await world.calls_in("CA2")).replies[0].text == "claimed"


async def test_the_store_holds_no_code_in_the_clear(world: World) -> None:
    code = await ask_for_a_code(world)
    contact = await world.contacts.find(ANAS_BROWSER)
    assert contact
    stored = await world.client.get(f"ot:code:{{{contact.conversation_id}}}")
    assert stored and code not in stored


@pytest.mark.parametrize(
    ("text", "digits", "code"),
    [
        ("123456", None, "123456"),
        ("it's 123 456 thanks", None, "123456"),
        ("1-2-3-4-5-6", None, "123456"),
        ("12345", None, None),
        ("1234567", None, None),
        ("call 212 555 0147", None, None),
        ("123456 or 654321", None, None),
        ("", "123456", "123456"),
        ("123456", "1", None),
        ("no digits", None, None),
    ],
)
def test_what_reads_as_a_code(text: str, digits: str | None, code: str | None) -> None:
    assert code_in(InboundMessage("x", ChannelName.SMS, ANA, now(), text, digits=digits)) == code


async def test_a_guess_that_is_worked_on_again_and_again_counts_once(world: World) -> None:
    """The assistant is away for minutes: neither the number nor the code is used up, and the right code is right in the end."""
    await world.texts("hello")
    code = await ask_for_a_code(world)
    world.assistant.down = True
    for text in ("000000" if code != "000000" else "111111", code):
        message = world.message(ChannelName.WEB, ANAS_BROWSER, text)
        for _ in range(2 * TRIES_PER_TEL[0]):
            with pytest.raises(TurnPostponed):
                await world.conversations.receive(message)
    world.clock.passes(minutes=15)  # longer than the code lives: it came in time
    world.assistant.down = False
    await world.conversations.receive(message)
    assert (await world.contacts.find(ANAS_BROWSER)).proof_of(ANAS_BROWSER) is Proof.POSSESSED  # type: ignore[union-attr]
    assert world.assistant.asked[-1]["metadata"]["tel"] == ANA.value
    assert (await world.sent_to(ANA))[-1].reply.text == "linked_elsewhere"


async def test_what_could_not_be_joined_yet_stays_right_for_its_own_message_alone(world: World) -> None:
    await world.texts("hello")
    code = await ask_for_a_code(world)
    world.assistant.down = True
    with pytest.raises(TurnPostponed):
        await world.chats(code)
    world.assistant.down = False
    world.clock.passes(minutes=15)
    assert (await world.chats(code)).replies[0].text == "expired"
