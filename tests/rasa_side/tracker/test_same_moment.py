"""The same message twice at once: a gateway that took over asks while the first one's turn is still running."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered

from bot.rasa_side.channels import SmsInput
from bot.rasa_side.tracker.wire import Message


class Store:
    """A tracker store of one conversation."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    async def retrieve(self, _conversation: str) -> Any:
        return SimpleNamespace(events=list(self.events))


class Processor:
    """What understands words: all are one greeting."""

    async def parse_message(self, message: Any) -> dict[str, Any]:
        return {"text": message.text, "intent": {"name": "greet", "confidence": 1.0}, "entities": []}


async def test_one_turn_and_the_same_answer_for_both() -> None:
    store, slow, turns = Store(), asyncio.Event(), 0
    begun = asyncio.Event()

    async def on_new_message(message: Any) -> None:
        nonlocal turns
        turns += 1
        begun.set()
        await slow.wait()
        store.events += [UserUttered("hello", message_id=message.message_id), BotUttered("hi")]
        await message.output_channel.send_response(message.sender_id, {"text": "hi"})

    door = SmsInput("t" * 32)
    agent = SimpleNamespace(
        tracker_store=store, processor=Processor(), domain=SimpleNamespace(intents=[], entities=[]), model_id="m-1"
    )
    message = Message(conversation="c_1", message_id="sms:1", text="hello", payload=None, metadata={})
    first = asyncio.create_task(door._turn(message, agent, on_new_message))
    await begun.wait()
    second = asyncio.create_task(door._turn(message, agent, on_new_message))
    await asyncio.sleep(0)
    slow.set()
    answers = [await first, await second]
    assert turns == 1
    assert [[m["text"] for m in answer["messages"]] for answer in answers] == [["hi"], ["hi"]]
