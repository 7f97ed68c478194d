"""The facts of Rasa 3.6.21 that the design stands on (docs/architecture.md), against a real `rasa run`."""

from __future__ import annotations

import os
import signal
import socket
from typing import Any

import aiohttp
import psutil
import pytest

from bot.directives import CollectDigits
from bot.model import ChannelName, Media, Option
from bot.ports import DialogueUnavailable
from bot.rasa_http.client import RasaClient
from tests.contract.conftest import Caller, Toy
from tests.rasa_side import toy_rasa

pytestmark = pytest.mark.rasa


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        ("web", "Hello, how can I help?"),
        ("messenger", "Hello, how can I help?"),
        ("sms", "Hi! Balance or send money?"),
        ("voice", "Hello. Say balance, or send money."),
    ],
)
async def test_each_channel_gets_its_variation_in_the_body(caller: Caller, channel: str, text: str) -> None:
    answer = await caller.say(f"variation-{channel}", channel, text="hello")
    assert [message["text"] for message in answer["messages"]] == [text]
    assert answer["failed_actions"] == []


async def test_options_and_pictures_stay_with_their_text_and_in_order(client: RasaClient) -> None:
    conversation = "menu"
    turn = await client.turn(conversation, ChannelName.WEB, "1", text="hello", metadata={}, timeout=10)
    assert turn.replies[0].options == (Option("My balance", "/balance"), Option("Send money", "/send_money"))
    turn = await client.turn(conversation, ChannelName.WEB, "2", payload='/hours{"city": "York"}', metadata={}, timeout=10)
    assert turn.replies[-1].media == (Media("https://example.org/hours.png", "image/png"),)
    assert turn.replies[-1].text == "We open at nine."


async def test_a_directive_comes_back_in_the_same_body(client: RasaClient) -> None:
    turn = await client.turn("directive", ChannelName.SMS, "1", text="what is my balance", metadata={}, timeout=10)
    assert [reply.text for reply in turn.replies] == ["One moment.", "Your balance is 12."]
    assert turn.directives == (CollectDigits(4),)
    assert turn.failed_actions == ()


async def test_metadata_and_message_id_reach_the_tracker(client: RasaClient) -> None:
    metadata = {"channel": "sms", "proof": "claimed", "tel": None, "contact": "p_1", "code": "none"}
    await client.turn("metadata", ChannelName.SMS, "sms:SM1", text="hello", metadata=metadata, timeout=10)
    user = next(event for event in await client.events("metadata") if event["event"] == "user")
    assert user["message_id"] == "sms:SM1"
    assert user["input_channel"] == "sms"
    assert metadata.items() <= user["metadata"].items()


async def test_events_can_be_appended_without_a_turn(client: RasaClient) -> None:
    said = {"event": "bot", "text": "Hello, this is Kim.", "metadata": {"agent": "kim", "channel": "web"}}
    heard = {"event": "user", "text": "hi Kim", "input_channel": "web", "metadata": {"channel": "web"}}
    await client.append("appended", [said, heard])
    kept = [event for event in await client.events("appended") if event["event"] in ("bot", "user")]
    assert [event["text"] for event in kept] == ["Hello, this is Kim.", "hi Kim"]
    assert kept[0]["metadata"]["agent"] == "kim"
    turn = await client.turn("appended", ChannelName.WEB, "after", text="thanks", metadata={}, timeout=10)
    assert turn.replies[0].text == "You are welcome."


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"event": "user", "text": "hi", "parse_data": {}}, 200),
        ({"event": "user", "text": "hi"}, 500),
        ({"event": "user", "text": "hi", "parse_data": {"intent": {"name": None}}}, 400),
        ({"event": "no such thing"}, 400),
    ],
)
async def test_what_rasa_takes_as_an_event(caller: Caller, event: dict[str, Any], status: int) -> None:
    assert (await caller.events("events", [event]))[0] == status


@pytest.mark.parametrize("conversation", ["c_1/../c_2", "c_1?x=1", "c:1", "c 1", ""])
async def test_an_id_that_needs_quoting_is_refused(client: RasaClient, conversation: str) -> None:
    with pytest.raises(ValueError, match="conversation id"):
        await client.append(conversation, [{"event": "slot", "name": "city", "value": "York"}])


