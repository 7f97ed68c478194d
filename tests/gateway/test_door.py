"""The door through the running gateway: what a customer gets to read, and what is kept of it, channel by channel."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.model import Address, AddressKind, ChannelName, InboundMessage, now
from bot.ports import HandoffRefused
from connectors.web.log import VisitorLog
from tests.gateway.conftest import SID, House, said_in_messenger
from tests.gateway.observe.test_private import captured as captured  # the fixture: what is written to standard output
from tests.redis_text import all_of_redis

ANA = Address(AddressKind.TEL, "+12125550147")
CARD = "4111 1111 1111 1111"
SECRETS = ("4111111111111111", "987654321")
"""Figures of a card and of a social security number, without what stands between."""


def sid(number: int) -> str:
    return f"SM{number:032x}"


def bodies(house: House) -> list[str]:
    """What went out by text, in order."""
    return [str(sent["Body"]) for sent in house.outside.texts if "Body" in sent]


def asked(house: House) -> list[str]:
    """What the assistant was asked."""
    return [str(turn.get("text") or turn.get("payload")) for turn in house.outside.turns]


def readable(page: str, *secrets: str) -> list[str]:
    """The secrets that stand in it, whatever stands between their figures."""
    return [secret for secret in secrets if re.search(r"[\s\-.,]{0,3}".join(secret), page)]


def choosing(yes: str = "Shall I put you through now?") -> Callable[[dict[str, Any]], web.Response]:
    """An assistant that asks a question with yes and no."""
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]

    def answer(said: dict[str, Any]) -> web.Response:
        done = said.get("payload") in ("/affirm", "/deny")
        message = {"text": f"chosen {said['payload']}"} if done else {"text": yes, "buttons": buttons}
        return web.json_response({"messages": [message], "failed_actions": []})

    return answer


# -- secrets -------------------------------------------------------------------------------------------------------------


async def write_secrets(house: House) -> None:
    """A card and a social security number in several forms, on every channel."""
    wordy = "four one one one one one one one one one one one one one one one"
    forms = [f"my card is {CARD}, 12/29, cvv 123", wordy, "٤١١١-١١١١-١١١١-١١١١", "4111111111111111", "my ssn is 987-65-4321"]
    for number, text in enumerate(forms):
        await house.texts(text, sid(100 + number))
        await house.messages(said_in_messenger(text, f"m_{number}"))
    socket = await house.chats()
    for number, text in enumerate(forms):
        await socket.send_json({"type": "message", "id": f"c{number}", "text": text})
    await socket.send_json({"type": "ping"})
    while (await socket.receive_json())["type"] != "pong":
        pass
    await socket.close()
    call = {"CallSid": f"CA{1:032x}", "From": ANA.value, "To": "+13125550191", "CallStatus": "in-progress"}
    await house.signed("/twilio/voice", call)
    await house.signed("/twilio/voice/answer?step=1", call | {"SpeechResult": f"my card is {CARD}", "Confidence": "0.2"})
    await house.signed("/twilio/voice/answer?step=2", call | {"SpeechResult": wordy, "Confidence": "0.9"})
    await house.signed("/twilio/voice/answer?step=3", call | {"Digits": "4111111111111111"})
    await house.signed("/twilio/voice/partial?step=3", call | {"UnstableSpeechResult": wordy})


async def test_no_card_is_readable_anywhere(house: House, captured: pytest.CaptureFixture[str]) -> None:
    await write_secrets(house)
    await house.emptied()
    kept, written = await all_of_redis(house.core.base.store.client), captured.readouterr()
    heard = str(house.outside.turns) + str(house.outside.texts)
    assert len(asked(house)) >= 15, "each was answered all the same"
    for page in (kept, heard, written.out, written.err):
        assert readable(page, *SECRETS) == [] and "one one one one one" not in page


async def test_what_stands_beside_a_card_goes_with_it(house: House) -> None:
    await house.texts(f"my card is {CARD}, 12/29, cvv 123. My order is 1234567890123456", sid(1))
    await house.emptied()
    assert asked(house) == ["my card is ****, ****, cvv ****. My order is 1234567890123456"]
    assert 'onethread_door_total{channel="sms",what="masked_card"} 1.0' in await house.metrics()


async def test_a_reload_of_the_chat_shows_no_card(house: House) -> None:
    socket = await house.chats()
    await socket.send_json({"type": "message", "id": "c1", "text": f"it is {CARD}"})
    line = await own_line(socket)
    assert line["text"] == "it is ****"


async def own_line(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = await socket.receive_json(timeout=10)
        if frame["type"] == "message" and frame["author"] == "customer":
            return frame


async def test_a_text_with_a_code_is_blanked_once_it_is_sent(house: House) -> None:
    contact = await house.core.base.store.contacts.find_or_create(Address(AddressKind.WEB, "w1"))
    message = InboundMessage("web:w1:1", ChannelName.WEB, Address(AddressKind.WEB, "w1"), now())
    assert await house.core.conversation.conversations.assistant.send_code(contact, ANA.value, message)
    await house.emptied()
    code = re.search(r"\d{6}", bodies(house)[0])
    assert code and readable(await all_of_redis(house.core.base.store.client), code[0]) == []


async def a_code(house: House, visitor: Address) -> str:
    """A code that was sent to Ana's number for this visitor."""
    contact = await house.core.base.store.contacts.find_or_create(visitor)
    return await house.core.identity.linking.identity.one_time_codes.new_code(contact, ANA.value)


