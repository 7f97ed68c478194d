"""What the assistant made of a message comes with its answer, and is the same when it is read back from the tracker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import ChannelName
from bot.ports import SlotTaken
from bot.rasa_http.client import RasaClient
from bot.transcript.repeats import Questions
from bot.transcript.understood import read_back

pytestmark = pytest.mark.rasa


async def test_intent_rule_action_and_model_come_with_the_answer(client: RasaClient) -> None:
    turn = await client.turn("understood", ChannelName.WEB, "1", text="hello", metadata={"channel": "web"}, timeout=10)
    found = turn.understood
    assert found is not None and found.intent == "greet" and found.action == "utter_greet"
    assert found.confidence is not None and 0.0 < found.confidence <= 1.0 and found.runner_up not in ("", "greet")
    assert found.policy == "RulePolicy" and len(found.model) == 32 and found.form == "" and not found.fallback
    read = read_back(await client.events("understood"), "1", Questions())
    assert read == replace(found, model=""), "the tracker tells the same, but for the model"


async def test_a_form_its_slots_and_what_is_asked_for_again(client: RasaClient) -> None:
    web = {"channel": "web", "contact": "p_1"}
    first = await client.turn("filled", ChannelName.WEB, "1", payload="/send_money", metadata=web, timeout=10)
    assert first.understood is not None and first.understood.form == "send_form" and first.understood.slots == ()
    second = await client.turn("filled", ChannelName.WEB, "2", text="to Bob", metadata=web, timeout=10)
    assert second.understood is not None and SlotTaken("recipient", "Bob") in second.understood.slots
    again = await client.turn("filled", ChannelName.WEB, "1", payload="/send_money", metadata=web, timeout=10)
    assert again.understood is not None and again.understood.action == first.understood.action, "answered from the tracker"