async def test_an_id_of_ours_is_the_same_on_every_route(client: RasaClient) -> None:
    conversation = "c_3f-A.9"
    await client.append(conversation, [{"event": "slot", "name": "city", "value": "York"}])
    await client.turn(conversation, ChannelName.WEB, "1", text="hello", metadata={}, timeout=10)
    assert (await client.slots(conversation))["city"] == "York"
    assert {"slot", "user"} <= {event["event"] for event in await client.events(conversation)}


def test_rasa_and_actions_listen_on_loopback_only(toy: Toy) -> None:
    for server in (toy.rasa, toy.actions):
        assert server.process is not None
        sockets = psutil.Process(server.process.pid).net_connections("inet")
        assert {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


async def test_one_conversation_through_four_channels(client: RasaClient) -> None:
    async def say(channel: ChannelName, number: int, text: str) -> list[str]:
        turn = await client.turn("four", channel, f"four-{number}", text=text, metadata={}, timeout=10)
        return [reply.text for reply in turn.replies]

    assert await say(ChannelName.WEB, 1, "I want to send money") == ["To whom?"]
    assert await say(ChannelName.SMS, 2, "to Bob") == ["How much?"]
    assert await say(ChannelName.VOICE, 3, "a lot") == ["How much?"]
    assert await say(ChannelName.MESSENGER, 4, "20") == ["Sent 20 to Bob."]
    assert (await client.slots("four"))["recipient"] == "Bob"


async def test_an_action_that_raises_is_named(caller: Caller) -> None:
    answer = await caller.say("raises", text="what is my balance", metadata={"raise": True})
    assert answer["failed_actions"] == ["action_balance"]
    assert [message["text"] for message in answer["messages"]] == ["Your balance is 12."]  # Rasa goes on as if nothing were wrong
    assert (await caller.say("raises", text="what is my balance"))["failed_actions"] == []


async def test_an_action_server_that_is_down_is_named(caller: Caller, toy: Toy) -> None:
    assert toy.actions.process is not None
    toy.actions.stop()
    try:
        assert (await caller.say("down", text="what is my balance"))["failed_actions"] == ["action_balance"]
        assert (await caller.say("down", text="I want to send money"))["failed_actions"] == ["validate_send_form"]
    finally:
        toy.actions.start()
    assert (await caller.say("down", text="what is my balance"))["failed_actions"] == []


async def test_the_same_message_id_is_one_turn(caller: Caller, client: RasaClient) -> None:
    body = {"conversation": "twice", "message_id": "sms:SM2", "text": "what is my balance"}
    first, second = await caller.post("sms", body), await caller.post("sms", body)
    assert first == second
    assert sum(event["event"] == "user" for event in await client.events("twice")) == 1


async def test_words_that_begin_with_a_slash_are_no_command(caller: Caller, client: RasaClient) -> None:
    await caller.say("slash", payload='/hours{"city": "York"}')
    assert (await client.slots("slash"))["city"] == "York"
    for text in ("/restart", '/hours{"city": "Leeds"}', "//hello", " /balance", "/"):
        await caller.say("slash", text=text)
    said = [event for event in await client.events("slash") if event["event"] == "user"][1:]
    assert [event["text"] for event in said] == ["/restart", '/hours{"city": "Leeds"}', "//hello", "/balance", "/"]
    assert said[2]["parse_data"]["intent"]["name"] == "greet"
    assert all(event["parse_data"]["intent"]["confidence"] < 1 for event in said)
    assert all(event["event"] != "restart" for event in await client.events("slash"))


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"not json", 400, "not JSON"),
        (b"[]", 400, "not a JSON object"),
        ({"conversation": "c", "message_id": "1", "text": "hi", "sender": "x"}, 400, "unknown field"),
        ({"conversation": "c", "message_id": "1"}, 400, "exactly one"),
        ({"conversation": "c", "message_id": "1", "payload": "/no_such_intent"}, 400, "does not know"),
        ({"conversation": "c/d", "message_id": "1", "text": "hi"}, 400, "conversation"),
        (b"x" * 70_000, 413, "larger"),
    ],
)
async def test_a_bad_request_is_told_why(caller: Caller, body: Any, status: int, sentence: str) -> None:
    got, answer = await caller.post("web", body)
    assert got == status
    assert sentence in answer["error"]