@pytest.mark.parametrize(
    "form", ["{0}", "it is {0}", "{1}", "{2}", "{3}", "{4}"], ids=["plain", "sentence", "arabic", "no-break", "spaced", "words"]
)
async def test_a_code_counts_in_every_script_and_is_readable_nowhere_afterwards(house: House, form: str) -> None:
    code = await a_code(house, Address(AddressKind.MESSENGER, "1000000000000001"))
    arabic = "".join(chr(0x660 + int(d)) for d in code)
    spoken = " ".join("zero one two three four five six seven eight nine".split()[int(d)] for d in code)
    written = form.format(code, arabic, f"{code[:3]}\u00a0{code[3:]}", " ".join(code), spoken)
    await house.messages(said_in_messenger(written, "m_code"))
    await house.emptied()
    assert house.outside.turns[-1]["metadata"]["code"] == "accepted"
    page = await all_of_redis(house.core.base.store.client) + str(house.outside.turns)
    assert readable(page, code) == [] and written not in page


async def test_a_code_in_the_chat_is_masked_after_it_was_checked(house: House) -> None:
    socket = await house.chats()
    await socket.send_json({"type": "message", "id": "c1", "text": "hello"})
    await own_line(socket)
    await house.emptied()
    keys = [str(key) async for key in house.core.base.store.client.scan_iter("ot:{w:*}:log")]
    web_id = keys[0].split(":")[2].rstrip("}")
    code = await a_code(house, Address(AddressKind.WEB, web_id))
    await socket.send_json({"type": "message", "id": "c2", "text": code})
    await house.outside.has(house.outside.turns, 2)
    await house.emptied()
    log = VisitorLog(house.core.base.store.client, house.core.channels.web._limits)
    lines = [line["text"] for _, line in await log.after(web_id, 0)]
    assert "****" in lines and readable(await all_of_redis(house.core.base.store.client), code) == []


# -- what is no message ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Liked “Your code is 482913”", "Loved an image", "Reacted 👍 to “1 Yes”", "Le encantó “Hola”"])
async def test_a_reaction_as_words_gets_no_turn(house: House, text: str) -> None:
    await house.texts(text, sid(1))
    await house.texts("hello", sid(2))
    await house.emptied()
    assert asked(house) == ["hello"] and bodies(house) == ["re hello"]


async def test_a_like_of_the_open_question_is_a_yes_and_of_another_none(house: House) -> None:
    house.outside.rasa = choosing()
    await house.texts("a person please", sid(1))
    await house.emptied()
    question = bodies(house)[0]
    await house.texts("Liked “Welcome to Harbour Bank, what can I do?”", sid(2))
    await house.texts(f"Liked “{question}”", sid(3))
    await house.emptied()
    assert asked(house) == ["a person please", "/affirm"]


