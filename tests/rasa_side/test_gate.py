"""The gate: the toy assistant is trained, loaded and talked to, and does what is written in golden.json.

``UPDATE_GOLDEN=1 python -m pytest tests/rasa_side/test_gate.py`` writes the file anew; read its diff before it is committed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered

from tests.rasa_side.in_process import InProcessActions

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past
GOLDEN = Path(__file__).with_name("golden.json")
SAID = [
    *("hello", "what is my balance", "when are you open", "in York", "thanks a lot", "I want to send money", "to Bob"),
    *("a lot of it", "20", "opening hours", "bye", "qwertz uiop", "make a transfer", "hello there", "Alice", "35"),
]


async def story(agent: Agent) -> list[dict[str, Any]]:
    """What each sentence led to: intent, entities, slots set, actions, replies."""
    lines = []
    for number, text in enumerate(SAID):
        channel = CollectingOutputChannel()
        before = await agent.tracker_store.retrieve("gate")
        await agent.handle_message(UserMessage(text, channel, "gate", message_id=str(number)))
        after = await agent.tracker_store.retrieve("gate")
        events = list(after.events)[len(before.events) if before else 0 :]
        user = next(event for event in events if isinstance(event, UserUttered))
        lines.append(
            {
                "text": text,
                "intent": user.intent_name,
                "confidence": round(float(user.intent["confidence"]), 2),
                "entities": [[entity["entity"], entity["value"]] for entity in user.entities],
                "slots": [[event.key, event.value] for event in events if isinstance(event, SlotSet)],
                "actions": [event.action_name for event in events if isinstance(event, ActionExecuted)],
                "replies": [message.get("text") or message.get("image") or "custom" for message in channel.messages],
            }
        )
    return lines


async def test_the_toy_does_what_it_did(toy_model: Path) -> None:
    agent = Agent.load(toy_model, action_endpoint=InProcessActions())
    assert agent.is_ready()
    lines = await story(agent)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(lines, indent=1) + "\n")
    expected = json.loads(GOLDEN.read_text())
    for line, wanted in zip(lines, expected, strict=True):
        assert abs(line.pop("confidence") - wanted.pop("confidence")) <= 0.05, line["text"]
        assert line == wanted