async def test_a_wrong_token_is_refused(caller: Caller, toy: Toy) -> None:
    body = {"conversation": "c", "message_id": "1", "text": "hi"}
    assert await caller.post("web", body, token="wrong") == (401, {"error": "a valid bearer token is needed"})
    async with caller.session.get(f"{toy.base}/conversations/c/tracker", params={"token": "wrong"}) as response:
        assert response.status == 401
    async with caller.session.get(f"{toy.base}/conversations/c/tracker") as response:
        assert response.status == 401


async def test_history_is_read_in_pages(caller: Caller, client: RasaClient) -> None:
    await caller.say("pages", text="hello")
    url, headers = f"{caller.base}/webhooks/history/events", {"Authorization": f"Bearer {toy_rasa.TOKEN}"}

    async def page(status: int = 200, **params: str) -> Any:
        async with caller.session.get(url, params=params, headers=headers) as response:
            assert response.status == status
            return await response.json()

    events = await client.events("pages")
    assert (await page(conversation="pages", limit="3"))["events"] == events[:3]
    assert (await page(conversation="pages", **{"from": "3"}))["events"] == events[3:]
    assert (await page(conversation="nobody"))["events"] == []
    assert "conversation" in (await page(400))["error"]
    assert "limit" in (await page(400, conversation="pages", limit="0"))["error"]
    assert "from" in (await page(400, conversation="pages", **{"from": "-1"}))["error"]
    headers["Authorization"] = "Bearer wrong"
    assert "token" in (await page(401, conversation="pages"))["error"]


async def test_rasas_own_channels_are_not_there(caller: Caller) -> None:
    async with caller.session.post(f"{caller.base}/webhooks/rest/webhook", json={"sender": "x", "message": "hi"}) as response:
        assert response.status == 404


async def test_healthy_while_the_model_is_loaded(client: RasaClient) -> None:
    assert await client.healthy()


async def test_no_words_in_the_logs(caller: Caller, toy: Toy) -> None:
    await caller.say("quiet", text="xylophone is a word of the customer", metadata={"raise": True})
    await caller.say("quiet", text="what is my balance or zanzibar", metadata={"raise": True, "tel": "+15550177"})
    for server in (toy.rasa, toy.actions):
        logged = server.log.read_text()
        assert not [word for word in ("xylophone", "zanzibar", "5550177") if word in logged]


def test_a_stopped_rasa_leaves_nothing(toy: Toy) -> None:
    """Rasa ends on SIGTERM, its port is free, and it has no child left; then it is started again for the other tests."""
    process = toy.rasa.process
    assert process is not None
    children = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGTERM)
    process.wait(15)
    assert not [child for child in children if child.is_running()]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(toy.base.rpartition(":")[2]))) != 0
    toy.rasa.start()


@pytest.mark.parametrize("kept_alive", [True, False], ids=["on an open connection", "on a new one"])
async def test_a_turn_that_was_asked_while_rasa_was_frozen_is_not_begun_after_its_asker_gave_up(
    client: RasaClient, toy: Toy, kept_alive: bool
) -> None:
    """Its customer got an apology and goes on with another server: a late turn would come after newer ones."""
    conversation = f"frozen-{kept_alive}"
    assert toy.rasa.process is not None
    await client.turn(conversation, ChannelName.WEB, "1", text="hello", metadata={}, timeout=10)
    os.kill(toy.rasa.process.pid, signal.SIGSTOP)
    try:
        async with aiohttp.ClientSession() as another:
            asker = RasaClient(another, toy.base, toy_rasa.TOKEN) if not kept_alive else client
            for number in range(3):
                with pytest.raises(DialogueUnavailable) as given_up:
                    await asker.turn(conversation, ChannelName.WEB, f"late-{number}", text="hello", metadata={}, timeout=0.3)
                assert given_up.value.reached and given_up.value.late
    finally:
        os.kill(toy.rasa.process.pid, signal.SIGCONT)
    async with aiohttp.ClientSession() as another:
        after = RasaClient(another, toy.base, toy_rasa.TOKEN)
        await after.turn(conversation, ChannelName.WEB, "2", text="hello", metadata={}, timeout=10)
        asked = [event.get("message_id") for event in await after.events(conversation) if event["event"] == "user"]
    assert asked == ["1", "2"]