def messenger_event(**event: Any) -> dict[str, Any]:
    """An event of Ana's Messenger thread, or of the page's where it is an echo."""
    body = said_in_messenger("", "m_0")
    item = body["entry"][0]["messaging"][0]
    del item["message"]
    item.update(event)
    return body


def echo_of_a_colleague(text: str, mid: str = "m_inbox") -> dict[str, Any]:
    body = messenger_event(message={"is_echo": True, "app_id": 263902037430900, "mid": mid, "text": text})
    item = body["entry"][0]["messaging"][0]
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    return body


def said_to_tracker(house: House) -> list[dict[str, Any]]:
    """The lines that were written without a turn, in order."""
    return [event for event in house.outside.lines if event["event"] in ("user", "bot")]


async def test_a_reaction_to_our_question_in_messenger_is_a_yes(house: House) -> None:
    house.outside.rasa = choosing()
    await house.messages(said_in_messenger("a person please", "m_in"))
    await house.emptied()
    await house.messages(messenger_event(reaction={"reaction": "like", "emoji": "👍", "action": "react", "mid": "m_other"}))
    await house.messages(messenger_event(reaction={"reaction": "like", "emoji": "👍", "action": "react", "mid": "m_1"}))
    await house.emptied()
    assert asked(house) == ["a person please", "/affirm"]
    assert [line["metadata"]["kind"] for line in said_to_tracker(house)] == ["reaction"], "the other one is a line"


async def test_new_words_count_when_nothing_came_after(house: House) -> None:
    await house.messages(said_in_messenger("my card is 4412", "m_first"))
    await house.emptied()
    house.outside.tracker = [{"event": "user", "text": "my card is 4412", "message_id": "messenger:m_first", "metadata": {}}]
    await house.messages(messenger_event(message_edit={"mid": "m_first", "text": "my card is 4421", "num_edit": 1}))
    await house.emptied()
    assert asked(house) == ["my card is 4412", "my card is 4421"] and house.outside.turns[1]["metadata"]["kind"] == "edit"
    house.outside.tracker = [
        *house.outside.tracker,
        {"event": "user", "text": "yes", "message_id": "messenger:m_2", "metadata": {}},
    ]
    await house.messages(messenger_event(message_edit={"mid": "m_first", "text": "my card is 9999", "num_edit": 2}))
    await house.emptied()
    assert len(asked(house)) == 2 and said_to_tracker(house)[-1]["text"] == "my card is 9999", "kept for a person to read"


async def test_a_colleague_in_metas_inbox_has_the_conversation(house: House) -> None:
    await house.messages(said_in_messenger("hello", "m_in"))
    await house.emptied()
    await house.messages(echo_of_a_colleague("Hi, this is Tom. What is your name?"))
    await house.messages(said_in_messenger("Ana Lopez", "m_in2"))
    await house.emptied()
    assert asked(house) == ["hello"], "the assistant is quiet"
    opened = (await house.core.handoff.handoffs.listing())[0]
    assert (opened.agent, said_to_tracker(house)[0]["metadata"]["agent"]) == ("Meta inbox", "Meta inbox")
    taken = await house.core.people.accept(opened.id, "tom", None)
    assert taken.agent == "tom", "an agent here may take it over"


async def test_after_a_while_without_a_colleague_the_assistant_goes_on(house: House) -> None:
    await house.messages(echo_of_a_colleague("Hi, this is Tom."))
    await house.emptied()
    async for key in house.core.base.store.client.scan_iter("ot:note:inbox:*"):
        await house.core.base.store.client.delete(key)  # half an hour has passed
    await house.messages(said_in_messenger("where is my card", "m_in"))
    await house.emptied()
    assert asked(house) == ["where is my card"] and await house.core.handoff.handoffs.listing() == []


async def test_our_own_echo_changes_nothing(house: House) -> None:
    await house.messages(said_in_messenger("hello", "m_in"))
    await house.emptied()
    await house.messages(echo_of_a_colleague("re hello", "m_1"))
    await house.messages(said_in_messenger("where is my card", "m_in2"))
    await house.emptied()
    assert asked(house) == ["hello", "where is my card"]


