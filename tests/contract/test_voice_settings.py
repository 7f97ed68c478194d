"""A designer's ``metadata: {voice: ...}`` of a response reaches the gateway, with the response's name, on calls only."""

from __future__ import annotations

import pytest

from bot.model import ChannelName
from bot.rasa_http.client import RasaClient
from bot.transcript import lines as transcript
from tests.contract.conftest import Caller

pytestmark = pytest.mark.rasa
OWN = {"barge_in": "keys", "timeout": 9, "hints": ["balance", "{recipient}"]}


async def test_a_call_gets_the_settings_as_they_were_written(client: RasaClient) -> None:
    turn = await client.turn("designed", ChannelName.VOICE, "1", text="hello", metadata={}, timeout=10)
    (reply,) = turn.replies
    assert (reply.response, reply.prompt) == ("utter_greet", OWN)  # Rasa fills no {values} in metadata


async def test_a_form_slots_question_is_known_by_its_name(client: RasaClient) -> None:
    turn = await client.turn("designed-form", ChannelName.VOICE, "1", payload="/send_money", metadata={}, timeout=10)
    assert (turn.replies[-1].response, turn.replies[-1].prompt) == ("utter_ask_recipient", {})


async def test_text_channels_get_the_name_alone(caller: Caller) -> None:
    answer = await caller.say("designed-web", "web", text="hello")
    assert "prompt" not in answer["messages"][0] and answer["messages"][0]["response"] == "utter_greet"


async def test_a_turn_that_is_read_back_keeps_them(client: RasaClient) -> None:
    first = await client.turn("designed-again", ChannelName.VOICE, "1", text="hello", metadata={}, timeout=10)
    again = await client.turn("designed-again", ChannelName.VOICE, "1", text="hello", metadata={}, timeout=10)
    assert again.replies == first.replies  # answered from the tracker, without a second turn
    read = transcript.turn_of(await client.events("designed-again"), "1")
    assert read is not None and [(r.response, r.prompt) for r in read.replies] == [("utter_greet", OWN)]