MMS = {"NumMedia": "1", "MediaContentType0": "image/jpeg"}


async def test_a_picture_is_kept_and_told_once(house: House) -> None:
    for number, words in enumerate(["", "", "what is this fee"]):
        await house.texts(words, sid(number), **MMS, MediaUrl0=f"https://api.twilio.com/Media/ME{number}")
    await house.emptied()
    assert asked(house) == ["what is this fee"]
    assert len([body for body in bodies(house) if "colleague" in body]) == 1
    kept = [line["metadata"]["media"][0]["url"] for line in said_to_tracker(house) if line["event"] == "user"]
    kept += [turn["metadata"]["media"][0]["url"] for turn in house.outside.turns]
    assert kept == [f"https://api.twilio.com/Media/ME{number}" for number in range(3)]


async def test_an_agent_sees_a_picture_fetched_with_our_credentials(house: House) -> None:
    house.outside.files = {"ME1": b"\x89PNG\r\n\x1a\n....", "ME2": b"<svg onload=alert(1)>", "ME3": CONTACT_CARD}
    await house.texts("hello", sid(1))
    await house.emptied()
    contact = await house.core.base.store.contacts.find(ANA)
    assert contact is not None
    await house.core.conversation.conversations.wants_person(came_now("sms:x", ANA), "asked")
    house.outside.closed = True  # what waits for Rasa is shown all the same
    for number in (1, 2, 3):
        url = f"{house.outside_url}/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME{number}"
        await house.texts("", sid(10 + number), **MMS, MediaUrl0=url)
    await house.texts("", sid(20), **MMS, MediaUrl0="http://169.254.169.254/latest/meta-data")
    await house.emptied()
    opened = (await house.core.handoff.handoffs.listing())[0]
    view = await house.core.people.view(opened.id)
    keys = [media.key for line in view.transcript for media in line.media]
    found = [await house.core.people.attachment(opened.id, key) for key in keys[:3]]
    assert [(one.content_type, one.shown) for one in found if one] == [
        ("image/png", True), ("application/octet-stream", False), ("text/plain", True)
    ]  # fmt: skip
    assert found[2] is not None and found[2].body.decode() == "Ana Lopez\n+12125550147"
    assert house.outside.fetched_with == {True}, "with the account's credentials"
    with pytest.raises(HandoffRefused):
        await house.core.people.attachment(opened.id, keys[3])
    assert await house.core.people.attachment(opened.id, "0" * 24) is None


CONTACT_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lopez;Ana;;;\r\nFN:Ana Lopez\r\nTEL;TYPE=CELL:+12125550147\r\nEND:VCARD\r\n"


def came_now(message_id: str, sender: Address) -> InboundMessage:
    return InboundMessage(message_id, ChannelName.SMS, sender, now())


async def test_machines_get_no_answer(house: House) -> None:
    await house.texts("I'm driving with Do Not Disturb While Driving turned on. I'll see your message later.", sid(1))
    await house.texts("Sent from my iPhone", sid(2))
    await house.messages(said_in_messenger("Automatic reply: I am on holiday", "m_1"))
    await house.emptied()
    assert (asked(house), house.outside.texts) == ([], [])


@pytest.mark.parametrize(
    ("sign", "chosen"),
    [("👍", "/affirm"), ("👍🏽", "/affirm"), ("✅", "/affirm"), ("👎", "/deny"), ("👎🏿", "/deny"), ("❌", "/deny")],
)
async def test_a_thumb_answers_a_question(house: House, sign: str, chosen: str) -> None:
    house.outside.rasa = choosing()
    await house.texts("a person please", sid(1))
    await house.texts(sign, sid(2))
    await house.emptied()
    assert asked(house)[-1] == chosen


async def test_signs_without_a_question_are_thanks(house: House) -> None:
    await house.texts("🙏", sid(1))
    await house.texts("👍🏽", sid(2))
    await house.emptied()
    assert asked(house) == ["thank you", "thank you"]
    assert house.outside.turns[0]["metadata"]["shown"] == "🙏"


# -- sizes -----------------------------------------------------------------------------------------------------------------


async def test_nothing_to_see_is_asked_back_once(house: House) -> None:
    for number, text in enumerate(["   ", "\u200b", "\u3164"]):
        await house.texts(text, sid(number))
    await house.emptied()
    assert asked(house) == [] and len(bodies(house)) == 1 and "without any words" in bodies(house)[0]


async def test_nine_thousand_characters_are_told_the_limit(house: House) -> None:
    await house.messages(said_in_messenger("long " * 1800, "m_1"))
    await house.texts("long " * 400, sid(1))
    await house.emptied()
    said = [str(sent.get("Body") or sent["message"]["text"]) for sent in house.outside.texts]
    assert asked(house) == [] and len(said) == 2
    assert all("too long" in text for text in said) and {"2000", "1600"} == {re.findall(r"\d{4}", text)[0] for text in said}


# -- no more texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Stop.", "no more texts"),
        ("please stop texting me", "no more texts"),
        ("don't text me anymore", "no more texts"),
        ("no me envíes más mensajes", "ya no recibe mensajes"),
    ],
)
async def test_any_wording_ends_the_texts_with_one_confirmation(house: House, text: str, told: str) -> None:
    await house.texts(text, sid(1))
    await house.texts("where is my card", sid(2))
    await house.texts(text, sid(3))
    await house.emptied()
    assert len(bodies(house)) == 1 and told in bodies(house)[0] and asked(house) == []
    contact = await house.core.base.store.contacts.find(ANA)
    assert contact is not None and contact.opted_out


@pytest.mark.parametrize("text", ["Stop\n\nSent from my iPhone", "ＳＴＯＰ", "wrong number, stop"])
async def test_a_word_that_twilio_did_not_see_whole_is_confirmed_by_us(house: House, text: str) -> None:
    await house.texts(text, sid(1))
    await house.texts("where is my card", sid(2))
    await house.emptied()
    assert len(bodies(house)) == 1 and "no more texts" in bodies(house)[0] and asked(house) == []


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "Quit", "revoke", "OPTOUT"])
async def test_what_twilio_answers_itself_gets_no_second_answer(house: House, word: str) -> None:
    await house.texts(word, sid(1))
    await house.emptied()
    assert bodies(house) == [] and asked(house) == []


async def test_start_brings_the_texts_back(house: House) -> None:
    """Twilio confirms to those whom it blocks; who stopped in other words is confirmed by us."""
    for number, text in enumerate(["stop texting me", "START", "what are your opening hours", "STOP", "START", "and now"]):
        await house.texts(text, sid(number))
    await house.emptied()
    assert "no more texts" in bodies(house)[0] and "on again" in bodies(house)[1]
    assert bodies(house)[2:] == ["re what are your opening hours", "re and now"]


async def test_text_me_again_is_confirmed_once(house: House) -> None:
    for number, text in enumerate(["stop texting me", "you can text me again", "hello"]):
        await house.texts(text, sid(number))
    await house.emptied()
    assert len(bodies(house)) == 3 and "on again" in bodies(house)[1] and bodies(house)[2] == "re hello"


async def test_what_only_may_be_meant_is_told_how_once(house: House) -> None:
    await house.texts("how do I stop these texts", sid(1))
    await house.emptied()
    assert len(bodies(house)) == 1 and "reply STOP" in bodies(house)[0]
    contact = await house.core.base.store.contacts.find(ANA)
    assert contact is not None and not contact.opted_out


@pytest.mark.parametrize(
    "text", ["stop the activation", "don't stop", "I can't stop my card", "cancel my card", "end of the month"]
)
async def test_other_stops_go_to_the_assistant(house: House, text: str) -> None:
    await house.texts(text, sid(1))
    await house.emptied()
    assert asked(house) == [text]


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_has_one_answer_and_it_is_twilios(house: House, word: str) -> None:
    await house.texts(word, sid(1))
    await house.emptied()
    assert bodies(house) == [] and asked(house) == []


async def test_stop_texting_me_in_messenger_means_the_texts(house: House) -> None:
    psid = "1000000000000001"
    code = await a_code(house, Address(AddressKind.MESSENGER, psid))
    await house.messages(said_in_messenger(code, "m_1"))
    await house.messages(said_in_messenger("please stop texting me", "m_2"))
    await house.messages(said_in_messenger("stop", "m_3"))
    await house.emptied()
    assert asked(house)[-1] == "stop" and "no more texts" in house.outside.texts[1]["message"]["text"]
    contact = await house.core.base.store.contacts.find(ANA)
    assert contact is not None and contact.opted_out


# -- robots ------------------------------------------------------------------------------------------------------------------


def puzzled(_said: dict[str, Any]) -> web.Response:
    return web.json_response({"messages": [{"text": "Sorry, I did not get that."}], "failed_actions": []})


async def exchanged(house: House, *said: str) -> None:
    """Each comes when what went before has its answer, as from a machine."""
    for number, words in enumerate(said, len(house.outside.turns) * 1000):
        await house.texts(words, sid(number))
        await house.emptied()


async def test_a_robot_that_answers_every_text_is_left_alone(house: House) -> None:
    house.outside.rasa = puzzled
    await exchanged(house, *["Thanks for your message. We read it on Monday."] * 30)
    assert len(bodies(house)) == 5 and "other ones" in bodies(house)[-1]
    assert len(asked(house)) == 5
    await exchanged(house, "where is my card")
    assert asked(house)[-1] == "where is my card", "other words are answered"
    assert re.search(r'onethread_door_total\{channel="sms",what="robot"\} 26\.0', await house.metrics())


async def test_a_ticket_number_does_not_help_a_robot(house: House) -> None:
    house.outside.rasa = puzzled
    await exchanged(house, *(f"Thanks for your message. Ticket {number} was opened." for number in range(30)))
    assert len(bodies(house)) == 21 and "other ones" in bodies(house)[-1]


async def test_a_robot_with_two_texts_is_one_too(house: House) -> None:
    house.outside.rasa = puzzled
    await exchanged(house, *["Thanks for your message.", "We are closed today."] * 9)
    assert len(bodies(house)) == 18 and "other ones" in bodies(house)[-1]
    await exchanged(house, "We are closed today.")
    assert len(bodies(house)) == 18


async def test_who_asks_for_one_order_after_the_other_is_a_person(house: House) -> None:
    house.outside.rasa = puzzled
    await exchanged(house, *(f"where is order {number}" for number in range(5001, 5013)))
    assert len(asked(house)) == 12 and set(bodies(house)) == {"Sorry, I did not get that."}


async def test_who_writes_the_same_many_times_at_once_answers_nothing_of_ours(house: House) -> None:
    """All came before the first answer went: no loop of answers, and the limit per minute holds for it anyway."""
    house.outside.gate = gate = asyncio.Event()
    for number in range(12):
        await house.texts("hello???", sid(number))
    gate.set()
    await house.emptied()
    assert len(asked(house)) == 12 and len(bodies(house)) == 12


async def test_the_same_word_at_different_questions_is_no_robot(house: House) -> None:
    answers = iter(range(100))
    house.outside.rasa = lambda said: web.json_response({"messages": [{"text": f"Question {'abcdefghij'[next(answers)]}?"}]})
    for number in range(8):
        await house.texts("yes", sid(number))
    await house.emptied()
    assert len(asked(house)) == 8 and len(bodies(house)) == 8


async def test_who_writes_a_pin_hears_once_on_each_written_channel_not_to(house: House) -> None:
    for number in (1, 2):
        await house.texts("my pin is 4821, what is my limit", sid(300 + number))
        await house.messages(said_in_messenger("my password is hunter22", f"m_secret{number}"))
    await house.emptied()
    await house.outside.has(house.outside.texts, 4)
    told = [body for body in bodies(house) if "Please never text a PIN" in body]
    assert len(told) == 1 and sum("Please never write a PIN" in str(sent) for sent in house.outside.texts) == 1
    assert "my pin is ****, what is my limit" in asked(house), "and is answered"
